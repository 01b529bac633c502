"""Synetica enLink: indoor climate, air quality, temperature probes and leak ropes."""
