"""Decentlab DL-LID: distance by laser, for bins and levels."""
