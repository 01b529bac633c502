"""Dragino DDS20-LB and LDDS20: the height of a liquid, measured from below."""
