"""What the rule said against what was true, counted by home so that towns can be added up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from hereabouts_deploy.demo.truth import WELL, Cause, Fault, Truth
from hereabouts_deploy.demo.winter import Winter
from hereabouts_deploy.evaluation.judged import COLD, DAMP, HEAT, Judged, raised
from hereabouts_platform.homes.cause import Cause as Told
from hereabouts_platform.homes.record import ACT, NO_DATA, SENSOR_FAULT, URGENT, WATCH

#: What each of the town's causes is called by the rule.
CALLED = {
    Cause.UNDER_HEATED: Told.UNDER_HEATING,
    Cause.HEATING_BROKEN: Told.UNDER_HEATING,
    Cause.UNDER_VENTILATED: Told.UNDER_VENTILATION,
    Cause.COLD_BRIDGE: Told.COLD_BRIDGE,
    Cause.EXTRACT_FAILED: Told.EXTRACT_FAILURE,
    Cause.PENETRATING: Told.WATER_INGRESS,
    Cause.PLUMBING: Told.WATER_INGRESS,
    Cause.SENSOR_FAULT: Told.SENSOR_FAULT,
}
#: Hours below 16 degC, and at night above 26, from which a home was truly cold or hot; below the lesser it was not.
TRULY_COLD_H, HARDLY_COLD_H = 100.0, 12.0
TRULY_HOT_H, HARDLY_HOT_H = 33.0, 1.0

Days = npt.NDArray[np.float64]


@dataclass(kw_only=True, slots=True)
class Tally:
    """Counts over the homes of one town or many; pairs are named "of"."""

    homes: int = 0
    weeks: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    causes: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            homes=self.homes + other.homes,
            weeks=max(self.weeks, other.weeks),
            counts=self.counts + other.counts,
            causes=self.causes + other.causes,
        )

    def share(self, part: str, whole: str) -> float:
        """One count of another; NaN of none."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else float("nan")


def score(winter: Winter, judged: Judged) -> Tally:
    """Count one town."""
    days = len(judged.level)
    tally = Tally(homes=len(winter.homes), weeks=days / 7)
    for k, home in enumerate(winter.homes):
        rooms = np.flatnonzero(judged.home == k)
        about, outcome = winter.truth[home.id], winter.outcomes[home.id]
        damp_day = np.inf if outcome.damp_at is None else (outcome.damp_at - winter.origin) / timedelta(days=1)
        _damp(tally, judged, rooms, about, damp_day)
        _cold_and_heat(tally, judged, rooms, outcome.very_cold_hours, outcome.hot_night_hours)
        _faults(tally, judged, rooms, about, (days, winter))
    _alerts(tally, judged)
    return tally


def _first_day(holds: npt.NDArray[np.bool_]) -> float:
    """Days after the start at which it first was so (days are judged at their end); infinite where never."""
    days = np.flatnonzero(holds.any(axis=1))
    return float(days[0]) + 1 if len(days) else np.inf


def _damp(tally: Tally, judged: Judged, rooms: npt.NDArray[np.intp], about: Truth, damp_day: float) -> None:
    level = judged.level[:, rooms, DAMP]
    damp, troubled = np.isfinite(damp_day), about.cause not in WELL
    tally.counts["damp"] += damp
    for name, least in (("watch", WATCH), ("act", ACT), ("urgent", URGENT)):
        first = _first_day(raised(level, least))
        flagged = np.isfinite(first)
        tally.counts[f"{name} flagged"] += flagged
        tally.counts[f"{name} in time"] += damp and first < damp_day
        tally.counts[f"{name} right"] += flagged and damp
        tally.counts[f"{name} troubled"] += flagged and (damp or troubled)
        tally.counts[f"{name} well"] += flagged and not damp and not troubled
    if damp:
        tally.counts[f"damp by {about.cause}"] += 1
        tally.counts[f"in time by {about.cause}"] += _first_day(raised(level, ACT)) < damp_day
        _cause(tally, judged, rooms, about)


