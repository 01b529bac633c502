"""Enless Wireless: the family of room and probe sensors (600-021 to 600-062)."""
