"""Milesight AM100 series (AM102, AM103, AM104, AM107): indoor climate and air."""
