"""Which columns of a logger's file hold what, in which unit: what its header says, and what has to be asked.

A column is taken where its name leaves one choice. A unit is taken where the header states it, or where the values can
be nothing else in a building: a room whose usual reading is 18 is not in Fahrenheit. Everything else is a question.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from hereabouts_platform.loggers.table import LoggerTable, number


class Role(StrEnum):
    """What a column may hold."""

    TIME = "time"
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    RAIN = "rain"


_NAMES = {
    Role.TIME: re.compile(r"time|date|datum|zeit|\bwhen\b|^t_utc", re.IGNORECASE),
    Role.TEMPERATURE: re.compile(
        r"temp|celsius|fahrenheit|°\s*[cf]\b|^t$|^ti$|^te$|^t[_ ](in|out|air|room)", re.IGNORECASE
    ),
    Role.HUMIDITY: re.compile(r"hum|feucht|%\s*r\.?h|^r\.?h|\br\.?h\.?\b|^rhe$", re.IGNORECASE),
    Role.RAIN: re.compile(r"rain|precip|niederschlag", re.IGNORECASE),
}
_NOT = {
    Role.TIME: re.compile(r"awake|uptime|since|runtime|zone|modified", re.IGNORECASE),
    Role.TEMPERATURE: re.compile(r"dew|tau|wet.?bulb|hum|feucht|r\.?h\b|abs", re.IGNORECASE),
    Role.HUMIDITY: re.compile(r"abs|specific|g/m|dew|temp", re.IGNORECASE),
    Role.RAIN: re.compile(r"prob|chance", re.IGNORECASE),
}
_FAHRENHEIT = re.compile(r"°\s*f\b|\(f\)|fahrenheit|_f$|degf", re.IGNORECASE)
_CELSIUS = re.compile(r"°\s*c\b|\(c\)|celsius|_c$|degc|℃", re.IGNORECASE)
_SURELY_CELSIUS, _SURELY_FAHRENHEIT = 32.0, 50.0  # the usual reading of a building, as written
_LOOKED_AT = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a file leaves open: the option that answers it, the sentence, and the answers there are."""

    option: str
    asks: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """What was made out of a file.

    Attributes:
        columns: of a role, the column; a time that stands in two columns is "Date+Time".
        fahrenheit: whether temperatures are in degF; None where it is open.
        fraction: whether humidity is written 0 to 1.
        notes: what was taken from the values and not from the header, as sentences.
        questions: what has to be asked.
    """

    columns: Mapping[Role, str]
    fahrenheit: bool | None
    fraction: bool
    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    stated: Mapping[Role, str] = field(default_factory=dict)


def layout_of(
    table: LoggerTable,
    wanted: Sequence[Role],
    *,
    stated: Mapping[Role, str] | None = None,
    unit: str | None = None,
    prefix: str = "--",
) -> Layout:
    """Make out the columns `wanted`, of which RAIN is never asked for.

    Args:
        stated: columns that somebody named; they are taken as they are.
        unit: "C" or "F", where somebody said so.
        prefix: of the options that answer questions ("--" or "--outdoor-").
    """
    given = dict(stated or {})
    columns: dict[Role, str] = dict(given)
    questions = []
    for role in wanted:
        if role in columns:
            continue
        found = _candidates(table, role, taken=set(columns.values()))
        if len(found) == 1:
            columns[role] = found[0]
        elif role is not Role.RAIN:
            questions.append(_which(role, found or list(table.header), prefix))
    notes: list[str] = []
    fahrenheit = _fahrenheit(table, columns.get(Role.TEMPERATURE), unit, notes)
    if fahrenheit is None and Role.TEMPERATURE in columns:
        asks = f"Are the temperatures in the column {columns[Role.TEMPERATURE]} in degrees Celsius or Fahrenheit?"
        questions.append(Question(option=f"{prefix}temperature-unit", asks=asks, choices=("C", "F")))
    return Layout(
        columns=columns,
        fahrenheit=fahrenheit,
        fraction=_is_fraction(table, columns.get(Role.HUMIDITY), notes),
        notes=tuple(notes),
        questions=tuple(questions),
        stated=given,
    )


def values_of(table: LoggerTable, column: str) -> list[float | None]:
    """The numbers of a column; None where a cell holds none."""
    return [number(cell, decimal_comma=table.decimal_comma) for cell in table.column(column)]


def _candidates(table: LoggerTable, role: Role, taken: set[str]) -> list[str]:
    """Columns whose name may mean that, and which hold something."""
    names = [name for name in table.header if _NAMES[role].search(name) and not _NOT[role].search(name)]
    names = [name for name in names if name not in taken and any(table.column(name)[:_LOOKED_AT])]
    if role is Role.TIME:
        return _times(table, names)
    return [name for name in names if _is_numeric(table, name)]


def _times(table: LoggerTable, names: list[str]) -> list[str]:
    """Of two columns, a date and a time of day make one."""
    whole = [name for name in names if not _is_time_of_day(table, name) and not _is_day(table, name)]
    if whole:
        return whole
    days = [name for name in names if _is_day(table, name)]
    hours = [name for name in names if _is_time_of_day(table, name)]
    return [f"{days[0]}+{hours[0]}"] if len(days) == 1 and len(hours) == 1 else names


def _is_day(table: LoggerTable, name: str) -> bool:
    return bool(re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", _first(table, name)))


def _is_time_of_day(table: LoggerTable, name: str) -> bool:
    return bool(re.fullmatch(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([ap]\.?m\.?)?", _first(table, name), re.IGNORECASE))


def _first(table: LoggerTable, name: str) -> str:
    return next((cell for cell in table.column(name) if cell), "")


def _is_numeric(table: LoggerTable, name: str) -> bool:
    cells = [cell for cell in table.column(name)[:200] if cell]
    told = [number(cell, decimal_comma=table.decimal_comma) for cell in cells]
    return sum(one is not None for one in told) * 2 > len(cells)


def _which(role: Role, found: list[str], prefix: str) -> Question:
    asks = f"Which column holds the {role}? The file has: {', '.join(found)}."
    return Question(option=f"{prefix}{role}-column", asks=asks, choices=tuple(found))


def _known(table: LoggerTable, column: str) -> list[float]:
    return [one for one in values_of(table, column)[:_LOOKED_AT] if one is not None]


def _fahrenheit(table: LoggerTable, column: str | None, unit: str | None, notes: list[str]) -> bool | None:
    if unit is not None:
        return unit.upper() == "F"
    if column is None:
        return None
    if _FAHRENHEIT.search(column) or _CELSIUS.search(column):
        return bool(_FAHRENHEIT.search(column))
    known = _known(table, column)
    usual = median(known) if known else _SURELY_CELSIUS
    if usual < _SURELY_CELSIUS or usual > _SURELY_FAHRENHEIT:
        fahrenheit = usual > _SURELY_FAHRENHEIT
        notes.append(
            f"{column} is read as degrees {'Fahrenheit' if fahrenheit else 'Celsius'}: its usual value, {usual:g}, "
            f"could be nothing else in a building."
        )
        return fahrenheit
    return None


def _is_fraction(table: LoggerTable, column: str | None, notes: list[str]) -> bool:
    known = _known(table, column) if column is not None else []
    fraction = bool(known) and 0.05 < max(known) <= 1.0
    if fraction:
        notes.append(f"{column} is read as a share from 0 to 1: no value in it is above 1.")
    return fraction
