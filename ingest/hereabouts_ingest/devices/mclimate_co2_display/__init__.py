"""MClimate CO2 Display and CO2 Display Lite: carbon dioxide, temperature and humidity."""
