"""Hourly weather as services publish it, brought in as readings of a weather station."""
