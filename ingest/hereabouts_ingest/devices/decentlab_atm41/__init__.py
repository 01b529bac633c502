"""Decentlab DL-ATM41: a weather station."""
