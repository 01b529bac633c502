"""Milesight VS360: people counter by a beam of infrared light."""
