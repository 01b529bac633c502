"""Units, converted in this one place: UCUM codes and the spellings that makers put on the wire.

A conversion is worked out once by pint and kept as three numbers, so that a value costs a multiplication, a division
and an addition. Steps that are decimal fractions are kept as divisors: 2025 mV is 2.025 V, not 2.0250000000000004 V.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from math import isclose
from typing import Any

from hereabouts_schemas.errors import HereaboutsError

# UCUM code -> pint's name. Counts, yes/no and indices are kinds of their own: none of them is a share of anything.
_PINT = {
    "Cel": "degree_Celsius",
    "[degF]": "degree_Fahrenheit",
    "K": "kelvin",
    "1": "dimensionless",
    "%": "percent",
    "ppm": "ppm",
    "[ppm]": "ppm",
    "ppb": "ppb",
    "[ppb]": "ppb",
    "Pa": "pascal",
    "hPa": "hectopascal",
    "kPa": "kilopascal",
    "mbar": "millibar",
    "bar": "bar",
    "ng/m3": "nanogram / meter ** 3",
    "ug/m3": "microgram / meter ** 3",
    "mg/m3": "milligram / meter ** 3",
    "g/m3": "gram / meter ** 3",
    "um": "micrometer",
    "mm": "millimeter",
    "cm": "centimeter",
    "dm": "decimeter",
    "m": "meter",
    "[in_i]": "inch",
    "[ft_i]": "foot",
    "L/m2": "liter / meter ** 2",
    "mm/s": "millimeter / second",
    "m/s": "meter / second",
    "km/h": "kilometer / hour",
    "[mi_i]/h": "mile / hour",
    "[kn_i]": "knot",
    "deg": "degree",
    "rad": "radian",
    "W/m2": "watt / meter ** 2",
    "V": "volt",
    "mV": "millivolt",
    "{count}": "a_count",
    "{bool}": "a_truth",
    "{index}": "an_index",
}
_OUR_UNITS = ("ppb = 1e-9", "a_count = [a_count]", "a_truth = [a_truth]", "an_index = [an_index]")

# What stands beside values on the wire (casefolded) -> UCUM.
_SPELLINGS = {
    "°c": "Cel",
    "ºc": "Cel",
    "℃": "Cel",
    "c": "Cel",
    "degc": "Cel",
    "deg c": "Cel",
    "celsius": "Cel",
    "°f": "[degF]",
    "℉": "[degF]",
    "f": "[degF]",
    "degf": "[degF]",
    "fahrenheit": "[degF]",
    "kelvin": "K",
    "rh": "%",
    "%rh": "%",
    "% rh": "%",
    "rh %": "%",
    "percent": "%",
    "％": "%",
    "hpa": "hPa",
    "µg/m³": "ug/m3",
    "μg/m³": "ug/m3",
    "ug/m³": "ug/m3",
    "µg/m3": "ug/m3",
    "μg/m3": "ug/m3",
    "μg⋅m⁻³": "ug/m3",
    "mg/m³": "mg/m3",
    "g/m³": "g/m3",
    "volt": "V",
    "volts": "V",
    "v": "V",
    "millivolt": "mV",
    "inch": "[in_i]",
    "mph": "[mi_i]/h",
    "mp/h": "[mi_i]/h",
    "kn": "[kn_i]",
    "kmh": "km/h",
    "knots": "[kn_i]",
    "°": "deg",
    "degrees": "deg",
    "m⋅s⁻¹": "m/s",
    "w/m²": "W/m2",
    "w⋅m⁻²": "W/m2",
}

# UCUM -> what people read in a sentence.
_SYMBOLS = {"Cel": " °C", "%": " %", "ug/m3": " µg/m³", "mg/m3": " mg/m³", "W/m2": " W/m²", "deg": "°"}


class UnitError(HereaboutsError):
    """A unit that is not known, or cannot become the other; the message is a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversion:
    """`value * times / over + plus`."""

    times: float
    over: float
    plus: float

    def apply(self, value: float) -> float:
        """Convert one value."""
        return value * self.times / self.over + self.plus


def ucum(text: str) -> str | None:
    """The UCUM code that a unit's text stands for, or None when it is not one that is known here.

    Example:
        >>> ucum("RH"), ucum("℃"), ucum("mV"), ucum("furlong")
        ('%', 'Cel', 'mV', None)
    """
    text = text.strip()
    return text if text in _PINT else _SPELLINGS.get(text.casefold())


@lru_cache(maxsize=1024)
def conversion(unit: str, to: str, scale: float = 1.0) -> Conversion:
    """How a value in steps of `scale` `unit` becomes one in `to` (both UCUM codes or spellings).

    Raises:
        UnitError: a unit is not known, or the two measure different things.
    """
    code, target = ucum(unit), ucum(to)
    if code is None or code not in _PINT:
        raise UnitError(f"The unit {unit!r} is not known.")
    if target is None or target not in _PINT:
        raise UnitError(f"The unit {to!r} is not known.")
    factor, plus = (1.0, 0.0) if code == target else _by_pint(code, target)
    times, over = _as_fraction(factor * scale)
    return Conversion(times=times, over=over, plus=plus)


def say(value: float, unit: str) -> str:
    """A value with its unit as people write it.

    Example:
        >>> say(21.5, "Cel"), say(12, "{count}"), say(1013.25, "hPa")
        ('21.5 °C', '12', '1,013.25 hPa')
    """
    symbol = "" if unit.startswith("{") else _SYMBOLS.get(unit, f" {unit}")
    return f"{value:,.10g}{symbol}"


def _by_pint(code: str, target: str) -> tuple[float, float]:
    from pint import DimensionalityError  # noqa: PLC0415 - pint takes a second to load; most values need none of it

    quantity = _registry().Quantity
    try:
        zero, thousand = (float(quantity(v, _PINT[code]).to(_PINT[target]).magnitude) for v in (0.0, 1000.0))
    except DimensionalityError as error:
        raise UnitError(f"{code} cannot be converted to {target}.") from error
    return (thousand - zero) / 1000.0, zero


@cache
def _registry() -> Any:
    # pint's registry takes type arguments in some releases and none in others
    from pint import UnitRegistry  # noqa: PLC0415 - see above

    registry: Any = UnitRegistry()
    for line in _OUR_UNITS:
        registry.define(line)
    return registry


def _as_fraction(factor: float) -> tuple[float, float]:
    """Split a factor into what to multiply by and what to divide by, so that decimal steps stay exact."""
    if factor == 0 or isclose(factor, round(factor), rel_tol=1e-12):
        return float(round(factor)), 1.0
    for over in (10.0, 100.0, 1000.0, 10_000.0, 100_000.0, 1_000_000.0):
        times = round(factor * over)
        if times and isclose(factor * over, times, rel_tol=1e-12):
            return float(times), over
    inverse = round(1 / factor)
    if inverse and isclose(factor * inverse, 1.0, rel_tol=1e-12):
        return 1.0, float(inverse)
    return factor, 1.0
