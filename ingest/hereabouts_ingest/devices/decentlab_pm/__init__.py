"""Decentlab DL-PM: fine particles, temperature, humidity and pressure."""
