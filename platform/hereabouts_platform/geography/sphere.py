"""Distances on the sphere."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def great_circle_km(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> NDArray[np.float64]:
    """Distance between points in degrees, km (haversine formula); numbers, or arrays that broadcast; NaN stays NaN.

    Example:
        >>> round(float(great_circle_km(-1.55, 53.80, -2.24, 53.48)))  # Leeds to Manchester
        58
    """
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_lat = np.sin((phi2 - phi1) / 2)
    half_lon = np.sin(np.radians(np.subtract(lon2, lon1)) / 2)
    arc = np.arcsin(np.sqrt(half_lat**2 + np.cos(phi1) * np.cos(phi2) * half_lon**2))
    return np.asarray(2 * EARTH_RADIUS_KM * arc)
