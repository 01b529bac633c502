"""Counters that only go up: what was counted between two of their readings, over roll-overs and resets."""

from math import isfinite


def increment(before: float, after: float, modulus: int | None = None) -> float | None:
    """What a counter (`total_increasing`) counted between two readings, the earlier first; None where nobody can say.

    - Not less than before: the difference. A counter that came round more than once cannot be told from one that did
      not.
    - Less by more than half of `modulus`: it rolled over, so it went on to `modulus` and from 0 to `after`.
    - Less otherwise: it was reset (new battery, power cut), and has counted `after` since. What it counted between the
      earlier reading and the reset is lost, so the result is the least that passed.
    - No whole turn of the counter holds a reading (below 0, not below `modulus`, not finite): None.

    Source: a counter of N bits follows 2**N - 1 with 0 (RFC 2578, section 7.1.6, of Counter32); without a modulus any
    decrease is a reset, as Prometheus' `increase()` takes it. Half the modulus as the border between the two is ours:
    a counter of 16 bits would have to pass 32,768 between two readings to be taken wrongly.

    Args:
        before, after: two readings of one counter, in counts.
        modulus: the count at which it starts again from 0, such as 65536; None where it never does.
    """
    if not (_is_reading(before, modulus) and _is_reading(after, modulus)):
        return None
    if after >= before:
        return after - before
    if modulus is not None and before - after > modulus / 2:
        return modulus - before + after
    return after


def _is_reading(count: float, modulus: int | None) -> bool:
    return isfinite(count) and count >= 0 and (modulus is None or count < modulus)
