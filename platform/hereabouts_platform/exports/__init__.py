"""Whole series and places as files: streamed, in memory that does not grow."""
