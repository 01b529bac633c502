"""Dragino DDS04-LB and LDDS04: four ultrasonic distances."""
