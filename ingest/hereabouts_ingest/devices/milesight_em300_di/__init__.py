"""Milesight EM300-DI: temperature, humidity and a pulse input."""
