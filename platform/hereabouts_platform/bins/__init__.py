"""Bins: how full a slot is, when it was emptied, how it will fill, and whether somebody should go. Pure functions."""
