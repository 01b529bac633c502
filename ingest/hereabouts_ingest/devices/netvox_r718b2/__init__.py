"""Netvox R718B2 and relatives: two temperature probes."""
