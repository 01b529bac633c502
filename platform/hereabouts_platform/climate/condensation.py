"""Hours in which water forms on a surface."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hereabouts_platform.climate.vapour import dew_point


def condenses(surface: ArrayLike, indoor: ArrayLike, humidity: ArrayLike) -> NDArray[np.bool_]:
    """Whether a surface of that temperature, degC, lies at or below the dew point of the room's air: `Ts <= Td`.

    Args:
        surface: temperature of the surface, degC.
        indoor, humidity: of the room's air, degC and % (above 0). Where anything is NaN the answer is False.
    """
    return np.asarray(np.asarray(surface, dtype=np.float64) <= dew_point(indoor, humidity))


def condensation_hours(surface: ArrayLike, indoor: ArrayLike, humidity: ArrayLike) -> NDArray[np.int64]:
    """How many of the hours along the first axis see condensation."""
    return np.asarray(condenses(surface, indoor, humidity).sum(axis=0), dtype=np.int64)
