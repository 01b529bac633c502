"""Where the forecast of each bin stands, as the forecast itself writes it, and what it last said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("bin_state")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """When a bin is at or over a limit (per cent): with even chance, and with one chance in ten, which comes first.

    UTC; None where not within the time that was forecast.
    """

    limit: float
    p50_at: datetime | None = None
    p90_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BinForecast:
    """Where one bin's forecast stands, and what it says.

    Attributes:
        state: what the forecast needs to go on from, as JSON.
        level_p50, level_p90: per cent, at `made_at`; None where it cannot be said.
        reaches: its limits, the last one full; nothing where it cannot be said.
        overflow_chance: 0 to 1, by `overflow_by`; None where it cannot be said.
        depot: whose next round begins then; None: there is none in sight.
        measured: whether it has, or had, a sensor.
        emptied_at: the last time; None: not known to be emptied.
        read_at: its last believed reading, or its emptying where nothing was read since; None: never heard of.
        look_at: what somebody should look at, a sentence each.
    """

    place: str
    state: Any
    level_p50: float | None = None
    level_p90: float | None = None
    reaches: tuple[Reach, ...] = ()
    overflow_chance: float | None = None
    overflow_by: datetime | None = None
    depot: str | None = None
    measured: bool = False
    emptied_at: datetime | None = None
    read_at: datetime | None = None
    look_at: tuple[str, ...] = ()
    made_at: datetime

    @property
    def row(self) -> tuple[object, ...]:
        """As the statement takes it."""
        full = self.reaches[-1] if self.reaches else Reach(limit=100)
        return (
            self.place, _json(self.state), self.level_p50, self.level_p90, full.p50_at, full.p90_at, self.made_at,
            _json(self.reaches), self.overflow_chance, self.overflow_by, self.depot, self.measured, self.emptied_at,
            self.read_at, _json(self.look_at),
        )  # fmt: skip


def bin_states(connection: Connection) -> dict[str, Any]:
    """Place -> state."""
    return dict(connection.execute(SQL["states"]).fetchall())


def group_states(connection: Connection) -> dict[str, Any]:
    """Name of a group (or of all bins together) -> state."""
    return dict(connection.execute(SQL["group_states"]).fetchall())


def save_bin_states(connection: Connection, found: Sequence[BinForecast]) -> None:
    """Write down where these forecasts stand now."""
    if found:
        connection.execute(SQL["save_states"], as_columns([one.row for one in found], 15))


def save_group_states(connection: Connection, found: dict[str, Any], made_at: datetime) -> None:
    """The same of groups, by name."""
    if found:
        rows = [(name, _json(state), made_at) for name, state in found.items()]
        connection.execute(SQL["save_group_states"], as_columns(rows, 3))


def forecasts_of(connection: Connection, places: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Place -> level P50, level P90, full P50, full P90, made_at."""
    return {row[0]: tuple(row[1:]) for row in connection.execute(SQL["forecasts"], (list(places),))}


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
