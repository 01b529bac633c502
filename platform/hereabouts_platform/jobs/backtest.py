"""The past of homes folded by several rules at once: parts of the stock in processes of their own; nothing is kept."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import numpy as np

from hereabouts_platform.homes.backtest import Alert, Known, alerts_of
from hereabouts_platform.homes.day import next_day
from hereabouts_platform.homes.limits import Limits
from hereabouts_platform.homes.record import blank
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.learning import outcomes_of
from hereabouts_platform.store.room_facts import Stock, stock_of
from hereabouts_platform.store.room_hours import read_block

WARM_UP_DAYS = 60
"""Days before the time asked for that the rules live through first: a month's means and the mould index need them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOMES_AT_ONCE = 200
_DAYS_AT_ONCE = 28


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Whole UTC days, `first` to `last`, as days since 1970."""

    first: int
    last: int

    @property
    def days(self) -> int:
        """How many."""
        return self.last - self.first + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Task:
    database_url: str = field(repr=False)
    homes: Sequence[str]
    rules: Sequence[Limits]
    span: Span


def homes_of(database_url: str, rule: Limits) -> list[str]:
    """All homes with a sensor."""
    with _reading(database_url) as connection:
        return stock_of(connection, datetime.now(UTC), rule).homes


def run(database_url: str, homes: Sequence[str], rules: Sequence[Limits], span: Span) -> Iterator[list[list[Alert]]]:
    """The alerts of each rule, part of the stock by part, in the stock's order."""
    parts = [homes[n : n + _HOMES_AT_ONCE] for n in range(0, len(homes), _HOMES_AT_ONCE)]
    tasks = [_Task(database_url=database_url, homes=part, rules=rules, span=span) for part in parts]
    with get_context("spawn").Pool(max(1, min(os.cpu_count() or 1, len(tasks)))) as pool:
        yield from pool.imap(_alerts, tasks)


def outcomes_known(database_url: str, span: Span) -> list[Known]:
    """What people found in homes within the time asked for, by the cases they have closed."""
    with _reading(database_url) as connection:
        ends = [_EPOCH.date() + timedelta(days=day) for day in (span.first, span.last)]
        return outcomes_of(connection, *ends)


def parts_of(homes: Sequence[str]) -> int:
    """How many parts `run` gives."""
    return -(-len(homes) // _HOMES_AT_ONCE)


def _reading(database_url: str) -> Connection:
    return connect(database_url, DatabaseRole.JOBS, application="hereabouts damp backtest")


def _alerts(task: _Task) -> list[list[Alert]]:
    """The rooms as they stand today: what the walls were thought to be then is not kept."""
    with _reading(task.database_url) as connection:
        by = principal_named(connection, "system:command")
        with acting(connection, by.id):
            now = _EPOCH + timedelta(days=task.span.last + 1)
            stock = stock_of(connection, now, task.rules[0], task.homes)
            return _folded(connection, stock, task) if stock.rows else [[] for _ in task.rules]


def _folded(connection: Connection, stock: Stock, task: _Task) -> list[list[Alert]]:
    day = task.span.first - WARM_UP_DAYS
    records = [blank(len(stock.rows), day - 1) for _ in task.rules]
    levels: list[list[np.ndarray]] = [[] for _ in task.rules]
    while day <= task.span.last:
        days = min(_DAYS_AT_ONCE, task.span.last - day + 1)
        block = read_block(connection, stock, day, days)
        for each in range(day, day + days):
            hours, _ = block.day(each, stock, 24)
            for n, rule in enumerate(task.rules):
                records[n] = next_day(records[n], hours, 24, stock.rooms, rule)
                levels[n].append(records[n]["level"])
        day += days
    homes = [row.home_id for row in stock.rows]
    first = task.span.first - WARM_UP_DAYS
    found = [alerts_of(np.stack(of_rule), homes, first) for of_rule in levels]
    return [[alert for alert in alerts if alert.last >= task.span.first] for alerts in found]
