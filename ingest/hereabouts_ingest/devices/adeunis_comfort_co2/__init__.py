"""Adeunis LoRaWAN COMFORT CO2: temperature, humidity and carbon dioxide."""
