"""Milesight EM500-CO2: outdoor climate, carbon dioxide and pressure."""
