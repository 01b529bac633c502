"""What a crew has to take of a bin: what is in it, and what lies beside a full one, which no sensor sees."""

from collections.abc import Mapping

from hereabouts_platform.bins.amplitude import amplitude_of, drift_of
from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.state import State
from hereabouts_platform.bins.tuning import TUNING, Tuning


def amounts(
    state: State, level: Mapping[str, float], at: int, growths: Mapping[str, Growth], tuning: Tuning = TUNING
) -> dict[str, float]:
    """Per cent of what each bin holds; of one that was full when last heard of, all that came since it was emptied.

    Args:
        level: what is expected in each of these bins by its level, per cent.
        at: when the crew comes, seconds since 1970 UTC, not before the state's own time.
        growths: of every group of theirs, over a span that holds their emptyings and `at`.
    """
    found = dict(level)
    for name, percent in level.items():
        known = state.bins[name]
        if known.full:
            growth = growths[known.group]
            a_day = amplitude_of(state, name, growth, tuning) * drift_of(state, known.group, at, tuning)
            found[name] = max(percent, known.left + a_day * growth.effort(known.emptied_at, at))
    return found
