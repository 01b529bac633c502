"""inBiot MICA family (MINI, MICA, PLUS, WELL): the air of a room."""
