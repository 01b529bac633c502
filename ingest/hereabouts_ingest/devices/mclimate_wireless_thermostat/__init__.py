"""MClimate Wireless Thermostat: temperature and humidity."""
