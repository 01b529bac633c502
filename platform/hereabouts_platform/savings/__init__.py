"""What rounds save against a stored baseline, with an interval; pure."""
