"""What a sensor says before anybody believes it: readings that cannot be, pure functions of series."""
