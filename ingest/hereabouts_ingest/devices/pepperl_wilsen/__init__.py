"""Pepperl+Fuchs WILSEN.sonic.level and WILSEN.sonic.distance: ultrasonic level of bins."""
