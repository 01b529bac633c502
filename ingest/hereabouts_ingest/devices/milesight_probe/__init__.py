"""Milesight EM500-PT100 and TS101: temperature by a probe, for pipes and hot water."""
