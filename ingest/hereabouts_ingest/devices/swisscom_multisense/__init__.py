"""Swisscom Multisense: temperature and humidity."""
