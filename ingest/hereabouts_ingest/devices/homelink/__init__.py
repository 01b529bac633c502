"""Aico HomeLINK: environmental sensors of the Ei1000 series, by the vendor's own MQTT feed; no bytes."""
