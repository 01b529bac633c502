"""`calendar.csv` into the store: bank and school holidays, events and duties; what stands in it is in docs/waste.md."""

from collections.abc import Collection, Hashable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from hereabouts_platform.imports.cells import name, number, say_close
from hereabouts_platform.imports.fleet_cells import words
from hereabouts_platform.imports.registers import Door, Wishes, import_register
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.tables import Row, RowRefused
from hereabouts_platform.rounds.council_days import group_of
from hereabouts_platform.rules.open_hours import local_instant, read_clock, read_weekdays
from hereabouts_platform.store import calendar as store
from hereabouts_platform.store.calendar import CalendarEntry, EntryKind
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.waste_places import waste_places
from hereabouts_schemas.access import Principal

NEEDS = ("from", "kind", "name")
MAY = ("to", "area", "factor", "weekdays", "by")
MOST_FACTOR = 20.0
FIRST_YEAR, LAST_YEAR = 1970, 2199  # a year in which nobody plans is a slip of the pen
DAY = timedelta(days=1)


def import_calendar(connection: Connection, principal: Principal, path: Path, sink: Sink | None = None) -> ImportReport:
    """Store the lines of a calendar; of the kinds that it has lines of, what it no longer says is taken out.

    What is over stays: the forecast learns of it. Where a row was refused nothing is taken out.
    Raises and arguments as `import_register`.
    """
    return import_register(connection, principal, path, sink, _door)


def _door(connection: Connection) -> Door[CalendarEntry]:
    slots = waste_places(connection).slots
    known = {*slots, *(one.parent for one in slots.values() if one.parent)}
    known |= {group_of(one.facts) for one in slots.values()}
    known |= {code for codes in store.areas_of_bins(connection).values() for code in codes}
    stored: dict[Hashable, CalendarEntry] = {_key(one): one for one in store.calendar_entries(connection)}

    def settle(wishes: Wishes[CalendarEntry], tally: Tally) -> list[CalendarEntry]:
        kept = [one for _, one in wishes]
        kinds, said, now = {one.kind for one in kept}, {_key(one) for one in kept}, datetime.now(UTC)
        gone = [
            one
            for key, one in stored.items()
            if one.kind in kinds and key not in said and (one.to_at is None or one.to_at > now)
        ]
        if gone and tally.refused_count:
            tally.notes.append(f"{len(gone)} that the file no longer has stay, as rows of it were refused.")
        elif gone:
            store.forget_entries(connection, gone)
            tally.notes.append(
                f"{len(gone)} that the file no longer has {'was' if len(gone) == 1 else 'were'} taken out."
            )
        return kept

    return Door(
        name="calendar",
        required=NEEDS,
        optional=MAY,
        read=lambda row: _entry(row, known),
        key=_key,
        known=stored,
        save=lambda changed: store.save_entries(connection, changed),
        settle=settle,
    )


def _key(one: CalendarEntry) -> tuple[EntryKind, str, datetime]:
    return one.kind, one.name, one.from_at


def _entry(row: Row, known: Collection[str]) -> CalendarEntry:
    kind = _kind(row.cell("kind"))
    duty = kind is EntryKind.STATUTORY
    from_at, to_at = _span(row, duty=duty)
    for column in ("weekdays", "by"):
        if bool(row.cell(column)) != duty:
            cure = f"A duty needs {column}." if duty else f"{column} belongs to the kind statutory alone."
            raise RowRefused(Cause.WRONG_SHAPE, f"{cure} Such as weekdays Sat and by 08:00.")
    return CalendarEntry(
        kind=kind,
        name=name("name", row.cell("name")),
        from_at=from_at,
        to_at=to_at,
        areas=_areas(row, known),
        factor=_factor(row, kind),
        weekdays=read_weekdays("weekdays", row.cell("weekdays")) if duty else None,
        by_time=read_clock("by", row.cell("by")) if duty else None,
    )


def _kind(text: str) -> EntryKind:
    if text not in list(EntryKind):
        raise RowRefused(Cause.UNKNOWN_KIND, f"kind {text!r} is none. The kinds are {', '.join(EntryKind)}.")
    return EntryKind(text)


def _span(row: Row, *, duty: bool) -> tuple[datetime, datetime | None]:
    """A `to` that is a day is the last one; without any it is one day, or a duty that stands."""
    from_at, ends = _at("from", row.cell("from"))
    if row.cell("to"):
        ends = _at("to", row.cell("to"))[1]
    elif duty:
        return from_at, None
    if ends <= from_at:
        raise RowRefused(Cause.CLOCK, "to lies before from. A day in to is the last one.")
    return from_at, ends


def _at(column: str, text: str) -> tuple[datetime, datetime]:
    """When a day, or a local time, begins; and when it is over."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        _check_year(column, day)
        return local_instant(day, time()), local_instant(day + DAY, time())
    try:
        at = datetime.strptime(text.replace("T", " "), "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a time of the clock on the wall
    except ValueError:
        cure = "Write a day (2026-06-13), or a day and a local time (2026-06-13 10:00)."
        raise RowRefused(Cause.CLOCK, f"{column} {text!r} is no day. {cure}") from None
    _check_year(column, at.date())
    found = local_instant(at.date(), at.time())
    return found, found


def _check_year(column: str, day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        cure = f"Write a year from {FIRST_YEAR} to {LAST_YEAR}; a duty without to stands until further notice."
        raise RowRefused(Cause.CLOCK, f"{column} {day.isoformat()!r} is too far away. {cure}")


def _areas(row: Row, known: Collection[str]) -> tuple[str, ...]:
    found = words("area", row.cell("area"))
    for one in found:
        if one not in known:
            reason = f"area {one!r} is no group of bins, no bin, no bin site and no code of an area with bins in it."
            raise RowRefused(Cause.UNKNOWN_PLACE, reason + say_close(one, known))
    return found


def _factor(row: Row, kind: EntryKind) -> float | None:
    text = row.cell("factor")
    if not text:
        if kind in (EntryKind.EVENT, EntryKind.SCHOOL_HOLIDAY):
            cure = "Say how many times as much as usual comes: 1.5 is half as much again, 1 is no difference."
            raise RowRefused(Cause.WRONG_SHAPE, f"{kind} needs a factor. {cure}")
        return None
    if kind is EntryKind.STATUTORY:
        raise RowRefused(Cause.WRONG_SHAPE, "A duty has no factor: it says when, not how much.")
    found = number("factor", text)
    if not 0 < found <= MOST_FACTOR:
        raise RowRefused(Cause.RANGE, f"factor {found:g} lies outside 0 to {MOST_FACTOR:g}. 1.5 is half as much again.")
    return found
