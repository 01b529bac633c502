"""The readings of one logger out of its file: instants, degC, %, mm; sorted, each instant once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.loggers.layout import Layout, Question, Role, layout_of, values_of
from hereabouts_platform.loggers.table import LoggerTable, read_logger
from hereabouts_platform.loggers.times import LoggerTimes, read_times
from hereabouts_schemas.errors import InputError


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """What somebody said about a file; None and missing columns are made out from it, or asked for.

    Attributes:
        unit: of temperature, "C" or "F"; zone: an IANA name or "UTC"; order: "dmy" or "mdy".
    """

    columns: Mapping[Role, str] = field(default_factory=dict)
    unit: str | None = None
    zone: str | None = None
    order: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Readings:
    """Readings in order of time, NaN where a cell held no number.

    Attributes:
        times: seconds since 1970 UTC, strictly rising.
        temperature: degC; humidity: %; rain: mm, all NaN without such a column.
        columns: of a role, the column it was read from; zone: what times were read as.
        notes: what was taken from the values, and what was left out, as sentences.
    """

    times: NDArray[np.int64]
    temperature: Floats
    humidity: Floats
    rain: Floats
    columns: Mapping[Role, str]
    fahrenheit: bool
    zone: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """A file that cannot be read before somebody answers: its columns, what was made out, and the questions."""

    file: str
    header: tuple[str, ...]
    guessed: Mapping[Role, str]
    questions: tuple[Question, ...]


def read_readings(path: Path, stated: Stated, *, outdoor: bool = False) -> Readings | Open:
    """Read a logger's file.

    Args:
        outdoor: it is of the weather: humidity may be missing, rain is read, and options begin with --outdoor-.

    Raises:
        InputError: the file, a stated column or the zone is no such thing, or there is nothing in it to read.
    """
    prefix = "--outdoor-" if outdoor else "--"
    table = read_logger(path)
    _check_columns(table, stated, prefix)
    wanted = (Role.TIME, Role.TEMPERATURE, Role.HUMIDITY, *((Role.RAIN,) if outdoor else ()))
    layout = layout_of(table, wanted, stated=stated.columns, unit=stated.unit, prefix=prefix)
    questions = [one for one in layout.questions if not (outdoor and one.option.endswith("humidity-column"))]
    times: LoggerTimes | None = None
    if Role.TIME in layout.columns:
        found = read_times(table, layout.columns[Role.TIME], zone=stated.zone, order=stated.order, prefix=prefix)
        if isinstance(found, LoggerTimes):
            times = found
        else:
            questions += found
    if questions or times is None:
        return Open(file=path.name, header=table.header, guessed=layout.columns, questions=tuple(questions))
    return _readings(table, layout, times)


def _check_columns(table: LoggerTable, stated: Stated, prefix: str) -> None:
    for role, column in stated.columns.items():
        parts = column.split("+") if role is Role.TIME and column not in table.header else [column]
        for part in parts:
            if part not in table.header:
                cure = f"The file's columns are: {', '.join(table.header)}."
                raise InputError(f"{prefix}{role}-column", column, cure)


def _readings(table: LoggerTable, layout: Layout, times: LoggerTimes) -> Readings:
    rows = np.array([n for n, at in enumerate(times.at) if at is not None], dtype=np.int64)
    seconds = np.array([int(at.timestamp()) for at in times.at if at is not None], dtype=np.int64)
    kept, first = np.unique(seconds, return_index=True)
    rows = rows[first]
    temperature = _column(table, layout, Role.TEMPERATURE)[rows]
    humidity = _column(table, layout, Role.HUMIDITY)[rows]
    return Readings(
        times=kept,
        temperature=(temperature - 32) / 1.8 if layout.fahrenheit else temperature,
        humidity=humidity * 100 if layout.fraction else humidity,
        rain=_column(table, layout, Role.RAIN)[rows],
        columns=layout.columns,
        fahrenheit=bool(layout.fahrenheit),
        zone=times.zone,
        notes=(*layout.notes, *_left_out(table, times, len(seconds) - len(kept))),
    )


def _column(table: LoggerTable, layout: Layout, role: Role) -> Floats:
    if role not in layout.columns:
        return np.full(len(table.rows), np.nan)
    return np.array([np.nan if one is None else one for one in values_of(table, layout.columns[role])])


def _left_out(table: LoggerTable, times: LoggerTimes, double: int) -> list[str]:
    unread = [n for n, at in enumerate(times.at) if at is None]
    said = []
    if unread:
        line = table.first_line + unread[0]
        said.append(f"{_rows(len(unread))} left out: no time can be read there (the first is about line {line}).")
    if times.skipped is not None:
        said.append(
            f"{times.skipped:%d/%m/%Y %H:%M} never was in {times.zone}, whose clocks went forward: the logger's own "
            "clock does not, so its zone may rather be UTC."
        )
    if double:
        said.append(f"{_rows(double)} left out: an earlier row has the same time.")
    return said


def _rows(count: int) -> str:
    return "1 row is" if count == 1 else f"{count:,} rows are"
