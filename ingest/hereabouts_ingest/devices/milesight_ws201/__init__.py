"""Milesight WS201: fill of a dispenser."""
