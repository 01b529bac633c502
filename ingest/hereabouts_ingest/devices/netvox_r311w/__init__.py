"""Netvox R311W, R718WA, R718WB: water leaks."""
