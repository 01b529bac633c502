"""Dingtek DC410 and DC413: ultrasonic level and tilt of manholes and bins."""
