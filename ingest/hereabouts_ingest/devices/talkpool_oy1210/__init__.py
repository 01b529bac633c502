"""Talkpool OY1210: carbon dioxide, temperature and humidity."""
