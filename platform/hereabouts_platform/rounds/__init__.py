"""Rounds of a day, from readings in the store to a published plan: where store, forecast, roads and planner meet."""
