"""Decentlab DL-CWS: the temperature of a road or wall, and of the air above it."""
