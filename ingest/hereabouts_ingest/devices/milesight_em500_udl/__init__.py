"""Milesight EM500-UDL: ultrasonic distance, for tanks and rivers."""
