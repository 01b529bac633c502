"""How long to wait before a process that ended is started again."""

import random

FIRST_S = 0.2
STEADY_S = 3.0  # who lived this long was well; the next end counts as the first
LONGEST_S = 15.0


def delay_s(ends_in_a_row: int) -> float:
    """Seconds before start number `ends_in_a_row + 1`: doubling from 0.2 s up to 15 s, times 0.5 to 1 at random.

    Example:
        >>> 0.1 <= delay_s(1) <= 0.2 and 7.5 <= delay_s(50) <= 15
        True
    """
    longest = min(LONGEST_S, FIRST_S * 2.0 ** min(ends_in_a_row - 1, 20))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - spreads starts, guards nothing
