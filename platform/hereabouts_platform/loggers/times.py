"""Times as loggers write them, made instants: with an offset, with a zone in the header, or in a zone that is stated.

A local time without a zone is never taken for one zone or another, and 3/4 never for March or April unless the file
itself shows which. The hour that comes twice in autumn is told apart by the order of the rows.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hereabouts_platform.loggers.layout import Question
from hereabouts_platform.loggers.table import LoggerTable
from hereabouts_schemas.errors import InputError

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_PARTS = re.compile(
    r"(\d{1,4})[-/. ](\d{1,2}|[a-z]{3})[a-z]*[-/. ](\d{1,4})"
    r"(?:[ t,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap])?\.?m?\.?)?",
    re.IGNORECASE,
)
_STATED = re.compile(r"(?:UTC|GMT)\s*(?:([+-])\s*(\d{1,2})(?::?(\d{2}))?)?", re.IGNORECASE)
_EPOCH_S, _EPOCH_MS = (5e8, 5e9), (5e11, 5e12)  # 1985 to 2128 in seconds, in milliseconds
_DAY_FIRST, _MONTH_FIRST = "day first", "month first"

Parsed = datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggerTimes:
    """The instants of the rows, None where a cell cannot be read; `zone` says what they were read as."""

    at: tuple[datetime | None, ...]
    zone: str


def read_times(
    table: LoggerTable, column: str, *, zone: str | None, order: str | None, prefix: str = "--"
) -> LoggerTimes | list[Question]:
    """The instants of a column ("Date+Time" joins two), or what has to be asked first.

    Args:
        zone: an IANA name or "UTC", where somebody stated it; offsets in the cells themselves come first.
        order: "dmy" or "mdy", where somebody said how 3/4/2026 is meant.

    Raises:
        InputError: the zone is not known, or hardly a cell is a time.
    """
    cells = _cells(table, column)
    parse, doubt = _parser(cells, order)
    if doubt:
        return [_order_question(prefix, cells)]
    naive = [parse(cell) for cell in cells]
    read = sum(one is not None for one in naive)
    if read * 2 <= sum(bool(cell) for cell in cells) or not read:
        raise InputError(f"{prefix}time-column", column, "Hardly any of its cells is a time. Name another column.")
    if all(one is None or one.tzinfo is not None for one in naive):
        return LoggerTimes(at=tuple(naive), zone="as each time says")
    stated = _zone(zone, prefix) if zone is not None else _zone_of_header(column)
    if stated is None:
        return [_zone_question(prefix, column)]
    return LoggerTimes(at=tuple(_placed(naive, stated)), zone=zone or str(stated))


def _cells(table: LoggerTable, column: str) -> list[str]:
    if column in table.header:
        return table.column(column)
    date, _, time = column.partition("+")
    return [f"{day} {hour}".strip() for day, hour in zip(table.column(date), table.column(time), strict=True)]


def _parser(cells: Sequence[str], order: str | None) -> tuple[Callable[[str], Parsed], bool]:
    """How to read the cells, and whether day and month cannot be told apart."""
    first = next((cell for cell in cells if cell), "")
    if _iso(first) is not None:
        return _iso, False
    if _epoch(first) is not None:
        return _epoch, False
    if order is not None:
        return _by_parts(day_first=order == "dmy"), False
    told = _order_of(cells)
    return _by_parts(day_first=told is not _MONTH_FIRST), told is None


def _iso(cell: str) -> Parsed:
    try:
        at = datetime.fromisoformat(cell) if "-" in cell[:5] and len(cell) >= 10 else None
    except ValueError:
        return None
    return at


def _epoch(cell: str) -> Parsed:
    try:
        number = float(cell)
    except ValueError:
        return None
    if _EPOCH_S[0] <= number < _EPOCH_S[1]:
        return datetime.fromtimestamp(number, UTC)
    return datetime.fromtimestamp(number / 1000, UTC) if _EPOCH_MS[0] <= number < _EPOCH_MS[1] else None


def _by_parts(*, day_first: bool) -> Callable[[str], Parsed]:
    def parse(cell: str) -> Parsed:
        found = _PARTS.fullmatch(cell.strip())
        if found is None:
            return None
        one, two, three, hour, minute, second, half = found.groups()
        day, month, year = _day_month_year(one, two, three, day_first=day_first)
        hours = int(hour or 0) % 12 + (12 if half.lower() == "p" else 0) if half else int(hour or 0)
        try:
            return datetime(year, month, day, hours, int(minute or 0), int(second or 0))  # noqa: DTZ001 - zone follows
        except ValueError:
            return None

    return parse


def _day_month_year(one: str, two: str, three: str, *, day_first: bool) -> tuple[int, int, int]:
    if two[0].isalpha():
        return int(one), _MONTHS.get(two[:3].lower(), 0), _year(three)
    if len(one) == 4:
        return int(three), int(two), int(one)
    day, month = (int(one), int(two)) if day_first else (int(two), int(one))
    return day, month, _year(three)


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) <= 2 else 0)


def _order_of(cells: Sequence[str]) -> str | None:
    """Day or month first, as some date in the file shows; None where none does."""
    pairs = [(found[1], found[2]) for found in map(_PARTS.match, cells) if found and len(found[1]) <= 2]
    if not pairs or any(two[0].isalpha() for _, two in pairs[:1]):
        return _DAY_FIRST
    if any(int(one) > 12 for one, _ in pairs):
        return _DAY_FIRST
    if any(int(two) > 12 for _, two in pairs):
        return _MONTH_FIRST
    return None


def _zone(name: str, prefix: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        cure = "Give an IANA name such as Europe/London, or UTC."
        raise InputError(f"{prefix}time-zone", name, cure) from None


def _zone_of_header(column: str) -> tzinfo | None:
    found = _STATED.search(column)
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset) if offset else UTC


def _placed(naive: Sequence[Parsed], zone: tzinfo) -> list[Parsed]:
    """Local times as instants; in the hour that comes twice, the second time is when the clock has gone back."""
    placed: list[Parsed] = []
    before: datetime | None = None
    fold = 0
    for one in naive:
        if one is None or one.tzinfo is not None:
            placed.append(one)
            continue
        twice = one.replace(tzinfo=zone).utcoffset() != one.replace(tzinfo=zone, fold=1).utcoffset()
        fold = (1 if fold or (before is not None and one <= before) else 0) if twice else 0
        placed.append(one.replace(tzinfo=zone, fold=fold).astimezone(UTC))
        before = one
    return placed


def _zone_question(prefix: str, column: str) -> Question:
    asks = f"In which time zone are the times in the column {column}? They do not say so themselves."
    return Question(option=f"{prefix}time-zone", asks=asks, choices=("Europe/London", "UTC"))


def _order_question(prefix: str, cells: Sequence[str]) -> Question:
    example = next(cell for cell in cells if cell)
    asks = f"Does the day or the month come first in {example}? No date in the file shows it."
    return Question(option=f"{prefix}date-order", asks=asks, choices=("dmy", "mdy"))
