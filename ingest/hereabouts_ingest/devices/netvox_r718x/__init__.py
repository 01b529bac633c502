"""Netvox R718X and R718PE: ultrasonic distance, for bins and levels."""
