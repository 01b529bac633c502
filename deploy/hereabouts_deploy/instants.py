"""Times as people give them to a command."""

from datetime import UTC, date, datetime, time

from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import LONDON, parse_time


def instant_of(option: str, text: str) -> datetime:
    """An instant with its zone, or the first moment of a day in Europe/London.

    Raises:
        InputError: neither.
    """
    try:
        if len(text) == len("2027-03-31"):
            return datetime.combine(date.fromisoformat(text), time(), LONDON).astimezone(UTC)
        return parse_time(text)
    except (ValueError, OverflowError) as error:
        cure = "Give a day like 2027-03-31, or an instant with its zone like 2027-03-31T18:00:00Z."
        raise InputError(option, text, cure) from error
