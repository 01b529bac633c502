"""Enginko EGK-LW20L and EGK-LW20W: level of bins and tanks."""
