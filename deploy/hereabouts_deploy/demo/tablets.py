"""What a crew of the made-up town reports from its tablet: its round in order, at the pace of the plan.

Most bins are emptied. One that is nearly empty is left and called not full, one in fifty stands behind something, one
over its brim is called overflowing first. A crew that is behind its plan works on at its own pace.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hereabouts_schemas.times import format_time, parse_time

BLOCKED_OF_100 = 2
NOT_FULL = 0.12
BEFORE_EMPTIED = timedelta(seconds=45)

Row = Mapping[str, Any]
Level = Callable[[str, datetime], float]
"""How full a bin is, by its place: 1 is its full line."""


def reports(stops: Sequence[Row], crew: str, since: datetime, now: datetime, level: Level) -> list[dict[str, object]]:
    """The reports that are due by `now` on a round's stops as the API gives them.

    Args:
        since: before then the crew did nothing.
        level: what they find.
    """
    told = [parse_time(stop["outcome"]["at"]) for stop in stops if stop["outcome"]]
    free_at, found = max([since, *told]), []
    for stop in stops:
        if stop["kind"] != "visit" or stop["outcome"] or stop["done"]:
            continue
        free_at = max(parse_time(stop["leaves_at"]), free_at + timedelta(seconds=stop["drive_s"] + stop["service_s"]))
        if free_at > now:
            break
        found += _report(stop, crew, free_at, level(stop["place"], free_at))
    return found


def _report(stop: Row, crew: str, at: datetime, level: float) -> list[dict[str, object]]:
    if zlib.crc32(f"{crew} {stop['visit']}".encode()) % 100 < BLOCKED_OF_100:
        return [_told(stop, crew, "blocked", at, "Demo: a van is parked in front of it.")]
    if level < NOT_FULL:
        return [_told(stop, crew, "not_full", at)]
    over = [_told(stop, crew, "overflowing", at - BEFORE_EMPTIED, "Demo: bags beside it.")] if level > 1 else []
    return [*over, _told(stop, crew, "emptied", at)]


def _told(stop: Row, crew: str, kind: str, at: datetime, note: str | None = None) -> dict[str, object]:
    at = at.replace(microsecond=0)
    return {
        "visit": stop["visit"], "client_id": f"demo/{crew}/{stop['visit']}/{kind}", "kind": kind,
        "at": format_time(at), "lon": stop["lon"], "lat": stop["lat"], "note": note,
    }  # fmt: skip
