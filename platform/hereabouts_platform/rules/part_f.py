"""Damp and mould by the moisture criteria of Approved Document F: the first rule, one room at a time.

Moving averages of relative humidity should be less than 85 % (a day), 75 % (a week) and 65 % (a month) in the room's
air, and less than 95, 85 and 75 % (water activity 0.95, 0.85, 0.75) at its coldest surface. Source: Approved Document F
of the Building Regulations 2010, appendix on performance criteria, as UCL thesis 1344167 gives the numbers. Day and
week are judged; docs/rules.md says why, and what the rule cannot say.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.averages import DAY, WEEK, trailing_mean
from hereabouts_platform.climate.document_f import AIR, RAISING, SURFACE, Criterion
from hereabouts_platform.climate.surface import surface_humidity
from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.rules import part_f_words as words
from hereabouts_platform.rules.room import HOUR, RoomFacts, full_hour
from hereabouts_schemas.alert import Assessment, Evidence, Finding, Level, Station, SubjectKind

HAZARD = "damp_mould"
RULE = "part_f"
RULE_VERSION = "1"

SILENT_AFTER = timedelta(hours=24)
HOURS_LOOKED_AT = 31 * 24

Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Course:
    """Every criterion's moving average at the end of each hour, and when the first hour began."""

    room: RoomFacts
    averages: Mapping[Criterion, Floats]

    @property
    def last(self) -> int:
        """Index of the last full hour."""
        return len(self.room.humidity) - 1

    @property
    def in_full_view(self) -> Bools:
        """For each hour, whether all that its averages look back on is among the facts."""
        return np.arange(len(self.room.humidity)) >= WEEK.hours - 1

    def values_at(self, index: int) -> dict[Criterion, float]:
        """What could be averaged at the end of that hour."""
        found = {criterion: float(course[index]) for criterion, course in self.averages.items()}
        return {criterion: value for criterion, value in found.items() if not np.isnan(value)}

    def end_of(self, index: int) -> datetime:
        """The instant that hour ended."""
        return self.room.from_at + (index + 1) * HOUR


def assess(room: RoomFacts, now: datetime) -> Assessment:
    """What the criteria say of `room` at `now`, an aware instant; only full hours before it count.

    FLAG when a day's or a week's average reaches its limit; CLEAR when day and week of the air are known, every
    average that is known lies more than 5 points below its limit, and none that reached its limit has been lost from
    sight since; CANNOT_SAY when nothing was read for 24 hours or too little to average; HOLD in between. The same
    readings give the same answer, whatever alerts are open: HOLD and CANNOT_SAY carry the last FLAG of the 24 days
    that nothing has cleared (31 days are looked at, and a week's average needs the week before).
    """
    course = _course(_cut(room, now))
    values = course.values_at(course.last)
    silent = room.last_at is None or now - room.last_at >= SILENT_AFTER
    flags, clears = _flags(course), _clears(course)
    if silent or not values:
        missing = words.silence(room.last_at) if silent else words.too_little(course.room.humidity)
        draft = _draft(course, course.last, Finding.CANNOT_SAY, missing)
    elif flags[course.last]:
        return _flag(course, course.last, now)
    elif clears[course.last]:
        return _draft(course, course.last, Finding.CLEAR, words.clear(course.room, values))
    else:
        draft = _draft(course, course.last, Finding.HOLD, words.hold(course.room, values))
    raised = _last_true(flags & ~np.isnan(course.room.humidity) & course.in_full_view)
    return replace(draft, earlier=_flag(course, raised, now) if raised > _last_true(clears) else None)


def unmeasured(place_id: str, evidence: Mapping[str, Evidence]) -> Assessment:
    """What can be said of a place that has an open alert and no facts: its sensor was registered elsewhere, or its kind
    changed. Always CANNOT_SAY, for no data never clears; the same `evidence`, the alert's own, gives the same answer.
    """
    return Assessment(
        subject_kind=SubjectKind.PLACE,
        subject_id=place_id,
        hazard=HAZARD,
        finding=Finding.CANNOT_SAY,
        level=Level.WATCH,
        reason=words.no_sensor(max((number.to_at for number in evidence.values()), default=None)),
        rule=RULE,
        rule_version=RULE_VERSION,
    )


