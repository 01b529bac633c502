"""Whether a published plan holds, told from its JSON and the travel matrices alone. Knows nothing of who made it."""
