"""Dragino LDDS75: ultrasonic distance, for bins and levels."""
