"""Milesight WS203: indoor temperature and humidity; its motion sensor is not read."""
