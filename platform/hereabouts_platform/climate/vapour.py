"""Moist air: vapour pressure, dew point and absolute humidity.

All functions take numbers or numpy arrays (any shapes that broadcast) and return arrays of float64; NaN stays NaN.
Temperatures are in degrees Celsius, relative humidity in % over water, pressures in pascals. Nothing is clipped.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Magnus' form with Sonntag's coefficients (1990), as WMO-No. 8 gives it: over water, -45..60 degC.
_ES0_PA = 611.2
_A = 17.62
_B_CEL = 243.12
_GAS_CONSTANT_OF_VAPOUR = 461.5  # J/(kg K)
_ZERO_CEL_IN_K = 273.15


def saturation_pressure(temperature: ArrayLike) -> Floats:
    """Vapour pressure at saturation over water, Pa: `611.2 exp(17.62 t / (243.12 + t))` (Magnus, Sonntag 1990; WMO).

    Example:
        >>> round(float(saturation_pressure(25.0)), 1)
        3160.1
    """
    t = np.asarray(temperature, dtype=np.float64)
    return np.asarray(_ES0_PA * np.exp(_A * t / (_B_CEL + t)))


def vapour_pressure(temperature: ArrayLike, humidity: ArrayLike) -> Floats:
    """Vapour pressure of air, Pa: the share `humidity` % of saturation."""
    return np.asarray(np.asarray(humidity, dtype=np.float64) / 100 * saturation_pressure(temperature))


def dew_point(temperature: ArrayLike, humidity: ArrayLike) -> Floats:
    """Temperature at which the air's vapour condenses, degC; the inverse of the Magnus form. Humidity above 0 %.

    `g = ln(RH/100) + 17.62 t / (243.12 + t); Td = 243.12 g / (17.62 - g)`.

    Example:
        >>> round(float(dew_point(18.0, 65.0)), 3)
        11.319
    """
    t = np.asarray(temperature, dtype=np.float64)
    g = np.log(np.asarray(humidity, dtype=np.float64) / 100) + _A * t / (_B_CEL + t)
    return np.asarray(_B_CEL * g / (_A - g))


def absolute_humidity(temperature: ArrayLike, humidity: ArrayLike) -> Floats:
    """Water in the air, g/m3: the ideal gas law, `1000 e / (461.5 (t + 273.15))`.

    Example:
        >>> round(float(absolute_humidity(20.0, 60.0)), 3)
        10.345
    """
    kelvin = np.asarray(temperature, dtype=np.float64) + _ZERO_CEL_IN_K
    return np.asarray(1000 * vapour_pressure(temperature, humidity) / (_GAS_CONSTANT_OF_VAPOUR * kelvin))


def temperature_at_saturation(pressure: ArrayLike) -> Floats:
    """Temperature at which vapour of `pressure` Pa (above 0) saturates, degC: the inverse of the Magnus form."""
    ratio = np.log(np.asarray(pressure, dtype=np.float64) / _ES0_PA)
    return np.asarray(_B_CEL * ratio / (_A - ratio))
