"""Notices to people, by e-mail: what is sent, by whom, and what is done when that does not succeed."""
