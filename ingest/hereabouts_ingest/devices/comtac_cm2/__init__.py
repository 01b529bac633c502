"""Comtac LPN CM-2: temperature and humidity, with a PT100 probe."""
