"""What a cold surface makes of a room's air: its temperature, its humidity, its water.

The same shapes, units and NaN as in `vapour.py`. Nothing is clipped: a humidity above 100 % says that water runs down.
"""

import numpy as np
from numpy.typing import ArrayLike

from hereabouts_platform.climate.vapour import Floats, saturation_pressure, temperature_at_saturation, vapour_pressure

DWELLING_F_RSI = 0.75  # what a dwelling in this country should reach at least (and ISO 13788 builds on)
INNER_RESISTANCE = 0.25  # m2 K/W, Rsi of ISO 13788 for mould: behind furniture and in corners air hardly moves


def surface_temperature(indoor: ArrayLike, outdoor: ArrayLike, f_rsi: ArrayLike) -> Floats:
    """Temperature of an inner surface, degC: `Ts = Te + fRsi (Ti - Te)` (temperature factor, ISO 13788)."""
    outside = np.asarray(outdoor, dtype=np.float64)
    factor = np.asarray(f_rsi, dtype=np.float64)
    return np.asarray(outside + factor * (np.asarray(indoor, dtype=np.float64) - outside))


def surface_humidity(indoor: ArrayLike, humidity: ArrayLike, outdoor: ArrayLike, f_rsi: ArrayLike) -> Floats:
    """Relative humidity at an inner surface, %: `100 ei / es(Ts)` (ISO 13788); above 100 where water condenses.

    Args:
        indoor: air temperature in the room, degC.
        humidity: relative humidity in the room, %.
        outdoor: air temperature outside, degC.
        f_rsi: temperature factor of the surface, 0 (as cold as outside) to 1 (as warm as the room).

    Example:
        >>> round(float(surface_humidity(20.0, 60.0, 5.0, 0.75)), 1)
        75.9
    """
    at_saturation = saturation_pressure(surface_temperature(indoor, outdoor, f_rsi))
    return np.asarray(100 * vapour_pressure(indoor, humidity) / at_saturation)


def f_rsi_of_u_value(u_value: ArrayLike) -> Floats:
    """Temperature factor of a plain wall from its U-value, W/(m2 K): `1 - 0.25 U` (ISO 13788, Rsi 0.25 for mould).

    Example:
        >>> float(f_rsi_of_u_value(2.1))
        0.475
    """
    return np.asarray(1 - np.asarray(u_value, dtype=np.float64) * INNER_RESISTANCE)


def f_rsi_measured(surface: ArrayLike, indoor: ArrayLike, outdoor: ArrayLike) -> Floats:
    """Temperature factor from one visit with an infrared thermometer: `(Ts - Te) / (Ti - Te)` (ISO 13788).

    NaN where room and weather are less than 5 K apart: half a degree of reading would be a tenth of the factor.
    """
    outside = np.asarray(outdoor, dtype=np.float64)
    apart = np.asarray(indoor, dtype=np.float64) - outside
    told = np.abs(apart) >= 5
    factor = (np.asarray(surface, dtype=np.float64) - outside) / np.where(told, apart, 1.0)
    return np.asarray(np.where(told, factor, np.nan))


def f_rsi_needed(indoor: ArrayLike, humidity: ArrayLike, outdoor: ArrayLike, limit: float = 80.0) -> Floats:
    """The least temperature factor that keeps a surface at `limit` % or below: `es(Ts,min) = ei / 0.8` (ISO 13788).

    Example:
        >>> round(float(f_rsi_needed(20.0, 60.0, 5.0)), 2)
        0.7
    """
    outside = np.asarray(outdoor, dtype=np.float64)
    least = temperature_at_saturation(100 * vapour_pressure(indoor, humidity) / limit)
    return np.asarray((least - outside) / (np.asarray(indoor, dtype=np.float64) - outside))
