"""How often a device really reports, learnt from when its last messages arrived.

What is learnt is how long it is normally quiet, for that is what silence is held against:

- Messages less than a quarter of the profile's interval apart, and never more than a minute, are one contact: a vendor
  that delivers hours of readings at once (HomeLINK), copies by several gateways, and a backfill are heard once.
- The median gap between contacts, when there are at least 8. One outage of ours is one gap of many and moves nothing.
- Where the longest tenth of the gaps begins beyond 3 medians, the device speaks when something happens (a door, a
  bin's lid) or in batches; then that tenth's bound stands for the interval, because so long it is quiet in good health.
- Never less than a quarter of the profile's interval: an installer's tests do not make a device impatient. Never more
  than 12 of them, or a day where that is longer: a device that dies slowly must not teach that dying is normal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

ARRIVALS = 64  # how many messages back are looked at, here and for what else is told from messages
FEWEST_GAPS = 8
BURST_S = 60.0
DAY_S = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnInterval:
    """Seconds between a device's messages, and from how many gaps they were learnt (0: it is the profile's)."""

    seconds: int
    gaps: int


def own_interval(arrivals_s: Sequence[float], profile_s: int) -> OwnInterval:
    """Learn a device's interval.

    Args:
        arrivals_s: when its messages arrived, in seconds, oldest first.
        profile_s: how often such a device usually reports, in seconds.
    """
    gaps = _gaps(arrivals_s, min(BURST_S, profile_s / 4))
    if len(gaps) < FEWEST_GAPS:
        return OwnInterval(seconds=profile_s, gaps=0)
    median, long = gaps[len(gaps) // 2], gaps[len(gaps) * 9 // 10]
    usual = long if long > 3 * median else median
    low, high = max(profile_s / 4, 1), max(12 * profile_s, DAY_S)
    return OwnInterval(seconds=round(min(max(usual, low), high)), gaps=len(gaps))


def _gaps(arrivals_s: Sequence[float], burst_s: float) -> list[float]:
    """Seconds from each contact's last message to the next contact's first, in order of length."""
    steps = (later - earlier for earlier, later in pairwise(arrivals_s))
    return sorted(step for step in steps if step > burst_s)
