"""The physics of air, moisture and mould in homes: pure functions of numbers and numpy arrays, with their sources."""
