"""Talkpool OY1700: particles, temperature and humidity; only the latter two are read."""
