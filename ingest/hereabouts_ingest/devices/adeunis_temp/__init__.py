"""Adeunis LoRaWAN TEMP (version 4): one or two temperature probes."""
