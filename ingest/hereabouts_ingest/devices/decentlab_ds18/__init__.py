"""Decentlab DL-DS18: a temperature probe."""
