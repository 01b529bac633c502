"""Dingtek DF702 and DF703: ultrasonic level, tilt, fire and temperature of waste bins."""
