"""Adeunis LoRaWAN COMFORT: temperature and humidity."""
