"""Comtac LPN CM-4: temperature and humidity."""
