"""Dingtek DC520: people in, people out and how many are inside."""
