"""Devices as the rules of health need them: a fixed number of queries for each thousand of them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from hereabouts_platform.rules.counter_health import HOURS_LOOKED_AT, CountCourse
from hereabouts_platform.rules.device_health import BatteryReading, DeviceFacts
from hereabouts_platform.rules.feed_silence import MANY_DEVICES, FeedFacts
from hereabouts_platform.rules.flat_line import FEWEST, LONGEST, STILLNESS, Course, Movement, movement, span_of
from hereabouts_platform.rules.own_interval import ARRIVALS
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.times import hour_of

SQL = load("device_facts")

LOOKED_BACK = timedelta(days=35)
DEVICES_AT_ONCE = 1000
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feeds:
    """Every feed that deployed devices were heard on, and the hours in which each was heard, by its number."""

    facts: dict[int, FeedFacts]
    hours: dict[int, list[datetime]]

    def listened(self, source: int | None, since: datetime, now: datetime) -> timedelta:
        """How long a device's feed was heard since a time; all of it where few devices share the feed, or none."""
        feed = self.facts.get(source) if source is not None else None
        if feed is None or source is None or feed.devices < MANY_DEVICES:
            return now - since
        hours = self.hours.get(source, [])
        return min(now - since, (len(hours) - bisect_right(hours, since - _HOUR)) * _HOUR)


def read_feeds(connection: Connection, now: datetime) -> Feeds:
    """Read how the feeds of deployed devices are."""
    window = {"since": now - LOOKED_BACK, "now": now}
    return Feeds(
        facts={
            number: FeedFacts(name=name, devices=devices, heard_at=heard_at)
            for number, name, devices, heard_at in connection.execute(SQL["feeds"], window)
        },
        hours=dict(connection.execute(SQL["feed_hours"], window).fetchall()),
    )


def devices_in_batches(
    connection: Connection, feeds: Feeds, now: datetime, *, at_once: int = DEVICES_AT_ONCE
) -> Iterator[list[DeviceFacts]]:
    """Every device that is deployed at `now`, in order of id."""
    after: str | None = None
    while True:
        rows = connection.execute(SQL["deployed"], {"now": now, "after": after, "most": at_once}).fetchall()
        if rows:
            yield _facts(connection, rows, feeds, now)
        if len(rows) < at_once:
            return
        after = rows[-1][0]


def _facts(connection: Connection, rows: Sequence[tuple[Any, ...]], feeds: Feeds, now: datetime) -> list[DeviceFacts]:
    found = {
        device: DeviceFacts(
            device_id=device,
            title=title,
            profile_s=interval_s,
            chemistry=chemistry,
            deployed_from=from_at,
            heard_at=received_at,
        )
        for device, _, title, interval_s, chemistry, from_at, received_at in rows
    }
    deployments = [deployment for _, deployment, *_ in rows]
    _add_messages(connection, found, now)
    for device, quantity, value, at in connection.execute(SQL["batteries"], {"deployments": deployments}):
        found[device] = replace(found[device], battery=BatteryReading(quantity=quantity, value=value, at=at))
    for device, courses in _courses(connection, deployments, now).items():
        found[device] = replace(found[device], courses=tuple(courses))
    for device, counts in _counts(connection, deployments, now).items():
        found[device] = replace(found[device], counts=tuple(counts))
    return [
        replace(facts, listened=feeds.listened(facts.source, facts.heard_here or facts.deployed_from, now))
        for facts in found.values()
    ]


def _add_messages(connection: Connection, found: dict[str, DeviceFacts], now: datetime) -> None:
    values = {"devices": list(found), "since": now - LOOKED_BACK, "now": now, "most": ARRIVALS}
    rows = connection.execute(SQL["messages"], values, binary=True)
    for device, source, arrivals, observed, counters, by_device, by_gateway, bad in rows:
        found[device] = replace(
            found[device],
            source=source,
            arrivals_s=tuple(reversed(arrivals)),
            counters=_in_order(observed, counters),
            clock_source="device" if by_device else "gateway" if by_gateway else None,
            delays_s=tuple(by_device or by_gateway or ()),
            clock_bad=bad,
        )


def _in_order(observed_s: Sequence[float], counters: Sequence[int | None]) -> tuple[int | None, ...]:
    """Counters in the order of the times their messages state, which a backfill keeps."""
    places = sorted(range(len(counters)), key=observed_s.__getitem__)
    return tuple(counters[place] for place in places)


def _courses(connection: Connection, deployments: Sequence[int], now: datetime) -> dict[str, list[Course]]:
    """A few readings show of most datastreams that they move; the others are looked at over their whole span."""
    values = {
        "deployments": deployments,
        "quantities": list(STILLNESS),
        "since": now - LONGEST,
        "now": now,
        "most": FEWEST,
    }
    found: dict[int, tuple[str, Course]] = {}
    for device, stream, quantity, channel, *numbers in connection.execute(SQL["newest_readings"], values):
        found[stream] = (device, _course(quantity, channel, numbers))
    still = {stream: course for stream, (_, course) in found.items() if movement(course) is not Movement.MOVES}
    spans = [now - span_of(c.quantity, c.high) if c.high is not None else now for c in still.values()]
    values = {"streams": list(still), "since": spans, "now": now}
    for stream, *numbers in connection.execute(SQL["courses"], values):
        device, course = found[stream]
        found[stream] = (device, _course(course.quantity, course.channel, numbers))
    courses: dict[str, list[Course]] = {}
    for device, course in found.values():
        courses.setdefault(device, []).append(course)
    return courses


def _counts(connection: Connection, deployments: Sequence[int], now: datetime) -> dict[str, list[CountCourse]]:
    to_at = hour_of(now)
    values = {"deployments": deployments, "from_at": to_at - HOURS_LOOKED_AT * _HOUR, "to_at": to_at}
    found: dict[str, list[CountCourse]] = {}
    for device, quantity, channel, hours, totals in connection.execute(SQL["counts"], values, binary=True):
        counts = np.full(HOURS_LOOKED_AT, np.nan)
        counts[hours] = totals
        course = CountCourse(quantity=quantity, channel=channel, to_at=to_at, counts=counts)
        found.setdefault(device, []).append(course)
    return found


def _course(quantity: str, channel: str, numbers: Sequence[Any]) -> Course:
    count, low, high, first_at, last_at = numbers
    return Course(
        quantity=quantity, channel=channel, count=count, low=low, high=high, first_at=first_at, last_at=last_at
    )
