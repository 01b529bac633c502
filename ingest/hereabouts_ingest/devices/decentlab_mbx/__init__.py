"""Decentlab DL-MBX: ultrasonic distance, for bins and levels."""
