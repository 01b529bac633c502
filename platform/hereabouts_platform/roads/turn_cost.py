"""How long turns take. Keep it like streets.lua."""

import math

TURN_S, ACROSS_S, ROUND_S = 5.0, 3.0, 40.0


def turn_s(angle: float, roads: int) -> float:
    """Seconds of a turn by `angle` degrees (right is positive) where `roads` meet; traffic drives on the left.

    Example:
        >>> turn_s(90, roads=4), turn_s(-90, roads=4), turn_s(90, roads=2)
        (8.0, 5.0, 0.0)
    """
    if roads <= 2:
        return 0.0
    return (TURN_S + (ACROSS_S if angle > 0 else 0.0)) * abs(angle) / 90


def bearing(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Direction from one point to a near one, in degrees clockwise from north."""
    east = (lon2 - lon1) * math.cos(math.radians((lat1 + lat2) / 2))
    return math.degrees(math.atan2(east, lat2 - lat1)) % 360


def angle_between(first: float, second: float) -> float:
    """The turn from one bearing to another, in degrees from -180 to 180; right is positive."""
    return (second - first + 180) % 360 - 180
