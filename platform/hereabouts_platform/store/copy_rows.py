"""Rows into a table by COPY, in PostgreSQL's own binary form: a tenth of the work that arrays take."""

from collections.abc import Iterable, Sequence
from typing import LiteralString

import psycopg

from hereabouts_platform.store.connection import Connection


def copy_rows(
    connection: Connection, statement: LiteralString, types: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Copy rows by a COPY ... FROM STDIN (FORMAT BINARY); `types` are its columns' in PostgreSQL.

    Raises:
        psycopg.DataError: a number has more digits than its column.
        psycopg.Error: the store refuses the rows, or is away.
    """
    try:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)
    except OverflowError as error:
        raise psycopg.DataError("a number has more digits than its column") from error
