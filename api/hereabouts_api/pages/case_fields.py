"""The fields of a form: what they ask, and how an answer is read, with the error to be shown beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import LONDON, format_time


class Asks(StrEnum):
    """How a field is answered."""

    TEXT = "words"  # several lines
    LINE = "text"
    CHOICE = "choice"  # one of a few, all in sight
    LIST = "list"  # one of many
    DAY = "date"
    TIME = "datetime-local"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One question.

    Attributes:
        name: the key in the event's detail; `at` is when it happened.
        choices: what may be answered, by its code; "" stands for leaving it open.
        needed: whether an answer has to be given.
        as_instant: of a day: that the detail keeps the end of that day in Europe/London.
    """

    name: str
    label: str
    asks: Asks = Asks.TEXT
    choices: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    needed: bool = False
    as_instant: bool = False


YES_NO: Mapping[str, object] = {"yes": True, "no": False, "open": None}


def read_field(one: Field, text: str) -> object:
    """An answer as the event's detail keeps it; an empty string where none was given.

    Raises:
        InputError: it is needed and missing, not among the choices, or no day or time.
    """
    given = text.strip()
    if not given:
        if one.needed:
            verb = "Choose one." if one.asks in (Asks.CHOICE, Asks.LIST) else "Fill this in."
            raise InputError(one.name, "", verb)
        return ""
    match one.asks:
        case Asks.CHOICE | Asks.LIST:
            return _chosen(one, given)
        case Asks.DAY if one.as_instant:
            return format_time(read_time(one.name, f"{given}T23:59"))
        case Asks.TIME:
            return format_time(read_time(one.name, given))
        case _:
            return given


def _chosen(one: Field, given: str) -> object:
    if given not in one.choices:
        raise InputError(one.name, given, "Choose one of the answers.")
    return YES_NO.get(given, given)


def read_time(name: str, text: str) -> datetime:
    """A time as the clocks in London show it.

    Raises:
        InputError: it is none, or one that never was or came twice in the night when the clocks changed.
    """
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(name, text, "Give a day and a time, like 2026-12-03T14:00.") from None
    if local.tzinfo is not None:
        return local
    first, second = (local.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        raise InputError(name, text, "The clocks changed in that hour. Give a time an hour earlier or later.")
    return first
