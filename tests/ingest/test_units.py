"""Units: one table, exact decimal steps, refusal of what cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_ingest.units import UnitError, conversion, say, ucum
from hereabouts_schemas.quantity import QUANTITIES


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (3602, "mV", "V", 3.602),
        (32, "[degF]", "Cel", 0.0),
        (212, "[degF]", "Cel", 100.0),
        (293.15, "K", "Cel", 20.0),
        (101325, "Pa", "hPa", 1013.25),
        (1.5, "m", "mm", 1500.0),
        (120.4, "cm", "mm", 1204.0),
        (12, "[in_i]", "mm", 304.8),
        (0.65, "1", "%", 65.0),
        (0.05, "%", "ppm", 500.0),
        (36, "km/h", "m/s", 10.0),
        (2.5, "L/m2", "mm", 2.5),
        (21.5, "Cel", "Cel", 21.5),
        (7, "{count}", "{count}", 7.0),
    ],
)
def test_conversions(value: float, unit: str, to: str, expected: float) -> None:
    assert conversion(unit, to).apply(value) == pytest.approx(expected, abs=1e-9)


@given(st.integers(-100_000, 100_000))
def test_decimal_steps_give_the_nearest_number_to_what_was_measured(raw: int) -> None:
    assert conversion("Cel", "Cel", 0.1).apply(raw) == float(f"{raw}e-1")
    assert conversion("mV", "V").apply(raw) == float(f"{raw}e-3")
    assert conversion("Pa", "hPa", 0.1).apply(raw) == float(f"{raw}e-3")
    assert conversion("%", "%", 0.5).apply(raw) == raw / 2


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("{count}", "%"),
        ("{bool}", "{count}"),
        ("Cel", "%"),
        ("mm", "V"),
        ("ppb", "ug/m3"),
        ("furlong", "m"),
        ("m", "x"),
    ],
)
def test_what_cannot_be_converted_is_refused(unit: str, to: str) -> None:
    with pytest.raises(UnitError):
        conversion(unit, to)


@pytest.mark.parametrize(
    ("spelled", "code"),
    [
        ("°C", "Cel"),
        ("℃", "Cel"),
        ("C", "Cel"),
        ("celsius", "Cel"),
        ("RH", "%"),
        ("rh %", "%"),
        (" %RH ", "%"),
        ("µg/m³", "ug/m3"),
        ("mV", "mV"),
        ("mbar", "mbar"),
        ("MV", None),  # not a thousandth: a million
        ("n/a", None),
        ("", None),
    ],
)
def test_spellings_on_the_wire(spelled: str, code: str | None) -> None:
    assert ucum(spelled) == code


def test_every_quantity_has_a_unit_that_is_known() -> None:
    for quantity in QUANTITIES.values():
        assert conversion(quantity.unit, quantity.unit).apply(quantity.high) == quantity.high


def test_values_are_said_with_their_unit() -> None:
    assert say(21.5, "Cel") == "21.5 °C"
    assert say(1500, "mm") == "1,500 mm"
    assert say(12, "{count}") == "12"
    assert say(float("nan"), "%") == "nan %"
