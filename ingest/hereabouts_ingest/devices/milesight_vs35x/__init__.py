"""Milesight VS35x (VS350, VS351): people counters over a passage."""
