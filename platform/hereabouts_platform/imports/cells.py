"""What single cells of a file may hold: JSON objects, instants and dates, numbers."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from math import isfinite

import orjson

from hereabouts_platform.imports.report import Cause
from hereabouts_platform.imports.tables import RowRefused
from hereabouts_schemas.times import LONDON, parse_time

LONGEST_NAME = 120
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
TIME_CURE = "Write it with its zone, like 2026-03-03T14:00:00Z or 2026-03-03T14:00:00+00:00."


def name(column: str, text: str) -> str:
    """A cell that holds an id or another short name.

    Raises:
        RowRefused: it is empty, longer than `LONGEST_NAME` characters, or holds characters that cannot be seen.
    """
    if not text:
        raise RowRefused(Cause.WRONG_SHAPE, f"{column} is empty. Every row needs one.")
    if not is_name(text):
        raise RowRefused(
            Cause.WRONG_SHAPE,
            f"{column} {text[:40]!r} must be at most {LONGEST_NAME} characters, all of them visible.",
        )
    return text


def is_name(text: str) -> bool:
    """Whether a text may be an id, a room or a channel: short enough for an index, and readable."""
    return len(text) <= LONGEST_NAME and text.isprintable()


def json_object(column: str, text: str) -> Mapping[str, object]:
    """A cell that holds a JSON object; an empty cell is an empty object.

    Raises:
        RowRefused: it holds something else, or text that PostgreSQL cannot keep.
    """
    if not text:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RowRefused(
            Cause.WRONG_SHAPE, f'{column} is no JSON ({error}). Write it like {{"key": "value"}}.'
        ) from None
    if not isinstance(found, dict):
        raise RowRefused(Cause.WRONG_SHAPE, f'{column} must be a JSON object like {{"key": "value"}}.')
    if b"\\u0000" in orjson.dumps(found):
        raise RowRefused(Cause.WRONG_SHAPE, f"{column} holds a NUL character. Take it out.")
    return found


def instant(column: str, text: str) -> datetime:
    """A cell that holds an instant (RFC 3339 with its zone), or a date: its first moment in Europe/London. UTC.

    Raises:
        RowRefused: it is neither, has no zone, or lies before 1970.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        at = _instant(column, text)
    else:
        at = datetime.combine(day, time(), tzinfo=LONDON)
    if at < EARLIEST:
        raise RowRefused(Cause.CLOCK, f"{column} {text} lies before 1970. Write the year with four digits.")
    return at.astimezone(UTC)


def is_date(text: str) -> bool:
    """Whether a cell that `instant` takes holds a day without a time."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _instant(column: str, text: str) -> datetime:
    try:
        return parse_time(text)
    except (ValueError, OverflowError):
        raise RowRefused(
            Cause.CLOCK, f"{column} {text!r} is no time. {TIME_CURE} A date alone (2026-03-03) means its midnight."
        ) from None


def number(column: str, text: str) -> float:
    """A cell that holds a finite number with a decimal point.

    Raises:
        RowRefused: it does not.
    """
    try:
        found = float(text) if "_" not in text else float("nan")
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        raise RowRefused(Cause.WRONG_SHAPE, f"{column} {text!r} is no number. Write it like 51.5074.")
    return found


def say_close(text: str, known: Iterable[str]) -> str:
    """A hint at the known names that look like this one, '' when none does."""
    close = get_close_matches(text, list(known), n=3)
    return f" Did you mean {' or '.join(close)}?" if close else ""
