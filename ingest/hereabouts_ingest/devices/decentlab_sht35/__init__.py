"""Decentlab DL-SHT35: air temperature and humidity."""