def level_of(reached: Collection[Criterion]) -> Level:
    """Watch for a day or a week beyond its limit; act for both at once: a wet week that is not drying."""
    return Level.ACT if {DAY, WEEK} <= {criterion.period for criterion in reached} else Level.WATCH


def _flags(course: _Course) -> Bools:
    """For each hour, whether any criterion that raises had reached its limit."""
    raised: Bools = np.any([averages >= c.limit for c, averages in course.averages.items()], axis=0)
    return raised


def _clears(course: _Course) -> Bools:
    """For each hour, whether an alert could clear: all that is known well below, nothing that raised it unknown."""
    fine = []
    for criterion, averages in course.averages.items():
        unknown = np.isnan(averages)
        below = averages < criterion.clear_below
        lost = unknown & (_latest(averages >= criterion.limit) > _latest(below))
        fine += [(below | unknown) & ~lost]
        if criterion.medium == AIR:
            fine += [~unknown]
    clear: Bools = np.all(fine, axis=0)
    return clear


def _latest(mask: Bools) -> NDArray[np.int64]:
    """For each hour, the index of the last hour up to it for which `mask` holds; -1 before the first."""
    return np.maximum.accumulate(np.where(mask, np.arange(len(mask)), -1))


def _last_true(mask: Bools) -> int:
    return int(_latest(mask)[-1])


def _flag(course: _Course, index: int, now: datetime) -> Assessment:
    values = course.values_at(index)
    reached = {criterion: value for criterion, value in values.items() if value >= criterion.limit}
    fresh = course.end_of(index) == full_hour(now)
    reason = words.flag(course.room, reached, None if fresh else course.end_of(index))
    if fresh and words.is_quiet(course.room.last_at, now):
        reason = f"{reason} {words.silence(course.room.last_at)}"
    return replace(_draft(course, index, Finding.FLAG, reason), level=level_of(reached))


def _draft(course: _Course, index: int, finding: Finding, reason: str) -> Assessment:
    return Assessment(
        subject_kind=SubjectKind.PLACE,
        subject_id=course.room.place_id,
        hazard=HAZARD,
        finding=finding,
        level=Level.WATCH,
        reason=reason,
        rule=RULE,
        rule_version=RULE_VERSION,
        evidence=_evidence(course, index),
    )


def _evidence(course: _Course, index: int) -> dict[str, Evidence]:
    to_at = course.end_of(index)
    return {
        criterion.name: Evidence(
            value=value,
            unit="%",
            limit=criterion.limit,
            from_at=to_at - timedelta(hours=criterion.period.hours),
            to_at=to_at,
            station=_station(course.room) if criterion.medium == SURFACE else None,
        )
        for criterion, value in course.values_at(index).items()
    }


def _station(room: RoomFacts) -> Station | None:
    """Where the outdoor temperature was measured: a surface is worked out with it."""
    if room.weather is None:
        return None
    weather = room.weather
    return Station(place=weather.station_id, name=weather.station, distance_km=round(weather.distance_km, 1))


def _course(room: RoomFacts) -> _Course:
    series = {AIR: room.humidity}
    if room.weather is not None:
        wall = surface_humidity(room.temperature, room.humidity, room.weather.temperature, room.f_rsi)
        series[SURFACE] = np.minimum(wall, 100.0)  # water activity ends at 1: beyond it water runs down the wall
    averages = {c: trailing_mean(series[c.medium], c.period) for c in RAISING if c.medium in series}
    return _Course(room=room, averages=averages)


def _cut(room: RoomFacts, now: datetime) -> RoomFacts:
    """The 31 days to the last full hour before `now`, with unknown hours where the facts do not reach."""
    to_at = full_hour(now)
    from_at = to_at - HOURS_LOOKED_AT * HOUR
    offset = int((from_at - room.from_at) / HOUR)
    weather = room.weather
    if weather is not None:
        weather = replace(weather, temperature=_shift(weather.temperature, offset))
    return replace(
        room,
        from_at=from_at,
        temperature=_shift(room.temperature, offset),
        humidity=_shift(room.humidity, offset),
        weather=weather,
    )


def _shift(values: Floats, offset: int) -> Floats:
    wanted = np.arange(offset, offset + HOURS_LOOKED_AT)
    inside = (wanted >= 0) & (wanted < len(values))
    shifted = np.full(HOURS_LOOKED_AT, np.nan)
    shifted[inside] = values[wanted[inside]]
    return shifted
