"""The readings of a batch into `reading`, and the newest of each datastream into `latest`."""

from collections.abc import Mapping
from datetime import datetime

import psycopg

from hereabouts_platform.store.batch_entry import Instant, as_columns, number_array, time_array
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.copy_rows import copy_rows
from hereabouts_platform.store.queries import load

SQL = load("batch_readings")

_READING = ("int4", "int4", "timestamptz", "float8")


def insert_readings(connection: Connection, batch_id: int, new: Mapping[Instant, float]) -> dict[Instant, float]:
    """Insert what is new; what stood at one of these instants before, by instant.

    Keys have told nearly every copy by now, so COPY goes straight into place; only where a row meets another does it
    start over with ON CONFLICT, which takes twice as long.
    """
    if not new:
        return {}
    rows = [(datastream, batch_id, at, new[datastream, at]) for datastream, at in sorted(new)]
    try:
        with connection.transaction():
            copy_rows(connection, SQL["copy_readings"], _READING, rows)
    except psycopg.errors.UniqueViolation:
        datastreams, _, times, values = as_columns(rows, 4)
        connection.execute(SQL["insert_readings"], (batch_id, datastreams, times, values))
        found = connection.execute(SQL["older_readings"], (datastreams, times, batch_id))
        return {(datastream, at): value for datastream, at, value in found}
    return {}


def move_latest(connection: Connection, batch_id: int, inserted: Mapping[Instant, float]) -> None:
    """Move the newest value of each datastream forward in time, never back."""
    newest: dict[int, datetime] = {}
    for datastream, at in inserted:
        if datastream not in newest or newest[datastream] < at:
            newest[datastream] = at
    if newest:
        ordered = sorted(newest.items())
        values = number_array(inserted[instant] for instant in ordered)
        times = time_array([at for _, at in ordered])
        row = (batch_id, number_array(datastream for datastream, _ in ordered), times, values)
        connection.execute(SQL["move_latest"], row)
