"""What an hourly file of a weather service holds, whichever service it is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hereabouts_ingest.units import Conversion, UnitError, conversion
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.quantity import QUANTITIES

HOUR = timedelta(hours=1)
SEA_LEVEL = "sea_level"  # the channel of a pressure that is worked out for sea level


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """What a service's variable is; `over_hour`: it adds up over the hour before the time that it is given for."""

    quantity: str
    channel: str = ""
    over_hour: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """One variable hour by hour, in the quantity's own unit; NaN where there is none."""

    name: str
    variable: Variable
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class WeatherFile:
    """A file as it was read.

    Attributes:
        service: open_meteo or met_office.
        lon, lat: the point that it is of, WGS 84 degrees.
        times: the instant of each hour, UTC.
        courses: as long as `times`.
        run: when the model ran that it came from; None where the file does not say.
        others: variables that are no quantity of ours, by name.
        unreadable: values that are no number: index of the hour, variable, what stands there.
    """

    service: str
    lon: float
    lat: float
    times: tuple[datetime, ...]
    courses: tuple[Course, ...]
    run: datetime | None
    others: tuple[str, ...]
    unreadable: tuple[tuple[int, str, str], ...]


def number_at(found: Mapping[str, object], key: str, where: str) -> float:
    """A finite number at a key.

    Raises:
        InputError: there is none.
    """
    value = found.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(where, value, f"There should be a number at {key}. Fetch the file again.")
    return float(value)


def to_quantity(variable: Variable, unit: object, where: str) -> Conversion:
    """How values in the unit that a file states become the quantity's.

    Raises:
        InputError: no unit is stated, or one that does not convert.
    """
    target = QUANTITIES[variable.quantity].unit
    if not isinstance(unit, str):
        raise InputError(where, unit, "The file does not state its unit, and it is not guessed. Fetch it with units.")
    try:
        return conversion(unit, target)
    except UnitError as error:
        raise InputError(where, unit, f"{error} Fetch it in a unit that converts to {target}.") from None


def numbers(
    name: str, cells: Sequence[object], how: Conversion
) -> tuple[tuple[float, ...], tuple[tuple[int, str, str], ...]]:
    """Values converted, NaN where a cell is null or no number; and the cells that are no number."""
    values, unreadable = [], []
    for index, cell in enumerate(cells):
        is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
        values.append(how.apply(float(cell)) if is_number else math.nan)  # type: ignore[arg-type]
        if cell is not None and not is_number:
            unreadable.append((index, name, str(cell)[:40]))
    return tuple(values), tuple(unreadable)