def _cause(tally: Tally, judged: Judged, rooms: npt.NDArray[np.intp], about: Truth) -> None:
    """The first cause told of the room that was raised first, at its highest."""
    level = judged.level[:, rooms, DAMP]
    least = ACT if raised(level, ACT).any() else WATCH
    first = [_first_day(raised(level[:, k : k + 1], least)) for k in range(len(rooms))]
    if not np.isfinite(min(first)):
        return
    room = int(rooms[int(np.argmin(first))])
    right = {CALLED[cause] for cause in about.causes if cause in CALLED}
    told, later = judged.first_cause[room], judged.later_cause[room]
    tally.counts["told"] += 1
    tally.counts["told right"] += told in right
    tally.counts["told right later"] += later in right
    tally.causes[str(about.cause), str(told)] += 1


def _cold_and_heat(
    tally: Tally, judged: Judged, rooms: npt.NDArray[np.intp], cold_hours: float, hot_hours: float
) -> None:
    for name, hazard, hours, truly, hardly, least in (
        ("cold", COLD, cold_hours, TRULY_COLD_H, HARDLY_COLD_H, ACT),
        ("heat", HEAT, hot_hours, TRULY_HOT_H, HARDLY_HOT_H, WATCH),
    ):
        flagged = bool(raised(judged.level[:, rooms, hazard], least).any())
        tally.counts[f"{name} flagged"] += flagged
        tally.counts[name] += hours >= truly
        tally.counts[f"{name} found"] += flagged and hours >= truly
        tally.counts[f"{name} false"] += flagged and hours < hardly
        urgent = bool(raised(judged.level[:, rooms, hazard], URGENT).any())
        tally.counts[f"{name} urgent false"] += urgent and hours < hardly


def _faults(tally: Tally, judged: Judged, rooms: npt.NDArray[np.intp], about: Truth, span: tuple[int, Winter]) -> None:
    """A dead sensor is called by no data, a moved one by the question, others by a sensor fault or as first cause."""
    days, winter = span
    first = int(rooms[0])
    level = judged.level[:, first, DAMP]
    if about.fault is None:
        tally.counts["sound"] += 1
        tally.counts["sound called faulty"] += bool(judged.faulty[:, rooms].any())
        tally.counts["sound asked if moved"] += bool(judged.moved[:, rooms].any())
        return
    if about.fault is Fault.GLITCHES:
        tally.counts["glitching"] += 1
        tally.counts["glitching flagged"] += bool(raised(judged.level[:, rooms, DAMP]).any())
        return
    since = 0 if about.since is None else int((about.since - winter.origin) / timedelta(days=1))
    after = slice(min(since, days - 1), days)
    if about.fault is Fault.DEAD:
        called = bool((level[after] == NO_DATA).any())
    else:
        called = bool((level[after] == SENSOR_FAULT).any()) or judged.first_cause[first] is Told.SENSOR_FAULT
        called = called or (about.fault is Fault.MOVED and bool(judged.moved[after, first].any()))
    tally.counts["faults"] += 1
    tally.counts["faults called"] += called
    tally.counts[f"fault {about.fault}"] += 1
    tally.counts[f"called {about.fault}"] += called


def _alerts(tally: Tally, judged: Judged) -> None:
    """Alerts opened: a room's hazard that is raised and was not the day before."""
    for name, least in (("watch", WATCH), ("act", ACT), ("urgent", URGENT)):
        stands = raised(judged.level, least)
        opened = stands & ~np.concatenate([np.zeros_like(stands[:1]), stands[:-1]])
        for hazard, called in ((DAMP, "damp"), (COLD, "cold"), (HEAT, "heat")):
            tally.counts[f"{called} alerts {name}"] += int(opened[:, :, hazard].sum())


def total(tallies: Iterable[Tally]) -> Tally:
    """All towns together."""
    found = Tally()
    for tally in tallies:
        found += tally
    return found
