"""Milesight VS13x (VS132, VS133, VS135): people counters over a line."""
