"""The vocabulary of quantities: what can be observed, in which unit, within which bounds.

Units are UCUM codes. Bounds are the widest a working sensor in its place can honestly report; a value outside
never becomes a reading. Sentinels are "no value" marks that survive unit conversion; a maker's own sentinels stand
in the device profile.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How values of a quantity add up."""

    MEASUREMENT = "measurement"
    DELTA = "delta"
    TOTAL_INCREASING = "total_increasing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """One observed property (SensorThings: ObservedProperty).

    Attributes:
        name: snake_case name used in tables, API and files.
        title: what a person reads.
        unit: UCUM code of every stored value.
        kind: measurement, delta (a count over a period) or total_increasing (a counter).
        low, high: plausible range, both ends included, in `unit`.
        public_only: never kept of a home, because it tells who is in.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    kind: Kind = Kind.MEASUREMENT
    public_only: bool = False

    def is_plausible(self, value: float) -> bool:
        """Whether `value`, in `unit`, lies in the range (NaN and infinities do not)."""
        return self.low <= value <= self.high


def _table(*rows: Quantity) -> dict[str, Quantity]:
    return {row.name: row for row in rows}


_M = 2**32 - 1

QUANTITIES: dict[str, Quantity] = _table(
    # air and surfaces
    Quantity(name="air_temperature", title="Air temperature", unit="Cel", low=-40, high=60),
    Quantity(name="relative_humidity", title="Relative humidity", unit="%", low=1, high=100),
    Quantity(name="co2", title="Carbon dioxide", unit="ppm", low=250, high=10_000),
    Quantity(name="surface_temperature", title="Surface temperature", unit="Cel", low=-40, high=90),
    Quantity(name="probe_temperature", title="Probe temperature", unit="Cel", low=-55, high=125),
    Quantity(name="air_pressure", title="Air pressure", unit="hPa", low=850, high=1100),
    Quantity(name="tvoc", title="Volatile organic compounds", unit="ppb", low=0, high=60_000),
    Quantity(name="tvoc_index", title="Volatile organic compounds, index", unit="{index}", low=0, high=500),
    Quantity(name="pm2_5", title="Fine particles PM2.5", unit="ug/m3", low=0, high=2000),
    Quantity(name="pm10", title="Particles PM10", unit="ug/m3", low=0, high=3000),
    Quantity(name="formaldehyde", title="Formaldehyde", unit="mg/m3", low=0, high=10),
    Quantity(name="ozone", title="Ozone", unit="ppm", low=0, high=10),
    Quantity(name="water_leak", title="Water leak", unit="{bool}", low=0, high=1),
    # bins
    Quantity(name="distance", title="Distance to the surface", unit="mm", low=0, high=15_000),
    Quantity(name="fill_level", title="Fill level", unit="%", low=0, high=100),
    Quantity(name="tilt", title="Tilted", unit="{bool}", low=0, high=1),
    # people passing a counting line, and present; how many are present is never kept of a home
    Quantity(name="people_in", title="People in", unit="{count}", low=0, high=100_000, kind=Kind.DELTA),
    Quantity(name="people_out", title="People out", unit="{count}", low=0, high=100_000, kind=Kind.DELTA),
    Quantity(
        name="people_in_total",
        title="People in, counter",
        unit="{count}",
        low=0,
        high=_M,
        kind=Kind.TOTAL_INCREASING,
    ),
    Quantity(
        name="people_out_total",
        title="People out, counter",
        unit="{count}",
        low=0,
        high=_M,
        kind=Kind.TOTAL_INCREASING,
    ),
    Quantity(name="occupancy", title="People present", unit="{count}", low=0, high=100_000, public_only=True),
    # weather
    Quantity(name="rainfall", title="Rainfall", unit="mm", low=0, high=500, kind=Kind.DELTA),
    Quantity(name="wind_speed", title="Wind speed", unit="m/s", low=0, high=75),
    Quantity(name="wind_direction", title="Wind direction", unit="deg", low=0, high=360),
    Quantity(name="solar_irradiance", title="Sunshine", unit="W/m2", low=0, high=1500),
    # pulses and contacts that a deployment gives a meaning
    Quantity(name="pulses", title="Pulses", unit="{count}", low=0, high=_M, kind=Kind.DELTA),
    Quantity(name="pulses_total", title="Pulses, counter", unit="{count}", low=0, high=_M, kind=Kind.TOTAL_INCREASING),
    # the device itself
    Quantity(name="battery_voltage", title="Battery voltage", unit="V", low=0.5, high=60),
    Quantity(name="battery_level", title="Battery level", unit="%", low=0, high=100),
)
