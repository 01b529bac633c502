"""Dingtek DC500 and DC510: people counters that do not tell the direction."""
