"""MClimate CO2-PIR Lite: carbon dioxide, temperature and humidity."""
