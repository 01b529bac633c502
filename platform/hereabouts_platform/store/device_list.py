"""Devices with their health, as the API and the pages list them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.rules.health import Health, patience
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("device_list")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """How many devices are deployed, how many of them are silent, and in how many homes."""

    deployed: int
    devices: int
    homes: int


def list_devices(
    connection: Connection, *, now: datetime, health: Health | None, after: str | None, most: int
) -> list[Row]:
    """At most `most` devices in order of id, after the id `after`, each with its health and all its deployments."""
    values = {**_bounds(connection, now), "health": health, "after": after, "most": most}
    cursor = connection.cursor(row_factory=dict_row)
    devices = cursor.execute(SQL["devices"], values).fetchall()
    rows = cursor.execute(SQL["deployments_of"], {"devices": [device["id"] for device in devices]}).fetchall()
    deployments = {device: list(group) for device, group in groupby(rows, key=lambda row: row["device"])}
    return [{**device, "deployments": deployments.get(device["id"], [])} for device in devices]


def silence(connection: Connection, now: datetime) -> Silence:
    """How much is silent at `now` of what is deployed at `now`."""
    values = {**_bounds(connection, now), "now": now}
    row = connection.cursor(row_factory=dict_row).execute(SQL["silence"], values).fetchone()
    return Silence(**row) if row else Silence(deployed=0, devices=0, homes=0)


def _bounds(connection: Connection, now: datetime) -> Row:
    """Per profile, the instants since which a device must have been heard to be live, or no worse than late."""
    allowed = {name: patience(interval_s) for name, interval_s in connection.execute(SQL["profile_intervals"])}
    return {
        "profiles": list(allowed),
        "live_since": [now - one.live for one in allowed.values()],
        "late_since": [now - one.late for one in allowed.values()],
    }
