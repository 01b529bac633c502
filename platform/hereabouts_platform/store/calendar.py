"""Bank and school holidays, events and duties, as an import writes them and forecast and plan read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from psycopg.rows import dict_row

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("calendar")
SUBDIVISIONS = {"england": "ENG", "scotland": "SCT"}


class EntryKind(StrEnum):
    """What a day is."""

    BANK_HOLIDAY = "bank_holiday"
    SCHOOL_HOLIDAY = "school_holiday"
    EVENT = "event"
    STATUTORY = "statutory"


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """A line of the calendar.

    Attributes:
        from_at, to_at: half-open, UTC; no end: a duty that stands until further notice.
        areas: groups of bins, bin slots and sites, codes of areas; none named: everywhere.
        factor: of how fast bins fill meanwhile; None: not said.
        weekdays, by_time: of a duty: 1 is Monday; emptied by then (Europe/London) on each of those days.
    """

    kind: EntryKind
    name: str
    from_at: datetime
    to_at: datetime | None
    areas: tuple[str, ...] = ()
    factor: float | None = None
    weekdays: tuple[int, ...] | None = None
    by_time: time | None = None


def calendar_entries(connection: Connection) -> list[CalendarEntry]:
    """Every line, past ones too."""
    rows = connection.cursor(row_factory=dict_row).execute(SQL["entries"])
    return [
        CalendarEntry(
            **{
                **row,
                "kind": EntryKind(row["kind"]),
                "areas": tuple(row["areas"]),
                "weekdays": None if row["weekdays"] is None else tuple(row["weekdays"]),
            }
        )
        for row in rows
    ]


def save_entries(connection: Connection, found: Iterable[CalendarEntry]) -> None:
    """Make these lines, or change them to what is given."""
    for one in found:
        values = {name: getattr(one, name) for name in one.__slots__}
        weekdays = None if one.weekdays is None else list(one.weekdays)
        connection.execute(SQL["save"], values | {"areas": list(one.areas), "weekdays": weekdays})


def forget_entries(connection: Connection, gone: Iterable[CalendarEntry]) -> None:
    """Take lines out."""
    for one in gone:
        connection.execute(SQL["forget"], {name: getattr(one, name) for name in ("kind", "name", "from_at")})


def areas_of_bins(connection: Connection) -> dict[str, set[str]]:
    """Bin slot -> codes of the areas that it lies in."""
    found: dict[str, set[str]] = {}
    for place, code in connection.execute(SQL["areas"]):
        found.setdefault(place, set()).add(code)
    return found


def nation_of(connection: Connection) -> str:
    """Whose bank holidays count, as the package `holidays` calls it: by the nation whose law cases go by."""
    row = connection.execute(SQL["nation"]).fetchone()
    return SUBDIVISIONS.get(row[0] if row is not None else "", "ENG")
