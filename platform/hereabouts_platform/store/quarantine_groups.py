"""What waits in quarantine, by source, device and reason."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.sources import QuarantineFilter

SQL = load("quarantine_groups")

Row = dict[str, Any]
Place = tuple[datetime, int]
"""Where a list of groups goes on: the last group's `last_at` and its newest row's id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """How much waits in all."""

    messages: int
    values: int
    devices: int


def list_groups(connection: Connection, wanted: QuarantineFilter, *, behind: Place | None, most: int) -> list[Row]:
    """Groups, those heard last first: counts, first and last time, whether the device is registered, the newest row.

    Args:
        connection: role api, ingest or owner.
        wanted: narrows the rows that are grouped.
        behind: goes on behind this group.
        most: at most so many.
    """
    last_at, id_ = behind if behind is not None else (None, None)
    values = {**asdict(wanted), "last_at": last_at, "id": id_, "most": most}
    return connection.cursor(row_factory=dict_row).execute(SQL["groups"], values).fetchall()


def totals(connection: Connection) -> Totals:
    """How many messages and single values wait, and of how many devices."""
    row = connection.execute(SQL["totals"]).fetchone()
    return Totals(messages=row[0], values=row[1], devices=row[2]) if row else Totals(messages=0, values=0, devices=0)
