"""Fetching again from a network what it keeps: asked for by a person, after downtime, or where frames are missing."""
