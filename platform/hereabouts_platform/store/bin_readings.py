"""What bins' sensors and crews told, as the forecast reads it. Role jobs; times in whole seconds since 1970 UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("bin_readings")


@dataclass(frozen=True, kw_only=True, slots=True)
class BinStream:
    """A datastream at a bin slot: `fill_level`, `distance` or `air_temperature`, and how its sensor is mounted."""

    id: int
    deployment: int
    place: str
    quantity: str
    mount: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Series:
    """Readings of one datastream, times strictly rising."""

    times: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """How far the forecast has read: below which transaction, and when that was, by the server's clock."""

    below: str
    at: float


def bin_streams(connection: Connection) -> list[BinStream]:
    """Every such datastream, by place, deployments in order of time."""
    return [
        BinStream(id=row[0], deployment=row[1], place=row[2], quantity=row[3], mount=row[4])
        for row in connection.execute(SQL["streams"])
    ]


def readings_between(connection: Connection, ids: Sequence[int], from_s: int, to_s: int) -> dict[int, Series]:
    """Datastream -> what it told in `[from, to)`; those that told nothing are left out."""
    span = {"ids": list(ids), "from_at": _instant(from_s), "to_at": _instant(to_s)}
    rows = connection.execute(SQL["readings"], span).fetchall()
    if not rows:
        return {}
    streams, times, values = zip(*rows, strict=True)
    stream, time, value = np.array(streams, np.int64), np.array(times, np.int64), np.array(values, np.float64)
    found, first = np.unique(stream, return_index=True)
    ends = [*first[1:].tolist(), len(stream)]
    return {
        int(one): Series(times=time[a:b], values=value[a:b])
        for one, a, b in zip(found.tolist(), first.tolist(), ends, strict=True)
    }


def outcomes_between(connection: Connection, from_s: int, to_s: int) -> dict[str, list[tuple[int, str]]]:
    """Bin slot -> crews' words of it in `[from, to)`: (instant, `emptied`, `not_full` or `overflowing`)."""
    found: dict[str, list[tuple[int, str]]] = {}
    for place, at, kind in connection.execute(SQL["outcomes"], {"from_at": _instant(from_s), "to_at": _instant(to_s)}):
        found.setdefault(place, []).append((at, kind))
    return found


def read_up_to(connection: Connection) -> Since:
    """How far everything is decided: what comes with a later transaction is still to be read."""
    row = connection.execute(SQL["horizon"]).fetchone()
    assert row is not None  # noqa: S101 - it always answers with one row
    return Since(below=row[0], at=row[1])


def came_late(
    connection: Connection, ids: Sequence[int], since: Since, below: str, *, before: int, kept_from: int
) -> bool:
    """Whether something came since then of `[kept_from, before)`, from these datastreams or from a crew."""
    span = {"before": _instant(before), "kept_from": _instant(kept_from), "taken_at": since.at}
    row = connection.execute(SQL["late"], {"ids": list(ids), "since": since.below, "below": below, **span}).fetchone()
    return bool(row and row[0])


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
