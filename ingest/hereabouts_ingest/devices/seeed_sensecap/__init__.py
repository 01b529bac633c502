"""Seeed SenseCAP S2101 to S2105: temperature, humidity, carbon dioxide, pressure."""
