"""What stands in the store where messages are to be read again; for a dry run, with what it would have changed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.rows import TupleRow

from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.replay_rows import Changes, Ground, Instant, ScopedKey, Standing
from hereabouts_schemas.message import DeviceEvent

SQL = load("replay")

Owner = tuple[int, str]
"""A batch and a device."""


def ground_at(
    connection: Connection, keys: Collection[ScopedKey], instants: Collection[Instant], *, dry: bool
) -> Ground:
    """Who holds these keys and which values stand at these instants; `dry` also sees `note_dry`."""
    ground = Ground()
    if keys:
        columns = as_columns(sorted(keys), 2)
        for source_id, key, batch_id, index in _rows(
            connection, SQL["keys"], SQL["dry_keys"] if dry else None, columns
        ):
            ground.keys[(source_id, key)] = (batch_id, index)
    if instants:
        columns = as_columns([(*stream, at) for stream, at in sorted(instants)], 4)
        rows = _rows(connection, SQL["readings"], SQL["dry_readings"] if dry else None, columns)
        for deployment_id, quantity, channel, at, value, batch_id in rows:
            instant = (deployment_id, quantity, channel), at
            if value is None:
                ground.readings.pop(instant, None)
            else:
                ground.readings[instant] = Standing(value=value, batch_id=batch_id)
    return ground


def owned_readings(connection: Connection, owners: Collection[Owner]) -> dict[Owner, dict[Instant, float]]:
    """The readings that came of each device's messages in each batch."""
    found: dict[Owner, dict[Instant, float]] = {owner: {} for owner in owners}
    if owners:
        batches, devices = as_columns(sorted(owners), 2)
        rows = connection.execute(SQL["owned"], {"batches": batches, "devices": devices})
        for batch_id, device_id, deployment_id, quantity, channel, at, value in rows:
            found[(batch_id, device_id)][((deployment_id, quantity, channel), at)] = value
    return found


def known_events(connection: Connection, events: Collection[DeviceEvent]) -> set[tuple[str, datetime, str]]:
    """Those of these device events that are stored: device, time, code."""
    if not events:
        return set()
    wanted = sorted({(event.device_id, event.time, event.code) for event in events})
    return set(connection.execute(SQL["events"], as_columns(wanted, 3)))


def places_of(connection: Connection, deployments: Collection[int]) -> dict[int, tuple[str, str, str | None]]:
    """Of each deployment the device, the place, and the home that the place is or is a room of."""
    rows = connection.execute(SQL["places"], (sorted(deployments),))
    return {id_: (device, place, home) for id_, device, place, home in rows}


def note_dry(connection: Connection, changes: Changes) -> None:
    """Keep in this session what a dry run would have written, for the messages behind."""
    readings = [(*c.instant[0], c.instant[1], c.new, c.batch_id) for c in changes.readings]
    last = {row[:4]: row for row in readings}  # an instant may change hands within one step
    if last:
        connection.execute(SQL["note_dry_readings"], as_columns(list(last.values()), 6))
    if changes.keys:
        rows = [(*key, *was.where) for key, was in changes.keys.items()]
        connection.execute(SQL["note_dry_keys"], as_columns(rows, 4))
    if last or changes.keys:
        connection.execute(SQL["learn_dry"])


def _rows(
    connection: Connection, statement: LiteralString, dry: LiteralString | None, columns: Sequence[object]
) -> list[TupleRow]:
    """What the store holds, then what a dry run noted, which counts more."""
    rows = connection.execute(statement, columns).fetchall()
    return rows if dry is None else rows + connection.execute(dry, columns).fetchall()
