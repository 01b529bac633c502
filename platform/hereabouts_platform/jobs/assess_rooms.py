"""One part of the assessment: the days of some homes worked out, kept and said, and their alerts."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hereabouts_platform.homes.day import figured_day
from hereabouts_platform.homes.faults import standing_faults
from hereabouts_platform.homes.first_cause import first_causes, wants_cause, with_cause
from hereabouts_platform.homes.limits import Limits
from hereabouts_platform.homes.outdoors import Places
from hereabouts_platform.homes.record import HAZARDS, OK, RAISED, Record, blank
from hereabouts_platform.homes.told import features_of, vpx5_of
from hereabouts_platform.homes.verdict import About, Speaker
from hereabouts_platform.rules.alert_life import OpenAlert
from hereabouts_platform.store import assessment as store
from hereabouts_platform.store.alerts import Changes, follow
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.room_facts import Stock
from hereabouts_platform.store.room_hours import Block, read_block
from hereabouts_schemas.alert import Assessment

DAYS_SAID = 400  # days back that rows are written for: as long as they are kept
_ROOM_DAYS = 40_000  # read at once: some 60 MB
_MOST_DAYS = 31


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """A run: the hour up to which it assesses, and the alerts that stood open when it began, by hazard and place."""

    hour: datetime
    now: datetime
    limits: Limits
    standing: Mapping[str, Mapping[str, OpenAlert]]

    @property
    def today(self) -> int:
        """Days since 1970."""
        return store.day_of(self.hour.date())

    def until(self, day: int) -> int:
        """How many hours of a day are over."""
        return self.hour.hour if day == self.today else 24


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Start:
    """Rooms that go on from the same day: their places in the stock, and their records at the end of the day before."""

    which: list[int]
    record: Record


def assess_rooms(connection: Connection, stock: Stock, turn: Turn) -> Changes:
    """Bring the rooms of whole homes up to the hour, inside `acting()`; returns what became of their alerts."""
    store.plan_simply(connection)
    changes = Changes()
    for start in _starts(connection, stock, turn):
        part = stock.of(start.which)
        record, chosen = _fold(connection, part, start.record, turn)
        changes += _follow(connection, part, record, chosen, turn)
    store.done(connection, stock.homes)
    return changes


def _starts(connection: Connection, stock: Stock, turn: Turn) -> list[_Start]:
    """Where each home goes on: at the newest states before what was touched, else at its first month."""
    due = store.due_from(connection, stock.homes)
    places = [row.place_id for row in stock.rows]
    store.forget_states(connection, {row.place_id: due[row.home_id] for row in stock.rows if row.home_id in due})
    states = store.newest_states(
        connection, {row.place_id: min(due.get(row.home_id, turn.today), turn.today) for row in stock.rows}
    )
    homes: dict[str, list[int]] = {}
    for n, row in enumerate(stock.rows):
        homes.setdefault(row.home_id, []).append(n)
    goes_on = {
        home: all(
            (state := states.get(places[n])) is not None
            and state.facts == stock.facts[n]
            and state.day == states[places[rooms[0]]].day
            for n in rooms
        )
        for home, rooms in homes.items()
    }
    fresh = [n for home, rooms in homes.items() if not goes_on[home] for n in rooms]
    first = _first_days(connection, stock, fresh, turn)
    by_day: dict[int, list[int]] = {}
    for home, rooms in homes.items():
        day = states[places[rooms[0]]].day + 1 if goes_on[home] else first[home]
        by_day.setdefault(day, []).extend(rooms)
    found = []
    for day, rooms in sorted(by_day.items()):
        record = blank(len(rooms), day - 1)
        known = [at for at, n in enumerate(rooms) if goes_on[stock.rows[n].home_id]]
        if known:
            record[known] = store.records_of([states[places[rooms[at]]] for at in known])
        found.append(_Start(which=rooms, record=record))
    return found


def _first_days(connection: Connection, stock: Stock, fresh: Sequence[int], turn: Turn) -> dict[str, int]:
    """The first day of the month of each home's first reading, so that many homes begin together; what was said of days
    before it goes, and every state: they were reckoned with other facts."""
    places = [stock.rows[n].place_id for n in fresh]
    if not places:
        return {}
    days = store.first_days(connection, places)
    first: dict[str, int] = {}
    for n in fresh:
        row = stock.rows[n]
        day = min(days.get(row.place_id, turn.today), turn.today)
        first[row.home_id] = min(day, first.get(row.home_id, day))
    first = {home: store.day_of(store.date_of(day).replace(day=1)) for home, day in first.items()}
    store.forget_states(connection, dict.fromkeys(places, 0))
    store.forget_days(connection, {stock.rows[n].place_id: first[stock.rows[n].home_id] for n in fresh})
    return first


def _fold(connection: Connection, stock: Stock, record: Record, turn: Turn) -> tuple[Record, Places]:
    """Day after day to the hour; keeps states and writes what was said. Returns today's records and stations.

    While days are worked out the server reads the next ones and writes the last ones, one statement at a time and in
    the same transaction: so both cores have work.
    """
    chosen = np.full(len(stock.rows), -1, dtype=np.intp)
    spans = _spans(int(record["day"][0]) + 1, turn.today, len(stock.rows))
    with ThreadPoolExecutor(max_workers=1) as beside:
        blocks = [beside.submit(read_block, connection, stock, *span) for span in spans[:1]]
        written: list[Future[None]] = []
        for n, span in enumerate(spans):
            block = blocks.pop().result()
            blocks = [beside.submit(read_block, connection, stock, *after) for after in spans[n + 1 : n + 2]]
            said = _said(block, stock, record, turn, span)
            record, chosen = said[-1].record, said[-1].station
            for one in written:  # before the next block: what went wrong first is what is raised
                one.result()
            written = [beside.submit(_write, connection, stock, said, turn)]
        for one in written:
            one.result()
    return record, chosen


def _spans(day: int, today: int, rooms: int) -> list[tuple[int, int]]:
    """First day and number of days of each block that is read at once."""
    most = min(max(_ROOM_DAYS // rooms, 1), _MOST_DAYS)
    return [(first, min(most, today - first + 1)) for first in range(day, today + 1, most)]


def _said(block: Block, stock: Stock, record: Record, turn: Turn, span: tuple[int, int]) -> list[store.DaysSaid]:
    """The days of a block, worked out after `record`."""
    said = []
    for day in range(span[0], sum(span)):
        hours, chosen = block.day(day, stock, turn.until(day))
        record, figures = figured_day(record, hours, turn.until(day), stock.rooms, turn.limits)
        said.append(
            store.DaysSaid(
                record=record,
                figures=figures,
                vpx5=vpx5_of(record, turn.limits),
                faults=standing_faults(record, turn.limits.sensor),
                station=chosen,
            )
        )
    return said


def _write(connection: Connection, stock: Stock, said: Sequence[store.DaysSaid], turn: Turn) -> None:
    """Keep the states that are kept, and rows of the days that are."""
    places = [row.place_id for row in stock.rows]
    for one in said:
        if store.keeps_state(one.day, turn.today):
            store.save_states(connection, places, stock.facts, one.record)
    kept = [one for one in said if one.day >= turn.today - DAYS_SAID]
    if kept:
        store.save_days(connection, places, kept, [station.place_id for station in stock.stations], turn.limits)


def _follow(connection: Connection, stock: Stock, record: Record, chosen: Places, turn: Turn) -> Changes:
    """Bring the alerts in line; of rooms that are well and have none, nothing needs to be said."""
    spoken = np.where(chosen >= 0, chosen, stock.near.station[:, 0])  # at midnight none has an hour of the day yet
    abouts = [
        About(place_id=row.place_id, room=row.name, station=stock.station_of(n, int(spoken[n])))
        for n, row in enumerate(stock.rows)
    ]
    speaker = Speaker(record, stock.rooms, abouts, turn.limits)
    changes = Changes()
    for hazard, name in enumerate(HAZARDS):
        alerts = turn.standing[name]
        raised = np.isin(record["level"][:, hazard], RAISED) | (record["standing"][:, hazard] != OK)
        wanted = [n for n, row in enumerate(stock.rows) if raised[n] or row.place_id in alerts]
        said = [speaker.assessment(n, hazard, has_alert=stock.rows[n].place_id in alerts) for n in wanted]
        said = _with_causes(said, wanted, stock, record, turn)
        changes += follow(connection, said, alerts, turn.now)
    return changes


def _with_causes(
    said: Sequence[Assessment], rooms: Sequence[int], stock: Stock, record: Record, turn: Turn
) -> list[Assessment]:
    """What is said of `rooms`, all of one hazard, with the first cause where it is to be told anew."""
    found = list(said)
    which = [
        n
        for n, one in enumerate(said)
        if wants_cause(one, turn.standing[one.hazard].get(one.subject_id), turn.hour.hour)
    ]
    if which:
        picked = np.array([rooms[n] for n in which], dtype=np.intp)
        features = features_of(record[picked], stock.rooms.of(picked), turn.limits)
        for n, cause in zip(which, first_causes(features, said[0].hazard), strict=True):
            found[n] = with_cause(found[n], cause)
    return found
