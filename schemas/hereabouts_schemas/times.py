"""Time: always aware, always UTC inside; text form is RFC 3339 with Z. People read it in Europe/London."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

#: Stands for a time that was stated and cannot be read.
UNREADABLE = datetime.min.replace(tzinfo=UTC)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def aware_utc(value: datetime) -> datetime:
    """Return `value` in UTC.

    Raises:
        ValueError: `value` has no time zone; a guess would be wrong twice a year.
    """
    if value.tzinfo is None:
        raise ValueError(f"time without a zone: {value.isoformat()}")
    return value.astimezone(UTC)


def microseconds(at: datetime) -> int:
    """An instant in microseconds since 1970, UTC; exact, as no float is.

    Example:
        >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
        1000000
    """
    return (at - _EPOCH) // _MICROSECOND


def from_microseconds(since_1970: int) -> datetime:
    """The instant so many microseconds after 1970, UTC.

    Example:
        >>> from_microseconds(1_000_000).isoformat()
        '1970-01-01T00:00:01+00:00'
    """
    return _EPOCH + timedelta(microseconds=since_1970)


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 / ISO 8601 instant with a zone; digits beyond microseconds are cut.

    Example:
        >>> parse_time("2020-02-12T15:15:45.789585559Z").isoformat()
        '2020-02-12T15:15:45.789585+00:00'

    Raises:
        ValueError: not an instant, or no zone given.
    """
    return aware_utc(datetime.fromisoformat(text))


def format_time(value: datetime) -> str:
    """Write an instant as RFC 3339 in UTC with Z.

    Example:
        >>> format_time(datetime(2026, 11, 22, 2, 6, tzinfo=UTC))
        '2026-11-22T02:06:00Z'
    """
    return aware_utc(value).isoformat().replace("+00:00", "Z")


def say_time(at: datetime) -> str:
    """An instant as people in the council say it, in Europe/London.

    Example:
        >>> say_time(datetime(2026, 7, 3, 13, 5, tzinfo=UTC))
        '3 July 2026, 14:05'
    """
    if at == UNREADABLE:
        return "a time that cannot be read"
    try:
        local = at.astimezone(LONDON)
    except OverflowError:  # the first minute of the calendar: London's own mean time was behind Greenwich
        return at.isoformat()
    return f"{local.day} {local:%B %Y, %H:%M}"


def hour_of(at: datetime) -> datetime:
    """The first instant of the hour that holds `at`."""
    return at.replace(minute=0, second=0, microsecond=0)
