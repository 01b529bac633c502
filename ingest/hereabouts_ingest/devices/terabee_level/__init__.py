"""Terabee Level Monitoring XL: distance by time of flight, for bins."""
