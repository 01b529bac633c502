"""Milesight AM300 series (AM307, AM308, AM319): indoor climate and air."""
