"""The way from one reading back to the message it came in, as the api role may go it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.raw_blob import RawMessage, unpack
from hereabouts_schemas.profile import FieldSpec

SQL = load("provenance")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Uplinked:
    """A message that may have brought the reading: what it was taken for, and itself while its bytes are kept."""

    facts: Row
    message: RawMessage | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where one reading came from.

    Attributes:
        value: as it stands now.
        batch: number of the transaction that brought it; `received_at` None when that batch has expired.
        detail: what an import or a replay says of itself; empty for messages.
        uplinks: the device's stored messages of the batch, those of the reading's own instant first.
        revisions: what stood there before, oldest first.
    """

    value: float
    batch: int
    received_at: datetime | None
    detail: Mapping[str, Any]
    uplinks: tuple[Uplinked, ...]
    revisions: tuple[Row, ...]


def find_stream(connection: Connection, datastream: int) -> Row | None:
    """One datastream with its device, its mounting and its place."""
    return connection.cursor(row_factory=dict_row).execute(SQL["stream"], {"id": datastream}).fetchone()


def find_origin(connection: Connection, datastream: int, at: datetime) -> Origin | None:
    """Where the reading of that instant came from; None when there is no such reading.

    The batch comes out of the store whole, for its messages are compressed together. Only messages of the reading's own
    device leave this function.
    """
    row = connection.cursor(row_factory=dict_row).execute(SQL["origin"], {"id": datastream, "at": at}).fetchone()
    if row is None:
        return None
    messages = dict(enumerate(unpack(row["blob"]))) if row["blob"] is not None else {}
    return Origin(
        value=row["value"],
        batch=row["batch"],
        received_at=row["received_at"],
        detail=row["detail"] or {},
        uplinks=tuple(Uplinked(facts=facts, message=messages.get(facts["index"])) for facts in row["uplinks"]),
        revisions=tuple(row["revisions"]),
    )


def field_table(connection: Connection, decoder: str) -> tuple[FieldSpec, ...] | None:
    """The table that a decoder (`milesight-em300/1`) reads by; None when this system never had it."""
    profile, _, version = decoder.rpartition("/")
    row = connection.execute(SQL["fields"], {"profile": profile, "version": version}).fetchone()
    return None if row is None else tuple(_spec(fields) for fields in row[0])


def value_beside(connection: Connection, stream: Row, quantity: str, at: datetime) -> float | None:
    """What another quantity of the same deployment and channel says at the same instant."""
    values = {"at": at, "deployment": stream["deployment"], "quantity": quantity, "channel": stream["channel"]}
    row = connection.execute(SQL["beside"], values).fetchone()
    return None if row is None else float(row[0])


def _spec(fields: Row) -> FieldSpec:
    """A row of a table as it was written down; what a later release adds to rows is left out."""
    return FieldSpec(
        path=fields["path"],
        quantity=fields["quantity"],
        unit=fields["unit"],
        channel=fields.get("channel", ""),
        sentinels=tuple(fields.get("sentinels", ())),
        absent=tuple(fields.get("absent", ())),
        words=tuple((word, number) for word, number in fields.get("words", ())),
        scale=fields.get("scale", 1.0),
    )
