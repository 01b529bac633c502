"""Milesight EM410-RDL: radar distance, temperature and tilt."""
