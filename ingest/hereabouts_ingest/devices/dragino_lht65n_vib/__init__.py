"""Dragino LHT65N-VIB: temperature and humidity of a vibration sensor."""
