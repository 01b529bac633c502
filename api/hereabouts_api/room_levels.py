"""What the assessment last said of rooms, for the API and for pages: levels now, since when, and why."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hereabouts_api.pages.words import number
from hereabouts_platform.homes.record import HAZARDS
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.home_levels import STALE, levels_of

Row = Mapping[str, Any]
READ_LATELY = "Readings have come in; they are assessed within the hour."
RAISED = ("watch", "act", "urgent")
FAULTS = {
    "stuck": "the sensor seems stuck",
    "below_outdoors": "it reads less vapour than there is outdoors",
    "saturated": "its humidity has stood at the end of its scale for days",
    "drift": "its humidity seems to have drifted",
    "moved": "it seems to have been moved",
}


def place_levels(connection: Connection, place: str, alerts: Sequence[Row], now: datetime) -> list[Row]:
    """Each hazard's level in every measured room of a home, or in one room, as `LevelItem` has it.

    Args:
        place: a home's or a room's id.
        alerts: those open there; one that stands gives the reason of its level.
    """
    reasons = {(alert["place"], alert["hazard"]): alert["reason"] for alert in alerts}
    return [
        _of_hazard(row, hazard, reasons.get((row["place"], hazard)), now)
        for row in levels_of(connection, place)
        for hazard in HAZARDS
    ]


def _of_hazard(row: Row, hazard: str, reason: str | None, now: datetime) -> Row:
    stale, day, level = is_stale(row, now), row["day"], level_now(row, hazard, now)
    since = day + timedelta(days=1) if stale and day is not None else row[f"{hazard}_since"]
    mould = hazard == "damp_mould" and not stale and row["mould_low"] is not None
    return {
        "place": row["place"],
        "hazard": hazard,
        "level": level,
        "since": since,
        "day": day,
        "reason": reason if reason is not None and level in RAISED else why(row, now),
        "mould_index": {"lower": row["mould_low"], "upper": row["mould_high"]} if mould else None,
        "coverage": row["covered"] / row["until"] if not stale and row["until"] else None,
        "faults": [] if stale else row["faults"],
    }


def is_stale(row: Row, now: datetime) -> bool:
    """Whether what was last said of a room was said too long ago to speak of now, or never."""
    day: date | None = row["day"]
    return day is None or day < (now - STALE).date()


def level_now(row: Row, hazard: str, now: datetime) -> str:
    """A room's level now: what was last said too long ago says nothing any more."""
    return "no_data" if is_stale(row, now) else str(row[hazard])


def why(row: Row, now: datetime) -> str:
    """What a room's levels rest on, in a sentence."""
    day: date | None = row["day"]
    if day is None:
        return READ_LATELY if row["was_read"] else "Nothing has been read here yet."
    if is_stale(row, now):
        return f"Last assessed for {day.day} {day:%B %Y}."
    if row["faults"]:
        return f"In doubt: {', '.join(FAULTS.get(fault, fault) for fault in row['faults'])}."
    parts = [
        ("Last 7 days: air at", row["air_week"], "%", " % humidity"),
        ("coldest surface", row["surface_week"], "%", " %"),
        ("", row["temperature_week"], "Cel", " °C"),
    ]
    said = [f"{what} {number(value, unit)}{after}".strip() for what, value, unit, after in parts if value is not None]
    if not said:
        return "Too few readings to say."
    return f"{', '.join(said)}." + (f" Weather: {row['station']}." if row["station"] else "")
