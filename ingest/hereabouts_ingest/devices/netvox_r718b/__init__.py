"""Netvox R718B and relatives: one temperature probe."""
