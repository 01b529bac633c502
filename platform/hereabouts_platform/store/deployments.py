"""Deployments as the API lists them."""

from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.readings import Interval

SQL = load("deployments")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeploymentFilter:
    """Which deployments are wanted; None asks for nothing.

    Attributes:
        place: at this place, its rooms or its slots.
        interval: that stood at some time of it.
    """

    device: str | None
    place: str | None
    interval: Interval


def list_deployments(connection: Connection, wanted: DeploymentFilter, *, after: int | None, most: int) -> list[Row]:
    """At most `most` deployments in order of number, after the one with the number `after`."""
    values = {
        "device": wanted.device,
        "place": wanted.place,
        "from_at": wanted.interval.from_at,
        "to_at": wanted.interval.to_at,
        "after": after,
        "most": most,
    }
    return connection.cursor(row_factory=dict_row).execute(SQL["deployments"], values).fetchall()
