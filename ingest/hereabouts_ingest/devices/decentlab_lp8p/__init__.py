"""Decentlab DL-LP8P: carbon dioxide, temperature, humidity and pressure."""
