"""Decentlab DL-IAM: the air of a room."""
