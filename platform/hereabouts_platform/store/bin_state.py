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
class BinForecast:
    """Where one bin's forecast stands.

    Attributes:
        state: what the forecast needs to go on from, as JSON.
        level_p50, level_p90: per cent, at `made_at`; full_p50_at, full_p90_at: when it is full with even chance, and
            with one chance in ten. None where it cannot be said.
    """

    place: str
    state: Any
    level_p50: float | None = None
    level_p90: float | None = None
    full_p50_at: datetime | None = None
    full_p90_at: datetime | None = None
    made_at: datetime


def bin_states(connection: Connection) -> dict[str, Any]:
    """Place -> state."""
    return dict(connection.execute(SQL["states"]).fetchall())


def group_states(connection: Connection) -> dict[str, Any]:
    """Name of a group (or of all bins together) -> state."""
    return dict(connection.execute(SQL["group_states"]).fetchall())


def save_bin_states(connection: Connection, found: Sequence[BinForecast]) -> None:
    """Write down where these forecasts stand now."""
    if found:
        rows = [
            (f.place, orjson.dumps(f.state).decode(), f.level_p50, f.level_p90, f.full_p50_at, f.full_p90_at, f.made_at)
            for f in found
        ]
        connection.execute(SQL["save_states"], as_columns(rows, 7))


def save_group_states(connection: Connection, found: dict[str, Any], made_at: datetime) -> None:
    """The same of groups, by name."""
    if found:
        rows = [(name, orjson.dumps(state).decode(), made_at) for name, state in found.items()]
        connection.execute(SQL["save_group_states"], as_columns(rows, 3))


def forecasts_of(connection: Connection, places: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """Place -> level P50, level P90, full P50, full P90, made_at."""
    return {row[0]: tuple(row[1:]) for row in connection.execute(SQL["forecasts"], (list(places),))}
