"""Browan TABS TBHH100: temperature and humidity indoors."""
