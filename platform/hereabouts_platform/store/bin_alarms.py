"""What bins' sensors and rules raise the alarm about, for whoever plans a day. Role jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("bin_alarms")


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """Something is wrong at a bin slot.

    Attributes:
        code: of the device's event, or `alert`; says: the alert's own sentence.
        at: when it was last told, or opened; UTC.
    """

    place: str
    code: str
    says: str | None
    at: datetime


def bin_alarms(connection: Connection, codes: Sequence[str], since: datetime, now: datetime) -> list[Alarm]:
    """Alarms that stand: alerts however old, events of `codes` told since an instant."""
    values = {"codes": list(codes), "since": since, "now": now}
    return connection.cursor(row_factory=class_row(Alarm)).execute(SQL["alarms"], values).fetchall()
