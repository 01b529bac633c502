"""Tektelic room sensors: Smart Room and Smart Home (base, PIR, generation 3), Comfort, Vivid, Breeze."""
