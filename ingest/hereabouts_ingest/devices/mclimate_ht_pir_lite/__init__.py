"""MClimate HT-PIR Lite: temperature and humidity."""
