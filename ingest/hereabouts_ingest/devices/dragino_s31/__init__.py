"""Dragino S31-LB, S31B-LB and their LS versions: temperature and humidity."""
