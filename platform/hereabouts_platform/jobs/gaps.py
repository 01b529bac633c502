"""The job that looks for frames that devices counted and nobody delivered, and asks the network for them."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from hereabouts_platform.access.policy import require
from hereabouts_platform.rules.frame_gaps import DeviceGap, asks_for, gaps_of
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.frame_gaps import (
    ask,
    count_since,
    devices_heard,
    not_asked,
    replace_estimates,
    suspects,
)
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.times import hour_of

INTERVAL = timedelta(minutes=15)
LOOK_BACK = timedelta(hours=6)
FARTHEST = timedelta(days=3)  # how far back backfill that has just ended makes hours be counted anew


def find_gaps(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
    """Count missing frames of the last hours anew, and ask once for each gap; returns how many of each.

    A gap counts in the hour of the frame after it. Only the present matters, so a missed window is not made up for.
    """
    require(principal, Action.WRITE, Resource.SOURCES)
    since = count_since(connection, now - LOOK_BACK, now - FARTHEST, now - 2 * INTERVAL)
    found = [
        (suspect.source_id, DeviceGap(device=suspect.device, gap=gap))
        for suspect in suspects(connection, since, now)
        for gap in gaps_of(suspect.frames)
        if gap.to_at >= since
    ]
    missing: Counter[tuple[int, datetime]] = Counter()
    for source, each in found:
        missing[source, hour_of(each.gap.to_at)] += each.gap.missing
    replace_estimates(connection, since, missing)
    asked = _ask(connection, found, devices_heard(connection, since, now), now) if found else 0
    return {"gaps": len(found), "missing": missing.total(), "asked": asked}


def _ask(connection: Connection, found: list[tuple[int, DeviceGap]], heard: Mapping[int, int], now: datetime) -> int:
    by_source: dict[int, list[DeviceGap]] = {}
    for source, each in not_asked(connection, found):
        by_source.setdefault(source, []).append(each)
    wanted = [(source, each) for source, gaps in by_source.items() for each in asks_for(gaps, heard.get(source, 0))]
    for source, span in wanted:
        ask(connection, source, span, now)
    return len(wanted)
