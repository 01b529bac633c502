"""What every drawing of a series needs: a scale with round steps, and a line as SVG's path."""

import math
from collections.abc import Sequence

STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)
MOST_TICKS = 5


def scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Bottom, top and step of a scale with at most five steps that holds all `values`.

    Example:
        >>> scale([52.1, 81.0, 75.0])
        (50, 90, 10)
    """
    lowest, highest = min(values), max(values)
    for step in STEPS:
        low, high = math.floor(lowest / step) * step, math.ceil(highest / step) * step
        if high == low:
            high = low + step
        if (high - low) / step <= MOST_TICKS:
            return low, high, step
    return lowest, highest + 1, (highest + 1 - lowest) / MOST_TICKS


def path_of(points: Sequence[tuple[float, float]]) -> str:
    """A line through the points, at least one, as the `d` of an SVG path."""
    # "h0" lets a lone value show as a dot
    (first_x, first_y), *rest = points
    return f"M{first_x:g},{first_y:g}h0" + "".join(f"L{x:g},{y:g}" for x, y in rest)
