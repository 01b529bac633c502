"""Milesight EM320-TH, version 2: temperature and humidity, whose history has records of its own."""
