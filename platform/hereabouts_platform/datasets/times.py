"""Times and dates of a dataset's cells. A zone is never guessed, and a time that a clock showed twice is not either."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from hereabouts_platform.datasets.spec import ISO, Clock, TimeSpec
from hereabouts_platform.imports.report import Cause
from hereabouts_platform.imports.tables import RowRefused

DAY = timedelta(days=1)
Span = tuple[datetime | None, datetime | None]


def span_of(spec: TimeSpec, from_cell: object, to_cell: object) -> Span:
    """When a row holds: [from, to) in UTC; `to` is None for an instant, and for a period that has no end yet.

    Raises:
        RowRefused: a time is missing or cannot be read, or the end is not after the start.
    """
    start = instant_of(spec.from_, from_cell, spec.clock)
    if spec.to is None or is_empty(to_cell):
        return start, None
    if spec.to_included:
        end = instant_of(spec.to, date_of(spec.to, to_cell, spec.clock.formats) + DAY, spec.clock)
    else:
        end = instant_of(spec.to, to_cell, spec.clock)
    if end <= start:
        raise RowRefused(
            Cause.CLOCK, f"{spec.to} {to_cell} is not after {spec.from_} {from_cell}. Correct one of them."
        )
    return start, end


def instant_of(column: str, cell: object, clock: Clock) -> datetime:
    """The instant a cell tells of, UTC; a day without a time is its first moment on that clock.

    Raises:
        RowRefused: it is empty, cannot be read, states no offset where it must, or its clock never showed it, or twice.
    """
    found = _read(column, cell, clock.formats)
    local = found if isinstance(found, datetime) else datetime.combine(found, time())
    try:
        if local.tzinfo is not None:
            return local.astimezone(UTC)
        return _on_clock(column, local, clock)
    except OverflowError:
        raise RowRefused(Cause.CLOCK, f"{column} {cell} lies outside the calendar. Correct it.") from None


def date_of(column: str, cell: object, formats: Iterable[str]) -> date:
    """The day a cell tells of.

    Raises:
        RowRefused: it is empty or holds anything else; a time of day other than midnight is not cut off.
    """
    found = _read(column, cell, formats)
    if not isinstance(found, datetime):
        return found
    if found.time() != time():
        raise RowRefused(Cause.CLOCK, f"{column} {cell} must be a day without a time. Take the time out.")
    return found.date()


def is_empty(cell: object) -> bool:
    """Whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _read(column: str, cell: object, formats: Iterable[str]) -> date:
    if isinstance(cell, date):
        return cell
    if is_empty(cell):
        raise RowRefused(Cause.CLOCK, f"{column} is empty. Every row of this dataset needs it.")
    text = str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell).strip()
    for format_ in formats:
        try:
            return datetime.fromisoformat(text) if format_ == ISO else _parsed(text, format_)
        except ValueError:
            continue
    written = " or ".join("ISO 8601, like 2026-03-03T14:00:00" if format_ == ISO else format_ for format_ in formats)
    raise RowRefused(Cause.CLOCK, f"{column} {text[:60]!r} is no time as the description has it: {written}.")


def _parsed(text: str, format_: str) -> datetime:
    return datetime.strptime(text, format_)  # noqa: DTZ007 - the zone comes from the description


def _on_clock(column: str, local: datetime, clock: Clock) -> datetime:
    if clock.zone is None:
        raise RowRefused(Cause.CLOCK, f"{column} {local} has no zone. Write it like 2026-03-03T14:00:00+00:00.")
    first, second = (local.replace(tzinfo=clock.zone, fold=fold) for fold in (0, 1))
    before, after = first.utcoffset(), second.utcoffset()
    if before == after or before is None or after is None:
        return first.astimezone(UTC)
    if before < after:
        reason = f"{column} {local} did not exist in {clock.zone.key}: the clocks went forward over it."
        raise RowRefused(Cause.CLOCK, f"{reason} Correct it, or state its offset.")
    if clock.twice is None:
        reason = f"{column} {local} was twice in {clock.zone.key}, as the clocks went back."
        raise RowRefused(Cause.CLOCK, f'{reason} State its offset, or write twice = "first" in the description.')
    return (first if clock.twice == "first" else second).astimezone(UTC)
