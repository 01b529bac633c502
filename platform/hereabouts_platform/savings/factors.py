"""Conversion factors from fuel to CO2 equivalent, by year, read from TOML that a council can edit and extend."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hereabouts_schemas.errors import InputError

SHIPPED = Path(__file__).with_name("conversion_factors.toml")
UNITS = ("litre", "kWh")
ABOUT = ("title", "url", "licence")


@dataclass(frozen=True, kw_only=True, slots=True)
class Factor:
    """What a unit of a fuel gives off.

    Attributes:
        kg_co2e: kg of CO2 equivalent for each `unit` (litre or kWh).
        year: of the edition that it stands in.
        title, url, licence: of that edition.
    """

    fuel: str
    unit: str
    kg_co2e: float
    year: int
    title: str
    url: str
    licence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Factors:
    """All editions: fuel -> unit, and (fuel, year) -> factor."""

    units: Mapping[str, str]
    editions: Mapping[tuple[str, int], Factor]

    def of(self, fuel: str | None, year: int) -> Factor | None:
        """The factor of a fuel in a year; of a year that has none the latest before it; None where there is none."""
        years = [known for name, known in self.editions if name == fuel and known <= year]
        return None if fuel is None or not years else self.editions[fuel, max(years)]


@cache
def conversion_factors(path: Path = SHIPPED) -> Factors:
    """The factors of a file, which is read once.

    Raises:
        InputError: it cannot be read, an edition does not say what it is, or a factor is no number of 0 or more.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("conversion factors", str(path), f"It cannot be read: {error}.") from error
    units = tables.get("units", {})
    for fuel, unit in units.items():
        if unit not in UNITS:
            raise InputError(f"units.{fuel}", str(unit), f"Give {' or '.join(UNITS)}.")
    found = [one for year, table in tables.get("edition", {}).items() for one in _edition(year, table, units)]
    return Factors(units=units, editions={(one.fuel, one.year): one for one in found})


def _edition(year: str, table: Mapping[str, Any], units: Mapping[str, str]) -> list[Factor]:
    if not year.isdecimal():
        raise InputError("edition", year, "Name each edition by its year, like [edition.2026].")
    for name in ABOUT:
        if not isinstance(table.get(name), str):
            raise InputError(f"edition.{year}.{name}", str(table.get(name)), "Say where the figures are from.")
    about = {name: table[name] for name in ABOUT}
    found = []
    for fuel in table.keys() - set(ABOUT):
        if fuel not in units:
            raise InputError(f"edition.{year}.{fuel}", str(table[fuel]), "Give the fuel its unit under [units].")
        kg = _amount(f"edition.{year}.{fuel}", table[fuel])
        found.append(Factor(fuel=fuel, unit=units[fuel], kg_co2e=kg, year=int(year), **about))
    return found


def _amount(field: str, value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < float("inf"):
        raise InputError(field, str(value), "Give kg CO2e for each unit, 0 or more.")
    return float(value)
