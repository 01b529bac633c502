"""Decentlab DL-SHT21: air temperature and humidity."""
