"""MClimate HT Sensor: temperature and humidity, with an optional probe."""
