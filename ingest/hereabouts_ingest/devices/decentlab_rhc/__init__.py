"""Decentlab DL-RHC: air temperature and humidity outdoors."""
