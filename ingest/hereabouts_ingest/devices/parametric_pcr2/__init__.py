"""Parametric PCR2: people counter by radar."""
