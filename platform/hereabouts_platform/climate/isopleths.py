"""Lines of equal growth of mould over temperature and humidity: a screening, where the mould index keeps the account.

Temperatures in degC, relative humidity in %, both at the surface; any shapes that broadcast, NaN stays NaN.
"""

import numpy as np
from numpy.typing import ArrayLike

from hereabouts_platform.climate.vapour import Floats

# Zeng and others 2023: the constant of each line, by growth in mm a day.
ZENG_LINES = {0.0: 0.7153, 0.1: 0.73, 0.5: 0.7675, 1.0: 0.795, 2.0: 0.825, 3.0: 0.8502, 4.0: 0.8701}
# Johansson and others 2013: the curvature of each group of materials, from the most sensitive.
JOHANSSON_GROUPS = {"a": 0.043, "b": 0.036, "c": 0.028, "d": 0.021, "e": 0.014}


def zeng_limit(temperature: ArrayLike, growth: float = 0.0) -> Floats:
    """Humidity from which mould grows `growth` mm a day (a key of `ZENG_LINES`), %: Zeng and others 2023.

    `100 (0.02633 cosh(0.10083 (T - 30)) + c)`; the line of 0 is the lowest isopleth for mould.

    Example:
        >>> round(float(zeng_limit(20.0)), 1)
        75.6
    """
    t = np.asarray(temperature, dtype=np.float64)
    return np.asarray(100 * (0.02633 * np.cosh(0.10083 * (t - 30)) + ZENG_LINES[growth]))


def phi_growth(temperature: ArrayLike, humidity: ArrayLike) -> Floats:
    """Growth, mm a day, not below 0: the Passive House Institute's fit to isopleths after Sedlbauer 2001.

    `21 (phi - 0.244 exp(-0.12 T) - 0.775)`, phi the humidity as a share.
    """
    t, phi = np.asarray(temperature, dtype=np.float64), np.asarray(humidity, dtype=np.float64) / 100
    return np.asarray(np.maximum(21 * (phi - 0.244 * np.exp(-0.12 * t) - 0.775), 0.0))


def phi_limit(temperature: ArrayLike) -> Floats:
    """Humidity at which that growth begins, %.

    Example:
        >>> round(float(phi_limit(20.0)), 1)
        79.7
    """
    t = np.asarray(temperature, dtype=np.float64)
    return np.asarray(100 * (0.244 * np.exp(-0.12 * t) + 0.775))


def johansson_limit(temperature: ArrayLike, group: str = "b") -> Floats:
    """Critical humidity of a group of materials (a key of `JOHANSSON_GROUPS`), %: `105 + beta (T^2 - 54 T)`.

    Example:
        >>> round(float(johansson_limit(20.0, "b")), 1)
        80.5
    """
    t = np.asarray(temperature, dtype=np.float64)
    return np.asarray(105 + JOHANSSON_GROUPS[group] * (t * t - 54 * t))
