"""What happened at a place and its parts over a time, as one list."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.readings import Interval

SQL = load("timeline")

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Behind:
    """Where the list goes on: behind this entry."""

    before: datetime
    what: str
    key: str


def list_timeline(
    connection: Connection, place_id: str, interval: Interval, *, behind: Behind | None, most: int
) -> list[Row]:
    """At most `most` entries, newest first: at, what, place, device, detail, and the key that orders an instant.

    `what` is day (a civil day of one datastream in numbers, at its first instant in Europe/London), alert_opened,
    alert_cleared, deployed, removed or event. One statement, however long the time.
    """
    start = asdict(behind) if behind else {"before": None, "what": None, "key": None}
    values = {
        "place": place_id,
        "from": interval.from_at or "-infinity",
        "to": interval.to_at or "infinity",
        **start,
        "most": most,
    }
    return connection.cursor(row_factory=dict_row).execute(SQL["timeline"], values).fetchall()
