"""MClimate CO2 Sensor and Notifier: carbon dioxide, temperature and humidity."""
