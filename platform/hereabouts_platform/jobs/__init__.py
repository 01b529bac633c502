"""Jobs: what the system does by itself, at its times, once a window."""
