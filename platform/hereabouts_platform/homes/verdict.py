"""Verdicts on rooms: of each hazard the level, the reason, the numbers; and what that means for its alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta

import numpy as np

from hereabouts_platform.homes import words
from hereabouts_platform.homes.faults import standing_faults
from hereabouts_platform.homes.figures import Figures, closes, figures_of
from hereabouts_platform.homes.limits import LIMITS, Limits
from hereabouts_platform.homes.record import (
    FAULTS,
    HAZARDS,
    LEVELS,
    NEVER,
    NO_DATA,
    OK,
    SENSOR_FAULT,
    Record,
)  # fmt: skip
from hereabouts_platform.homes.rooms import Rooms
from hereabouts_platform.homes.words import EPOCH, HOUR, RoomNow, known
from hereabouts_schemas.alert import Assessment, Evidence, Finding, Level, Station, SubjectKind

RULE = "homes"
DAMP, COLD, HEAT = range(3)
_COUNTS = ("bitter", "cold_hours", "hot_hours", "condensing_days", "silent")


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What a room is called, and whose weather it was worked out with."""

    place_id: str
    room: str | None = None
    station: Station | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One hazard of one room.

    Attributes:
        level: one of `record.LEVELS`; `standing` the level that stands, whatever can be said now.
        confidence: high, medium or low; None where nothing is raised.
    """

    hazard: str
    level: str
    standing: str
    reason: str
    confidence: str | None
    evidence: dict[str, Evidence]


class Speaker:
    """Says what stands of rooms, one at a time: most rooms are well and nobody asks."""

    def __init__(self, record: Record, rooms: Rooms, abouts: Sequence[About], limits: Limits = LIMITS) -> None:
        self._record, self._rooms, self._abouts, self._limits = record, rooms, abouts, limits
        self._figures = figures_of(record, limits)
        self._faults = standing_faults(record, limits.sensor)
        self._closing = closes(record, limits)

    def verdict(self, room: int, hazard: int) -> Verdict:
        """What stands of a hazard of a room."""
        now = self._room_now(room, hazard)
        confidence = _confidence(now, self._limits) if hazard == DAMP and now.standing > OK else None
        return Verdict(
            hazard=HAZARDS[hazard],
            level=LEVELS[now.level],
            standing=LEVELS[now.standing],
            reason=self._reason(now, hazard, confidence or ""),
            confidence=confidence,
            evidence=self._evidence(room, now, hazard),
        )

    def assessment(self, room: int, hazard: int, *, has_alert: bool) -> Assessment:
        """What a verdict means for the alert: only a level that is known to be well clears it.

        Where nothing can be said now, what stood is told beside it as long as its averages are known; then an alert
        that is open (`has_alert`) keeps what it said.
        """
        verdict = self.verdict(room, hazard)
        draft = self._draft(room, verdict)
        untold = verdict.level in (LEVELS[NO_DATA], LEVELS[SENSOR_FAULT])
        if untold and verdict.standing != LEVELS[OK] and (verdict.evidence or not has_alert):
            stood = self._room_now(room, hazard, level=LEVELS.index(verdict.standing))
            reason = self._reason(stood, hazard, words.LOW_CONFIDENCE)
            earlier = self._draft(room, verdict, finding=Finding.FLAG, reason=reason)
            return self._draft(room, verdict, earlier=earlier)
        return draft

    def _draft(
        self,
        room: int,
        verdict: Verdict,
        *,
        finding: Finding | None = None,
        reason: str | None = None,
        earlier: Assessment | None = None,
    ) -> Assessment:
        raised = verdict.standing if verdict.standing != LEVELS[OK] else Level.WATCH.value
        return Assessment(
            subject_kind=SubjectKind.PLACE,
            subject_id=self._abouts[room].place_id,
            hazard=verdict.hazard,
            finding=finding or _finding(verdict.level),
            level=Level(raised),
            reason=reason or verdict.reason,
            rule=RULE,
            rule_version=self._limits.version,
            evidence=verdict.evidence,
            earlier=earlier,
        )

    def _room_now(self, room: int, hazard: int, level: int | None = None) -> RoomNow:
        row = self._record[room]
        closing = bool(self._closing[room])
        began = int(row["day"]) * 24
        ends = began + int(row["until"])
        moved = int(row["day"]) - int(row["moved_day"]) < self._limits.sensor.moved_days
        silent = int(row["silent"])
        figures = {one.name: float(getattr(self._figures, one.name)[room]) for one in fields(Figures)}
        about = self._abouts[room]
        return RoomNow(
            room=about.room,
            station=about.station.name if about.station else None,
            f_rsi=float(self._rooms.factor[room]),
            f_known=bool(self._rooms.f_known[room]),
            ends=ends if closing else began,
            day_began=began if closing else began - 24,
            last_reading=None if silent == NEVER and int(row["first_hour"]) < 0 else ends - silent,
            standing=int(row["standing"][hazard]),
            level=int(row["level"][hazard]) if level is None else level,
            figures={**figures, "night": float(row["night"])},
            counts={name: int(row[name]) for name in _COUNTS},
            faults=frozenset(n for n in range(len(FAULTS)) if self._faults[room, n]),
            moved_at=int(row["moved_day"]) * 24 if moved else None,
        )

    def _reason(self, now: RoomNow, hazard: int, confidence: str) -> str:
        if now.level == SENSOR_FAULT:
            return words.fault_reason(now)
        if now.level == NO_DATA:
            return words.no_data_reason(now, self._limits, of_damp=hazard == DAMP)
        if hazard == DAMP:
            return words.damp_reason(now, self._limits, confidence)
        return (words.cold_reason if hazard == COLD else words.heat_reason)(now, self._limits)

    def _evidence(self, room: int, now: RoomNow, hazard: int) -> dict[str, Evidence]:
        damp, cold, heat = self._limits.damp, self._limits.cold, self._limits.heat
        station = self._abouts[room].station
        wanted = {
            DAMP: (
                ("air_humidity_week", "air_week", "%", damp.air_week, 7, None),
                ("air_humidity_month", "air_month", "%", damp.air_month, 30, None),
                ("air_humidity_day", "air_day", "%", damp.air_day, 1, None),
                ("surface_humidity_week", "surface_week", "%", damp.surface_week, 7, station),
                ("surface_humidity_month", "surface_month", "%", damp.surface_month, 30, station),
            ),
            COLD: (("temperature_week", "temperature_week", "Cel", cold.cool, 7, None),),
            HEAT: (("night_temperature", "night", "Cel", heat.warm, 1, None),),
        }[hazard]
        found = {
            name: Evidence(
                value=round(now.figures[figure], 6),
                unit=unit,
                limit=limit,
                from_at=EPOCH + now.day_began * HOUR - timedelta(days=days - 1),
                to_at=EPOCH + now.ends * HOUR,
                station=whose,
            )
            for name, figure, unit, limit, days, whose in wanted
            if known(now.figures[figure])
        }
        return {**found, **self._index(now, station)} if found and hazard == DAMP else found

    def _index(self, now: RoomNow, station: Station | None) -> dict[str, Evidence]:
        """The mould index is known at any time; it stands beside averages, not alone."""
        ends = EPOCH + now.ends * HOUR
        return {
            "mould_index": Evidence(
                value=round(now.figures["mould_low"], 6),
                unit="1",
                limit=self._limits.damp.index_act,
                from_at=ends - timedelta(days=7),
                to_at=ends,
                station=station,
            )
        }


def unmeasured(place_id: str, hazard: str, evidence: Mapping[str, Evidence], limits: Limits = LIMITS) -> Assessment:
    """What can be said of a place that has an open alert and is measured no more: its sensor was registered elsewhere,
    or its kind changed. Never that it is well; the same `evidence`, the alert's own, gives the same answer.
    """
    return Assessment(
        subject_kind=SubjectKind.PLACE,
        subject_id=place_id,
        hazard=hazard,
        finding=Finding.CANNOT_SAY,
        level=Level.WATCH,
        reason=words.no_sensor(max((number.to_at for number in evidence.values()), default=None)),
        rule=RULE,
        rule_version=limits.version,
    )


def _finding(level: str) -> Finding:
    if level in (LEVELS[NO_DATA], LEVELS[SENSOR_FAULT]):
        return Finding.CANNOT_SAY
    return Finding.CLEAR if level == LEVELS[OK] else Finding.FLAG


def _confidence(now: RoomNow, limits: Limits) -> str:
    """High where it stands even with the sensor and the wall at the good end of their tolerance; low where a month's
    readings are incomplete or the bounds lie far apart."""
    if now.figures["days_of_month"] < limits.sensor.days_a_month or now.station is None:
        return words.LOW_CONFIDENCE
    if now.figures["mould_high"] - now.figures["mould_low"] > limits.mould.widest / 2:
        return words.LOW_CONFIDENCE
    sure = now.figures["sensor_low"] >= limits.damp.index_act
    sure |= now.figures["surface_month"] >= limits.damp.surface_month + 2 * limits.mould.humidity_tolerance
    return words.HIGH_CONFIDENCE if sure else words.MEDIUM_CONFIDENCE


def worst(levels: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> int:
    """The level of a home by those of its rooms: what is raised first, then what cannot be told, then well.

    A room that is silent never makes a home look well.
    """
    order = (3, 2, 1, SENSOR_FAULT, NO_DATA, OK)
    return next(level for level in order if level in levels)
