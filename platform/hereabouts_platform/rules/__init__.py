"""Rules: pure functions of facts and of the time they are given. No store, no clock, no logging."""
