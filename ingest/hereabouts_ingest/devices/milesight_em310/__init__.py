"""Milesight EM310-UDL: ultrasonic distance, for bins and levels."""
