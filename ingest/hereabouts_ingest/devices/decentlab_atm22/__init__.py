"""Decentlab DL-ATM22: wind and air temperature."""
