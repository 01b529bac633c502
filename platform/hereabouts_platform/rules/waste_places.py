"""What the attributes of a bin slot, a depot and a tip say to whoever plans rounds: one place where they are read.

Other keys of the attributes are the council's own and are left alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from hereabouts_platform.rules.open_hours import Hours, read_hours
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.place import PlaceKind
from hereabouts_schemas.work import Approach

GENERAL = "general"
KG_PER_L = 0.1  # loose litter; a council's weighbridge knows better
SERVICE_S = 60
TURNROUND_S = 900
LONGEST_SKILL = 120  # as a name in vehicles.csv
OVERFLOW_P, MOST_OVERFLOW_P = 4000, 100_000  # eight days of it are worth less than a visit that has to be

_Read = TypeVar("_Read")
Attributes = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotFacts:
    """A bin slot.

    Attributes:
        stream: of waste.
        capacity_l: litres of its container; None where nobody said, so that it cannot be planned by volume.
        kg_per_l: weight of a litre as it lies in the bin.
        max_days: it is emptied at least so often, whatever its level; None: as often as `VisitRules` has it.
        service_s: how long emptying takes.
        windows: when work may begin there; none: at any time.
        access: vehicle classes that can reach it; none named: all.
        approach: from which side of the street.
        group: of bins that fill alike, for the forecast; None: all of its stream.
        skills: what vehicle and crew have to be able to do, in order of the alphabet; none: nothing special.
    """

    stream: str = GENERAL
    capacity_l: int | None = None
    kg_per_l: float = KG_PER_L
    max_days: int | None = None
    service_s: int = SERVICE_S
    windows: tuple[Hours, ...] = ()
    access: tuple[str, ...] = ()
    approach: Approach = Approach.EITHER
    group: str | None = None
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DepotFacts:
    """A depot: when it is open (none: always).

    `turnround_s` is how long a vehicle needs in its yard at the end of its round, within shift and hours. `overflow_p`
    is what a day on which a bin overflows is taken to cost, pence: the dial between miles and overflow.
    """

    open: tuple[Hours, ...] = ()
    turnround_s: int = 0
    overflow_p: int = OVERFLOW_P


@dataclass(frozen=True, kw_only=True, slots=True)
class TipFacts:
    """A tip: when a vehicle may begin to tip (none: always), how long that takes, the streams it takes (none: all)."""

    open: tuple[Hours, ...] = ()
    turnround_s: int = TURNROUND_S
    streams: tuple[str, ...] = ()


def slot_facts(attributes: Attributes) -> SlotFacts:
    """What the attributes of a bin slot say.

    Raises:
        InputError: one of them cannot be used.
    """
    return SlotFacts(
        stream=_take(attributes, "stream", _word, GENERAL),
        capacity_l=_take(attributes, "capacity_l", _above_zero, None),
        kg_per_l=_take(attributes, "kg_per_l", _density, KG_PER_L),
        max_days=_take(attributes, "max_days", _above_zero, None),
        service_s=_take(attributes, "service_s", _seconds, SERVICE_S),
        windows=_take(attributes, "windows", _hours, ()),
        access=_take(attributes, "access", _words, ()),
        approach=_take(attributes, "approach", _approach, Approach.EITHER),
        group=_take(attributes, "group", _word, None),
        skills=_take(attributes, "skills", _skills, ()),
    )


def depot_facts(attributes: Attributes) -> DepotFacts:
    """What the attributes of a depot say.

    Raises:
        InputError: one of them cannot be used.
    """
    return DepotFacts(
        open=_take(attributes, "open", _hours, ()),
        turnround_s=_take(attributes, "turnround_s", _seconds, 0),
        overflow_p=_take(attributes, "overflow_p", _pence, OVERFLOW_P),
    )


def tip_facts(attributes: Attributes) -> TipFacts:
    """What the attributes of a tip say.

    Raises:
        InputError: one of them cannot be used.
    """
    return TipFacts(
        open=_take(attributes, "open", _hours, ()),
        turnround_s=_take(attributes, "turnround_s", _seconds, TURNROUND_S),
        streams=_take(attributes, "streams", _words, ()),
    )


READERS: Mapping[PlaceKind, Callable[[Attributes], SlotFacts | DepotFacts | TipFacts]] = {
    PlaceKind.BIN_SLOT: slot_facts,
    PlaceKind.DEPOT: depot_facts,
    PlaceKind.TIP: tip_facts,
}


def check_attributes(kind: PlaceKind, attributes: Attributes) -> None:
    """Pass when the attributes of a place can be used.

    Raises:
        InputError: one of them cannot.
    """
    if kind in READERS:
        READERS[kind](attributes)


def _take(attributes: Attributes, key: str, read: Callable[[str, Any], _Read], otherwise: _Read) -> _Read:
    return otherwise if attributes.get(key) is None else read(key, attributes[key])


def _above_zero(key: str, value: Any) -> int:
    return _whole(key, value, 2**31 - 1, "Give a whole number above 0.")


def _pence(key: str, value: Any) -> int:
    cure = f"Give whole pence, 1 to {MOST_OVERFLOW_P}, like {OVERFLOW_P}."
    return _whole(key, value, MOST_OVERFLOW_P, cure)


def _whole(key: str, value: Any, most: int, cure: str) -> int:
    """A whole number from 1 on, also where it is written with a point, as 240.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
        raise InputError(key, value, cure)
    return value


def _seconds(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 86_400:
        raise InputError(key, value, "Give whole seconds, 0 to 86400.")
    return value


def _density(key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 20:
        raise InputError(key, value, "Give kilograms a litre, above 0 and at most 20, like 0.1.")
    return float(value)


def _word(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or set(value) & set(",;:+"):
        raise InputError(key, value, "Give one word or name, like general.")
    return value.strip()


def _words(key: str, value: Any) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list):
        raise InputError(key, value, 'Give a list of names, like ["rcv26", "van"].')
    return tuple(dict.fromkeys(_word(key, one) for one in given))


def _skills(key: str, value: Any) -> tuple[str, ...]:
    """Words as `vehicles.csv` and `crews.csv` have them: a list, or text with semicolons between."""
    given = [part for part in value.split(";") if part.strip()] if isinstance(value, str) else value
    cure = 'Give a list of skills as in vehicles.csv and crews.csv, like ["crane"], or text like crane;food.'
    if not isinstance(given, list) or not all(isinstance(one, str) and _is_skill(one.strip()) for one in given):
        raise InputError(key, value, cure)
    return tuple(sorted({one.strip() for one in given}))


def _is_skill(text: str) -> bool:
    return bool(text) and len(text) <= LONGEST_SKILL and text.isprintable() and not set(text) & set(",;")


def _hours(key: str, value: Any) -> tuple[Hours, ...]:
    if not isinstance(value, str):
        raise InputError(key, value, "Give text like Mon-Fri 06:00-10:00; Sat 06:00-08:00.")
    return read_hours(key, value)


def _approach(key: str, value: Any) -> Approach:
    if value not in tuple(Approach):
        raise InputError(key, value, "Give curb (it lies on the vehicle's near side) or either.")
    return Approach(value)
