"""Talkpool OY1110: temperature and humidity, indoors and out."""
