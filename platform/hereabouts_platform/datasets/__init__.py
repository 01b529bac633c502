"""Other datasets of time and place: how they are described, read, checked and brought in."""
