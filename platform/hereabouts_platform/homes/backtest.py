"""Which alerts a rule would have raised over a past time, week by week, and what is known to have come of homes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.homes.record import HAZARDS, NO_DATA, RAISED, SENSOR_FAULT

LEAD_DAYS = 84
"""Days before an outcome in which an alert has to stand to have told of it: from the first sign to the visit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One alert as it would have been.

    Attributes:
        home: the home's id; room: which room of the stock, so that two rooms of a home are two alerts.
        hazard: one of HAZARDS, as a number; level: the highest it reached.
        opened, last: days since 1970, both within it.
    """

    home: str
    room: int
    hazard: int
    level: int
    opened: int
    last: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What people found in a home on a day (days since 1970): a hazard, or none."""

    home: str
    hazard: str
    day: int
    confirmed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Against:
    """A rule against what is known: hazards confirmed and told of before, confirmed and missed; and false alarms that
    it would have raised, and would not."""

    told: int
    missed: int
    false: int
    spared: int


def alerts_of(level: NDArray[np.uint8], homes: Sequence[str], first_day: int) -> list[Alert]:
    """The alerts in the levels of consecutive days, [days, rooms, hazards]; `homes` are those of the rooms.

    No data and a faulty sensor neither open an alert nor end one, as in the running system.
    """
    found: list[Alert] = []
    for room, home in enumerate(homes):
        for hazard in range(level.shape[2]):
            found += _runs(level[:, room, hazard], home, room, hazard, first_day)
    return found


def _runs(level: NDArray[np.uint8], home: str, room: int, hazard: int, first_day: int) -> Iterable[Alert]:
    says = np.flatnonzero((level != NO_DATA) & (level != SENSOR_FAULT))
    raised = np.isin(level[says], RAISED).astype(np.int8)
    edges = np.flatnonzero(np.diff(raised, prepend=0, append=0))
    for begins, ends in zip(edges[::2], edges[1::2], strict=True):
        days = says[begins:ends]
        yield Alert(
            home=home,
            room=room,
            hazard=hazard,
            level=int(level[days].max()),
            opened=first_day + int(days[0]),
            last=first_day + int(days[-1]),
        )


def by_week(alerts: Iterable[Alert], first_day: int, days: int) -> NDArray[np.int64]:
    """How many alerts were opened, [weeks, hazards, levels watch to urgent], in weeks from `first_day` on."""
    counts = np.zeros((-(-days // 7), len(HAZARDS), len(RAISED)), dtype=np.int64)
    for alert in alerts:
        week = (alert.opened - first_day) // 7
        if 0 <= week < len(counts):
            counts[week, alert.hazard, RAISED.index(alert.level)] += 1
    return counts


def against(alerts: Iterable[Alert], known: Iterable[Known], least: int) -> Against:
    """The alerts of `least` and more against what is known."""
    stood: dict[tuple[str, str], list[Alert]] = {}
    for alert in alerts:
        if alert.level >= least:
            stood.setdefault((alert.home, HAZARDS[alert.hazard]), []).append(alert)
    told = missed = false = spared = 0
    for one in known:
        of_home = stood.get((one.home, one.hazard), [])
        raised = any(alert.opened <= one.day and alert.last >= one.day - LEAD_DAYS for alert in of_home)
        told += one.confirmed and raised
        missed += one.confirmed and not raised
        false += not one.confirmed and raised
        spared += not one.confirmed and not raised
    return Against(told=told, missed=missed, false=false, spared=spared)
