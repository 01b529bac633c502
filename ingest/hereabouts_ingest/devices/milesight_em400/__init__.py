"""Milesight EM400 series (MUD, UDL, TLD): distance, temperature and tilt, for bins."""
