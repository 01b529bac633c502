"""Dragino LHT65, LHT65N and LHT65S: indoor temperature and humidity, with an optional external probe."""
