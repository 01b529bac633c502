"""Devices with their health, as the API and the pages list them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.rules.health import Health, patience
from hereabouts_platform.rules.packet_loss import PacketLoss
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """Where a device stands in the order of those that need somebody: its turn, since when, its id.

    `turn` is 0 to 2 with an open alert (urgent, act, watch), 3 when late, 4 when nothing is the matter.
    """

    turn: int
    since: datetime
    device: str


def list_devices(
    connection: Connection,
    *,
    now: datetime,
    health: Health | None = None,
    only: Sequence[str] | None = None,
    after: str | None = None,
    most: int,
) -> list[Row]:
    """At most `most` devices in order of id, after the id `after`, each with how it is and all its deployments."""
    values = {**_bounds(connection, now), "health": health, "only": only, "after": after, "most": most}
    cursor = connection.cursor(row_factory=dict_row)
    devices = cursor.execute(SQL["devices"], values).fetchall()
    rows = cursor.execute(SQL["deployments_of"], {"devices": [device["id"] for device in devices]}).fetchall()
    deployments = {device: list(group) for device, group in groupby(rows, key=lambda row: row["device"])}
    return [{**_device(device), "deployments": deployments.get(device["id"], [])} for device in devices]


def needing(connection: Connection, now: datetime, *, after: Need | None, most: int) -> list[Need]:
    """At most `most` deployed devices, those that need somebody first, behind `after`."""
    start = asdict(after) if after else {"turn": None, "since": None, "device": None}
    rows = connection.execute(SQL["needing"], {**_bounds(connection, now), **start, "most": most})
    return [Need(device=device, turn=turn, since=since) for device, turn, since in rows]


def devices_with_alerts(connection: Connection) -> int:
    """On how many devices an alert stands open."""
    row = connection.execute(SQL["devices_with_alerts"]).fetchone()
    return int(row[0]) if row else 0


def open_device_alerts(connection: Connection, devices: Sequence[str]) -> dict[str, list[Row]]:
    """What stands open on each of some devices, the most urgent first."""
    rows = connection.cursor(row_factory=dict_row).execute(SQL["open_alerts"], {"devices": list(devices)}).fetchall()
    return {device: list(group) for device, group in groupby(rows, key=lambda row: row["device"])}


def places_of(connection: Connection, devices: Sequence[str], now: datetime) -> dict[str, Row]:
    """Where each of some devices is at `now`: place, name, parent_name, home."""
    values = {"devices": list(devices), "now": now}
    rows = connection.cursor(row_factory=dict_row).execute(SQL["places_of"], values).fetchall()
    return {row["device"]: row for row in rows}


def silence(connection: Connection, now: datetime) -> Silence:
    """How much is silent at `now` of what is deployed at `now`."""
    row = connection.cursor(row_factory=dict_row).execute(SQL["silence"], _bounds(connection, now)).fetchone()
    return Silence(**row) if row else Silence(deployed=0, devices=0, homes=0)


def _bounds(connection: Connection, now: datetime) -> Row:
    """Per profile, how long ago a device may have been heard to be live, or no worse than late."""
    allowed = {name: patience(interval_s) for name, interval_s in connection.execute(SQL["profile_intervals"])}
    return {
        "now": now,
        "profiles": list(allowed),
        "lives": [one.live for one in allowed.values()],
        "lates": [one.late for one in allowed.values()],
    }


def _device(row: Row) -> Row:
    """What belongs together put together: the loss of messages, the battery, the clock."""
    device = dict(row)
    expected, lost = device.pop("messages_expected"), device.pop("messages_lost")
    loss = None if expected is None else PacketLoss(expected=expected, lost=lost)
    device["loss"] = loss and {"expected": loss.expected, "lost": loss.lost, "percent": loss.percent}
    device["battery"] = {name: device.pop(f"battery_{name}") for name in ("percent", "state", "raw")}
    device["clock"] = {
        "source": device.pop("clock_source"),
        "ahead_s": device.pop("clock_offset_s"),
        "not_believed": device.pop("clock_bad"),
        "messages": device.pop("messages"),
    }
    return device
