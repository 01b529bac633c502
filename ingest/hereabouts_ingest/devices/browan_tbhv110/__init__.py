"""Browan TABS TBHV110: temperature, humidity and volatile compounds indoors."""
