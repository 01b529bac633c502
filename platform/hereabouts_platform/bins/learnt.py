"""Habits as they are learnt day by day: sums of rises by the hour of the week, from which factors are made on Mondays.

Between two Mondays the habit stands, so that what a day's readings come to does not depend on when it was worked out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hereabouts_platform.bins.advance import Emptied, Happening, Read
from hereabouts_platform.bins.calendar import Calendar, event_factors, hours_of
from hereabouts_platform.bins.growth import EVERYBODY, Habit
from hereabouts_platform.bins.level import Bools, Floats
from hereabouts_platform.bins.profile import Profile, Rises, profile_of, rises_of, with_profile

DAY_S, HOUR_S = 86_400, 3600
MONDAY_S = 4 * DAY_S  # the first Monday since 1970
#: A group has a habit of its own from so many days of one bin's readings on; fewer, and it has that of all bins.
LEAST_BIN_DAYS = 28.0
#: Share of its weight that a week's reading keeps a week later: half of it is left after six and a half.
KEPT = 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Learnt:
    """What a group's readings taught: up to the last Monday, and since."""

    before: Profile = field(default_factory=Profile)
    week: Profile = field(default_factory=Profile)


def next_monday(at: int) -> int:
    """The first Monday's beginning (UTC) after an instant; seconds since 1970."""
    return ((at - MONDAY_S) // (7 * DAY_S) + 1) * 7 * DAY_S + MONDAY_S


def renewed(learnt: Mapping[str, Learnt]) -> dict[str, Learnt]:
    """With the week that is over taken in."""
    return {group: Learnt(before=one.week.and_kept(one.before, KEPT)) for group, one in learnt.items()}


def habits_of(learnt: Mapping[str, Learnt]) -> dict[str, Habit]:
    """The habit of each group that was seen enough, and that of all bins for the others."""
    seen = {group: one.before for group, one in learnt.items() if one.before.bin_days >= LEAST_BIN_DAYS}
    everybody = Profile()
    for one in learnt.values():
        everybody += one.before
    if everybody.bin_days >= LEAST_BIN_DAYS:
        seen[EVERYBODY] = everybody
    return {group: with_profile(Habit(), one) for group, one in seen.items()}


def rises_within(happenings: Sequence[Happening], span: tuple[int, int]) -> Rises:
    """The rises of one bin that end in `[from, to)`; what happened before and after tells where they begin and end."""
    reads = [one for one in happenings if isinstance(one, Read)]
    emptied = [one.at for one in happenings if isinstance(one, Emptied)]
    times = np.array([one.at for one in reads], np.int64)
    if len(times) < 2:
        empty = np.empty(0, np.int64)
        return Rises(since=empty, until=empty, points=np.empty(0))
    found = rises_of(times, np.array([one.level for one in reads]), np.array(emptied, np.int64))
    here = (found.until >= span[0]) & (found.until < span[1])
    return Rises(since=found.since[here], until=found.until[here], points=found.points[here])


def taken_in(
    learnt: Mapping[str, Learnt], rises: Mapping[str, Iterable[Rises]], calendar: Calendar, span: tuple[int, int]
) -> dict[str, Learnt]:
    """With rises of a span, by group: as they would be without events; those of bank holidays are left out.

    Args:
        span: seconds since 1970 UTC; the clock of Europe/London is taken as it is at its beginning.
    """
    first = (span[0] - DAY_S) // HOUR_S
    hours = hours_of(calendar, first, -(-span[1] // HOUR_S) - first)
    zone_s = int(hours.hour[24] - (first + 24) % 24) % 24 * HOUR_S
    found = dict(learnt)
    for group, some in rises.items():
        factor = event_factors(calendar, hours, group)
        usual = [_usual(one, first, hours.bank_holiday > 0, factor) for one in some if len(one.since)]
        known = found.get(group, Learnt())
        found[group] = Learnt(before=known.before, week=known.week + profile_of(usual, zone_s))
    return found


def _usual(rises: Rises, first: int, off: Bools, factor: Floats) -> Rises:
    at = rises.since // HOUR_S - first
    common = ~off[at]
    at = at[common]
    return Rises(since=rises.since[common], until=rises.until[common], points=rises.points[common] / factor[at])
