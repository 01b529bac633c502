"""Comtac LPN MS-3: temperature and humidity of a multi-sensor."""
