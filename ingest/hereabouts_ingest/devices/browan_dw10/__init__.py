"""Browan MerryIoT DW10: the temperature and humidity of a door sensor."""
