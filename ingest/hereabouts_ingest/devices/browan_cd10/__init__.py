"""Browan MerryIoT CD10: carbon dioxide, temperature and humidity."""
