"""VEGA VEGAPULS Air 23, 41 and 42: radar level of bins, tanks and silos."""
