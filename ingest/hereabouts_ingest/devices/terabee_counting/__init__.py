"""Terabee People Counting M, L and XL: people counters over a passage."""
