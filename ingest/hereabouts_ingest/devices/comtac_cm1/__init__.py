"""Comtac LPN CM-1: temperature and humidity."""
