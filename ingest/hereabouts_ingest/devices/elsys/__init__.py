"""Elsys: the whole family of sensors that speak its type-value frames (ERS, ELT, EMS, ETHD and others)."""
