"""Days of a room as proof of fix compares them, out of its hours and those of the weather. Pure."""

from collections.abc import Sequence

import numpy as np

from hereabouts_platform.climate.excess import vapour_excess
from hereabouts_platform.climate.surface import surface_humidity
from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.hours import HOURS_A_DAY, Hours
from hereabouts_platform.homes.proof import SURFACE_HUMIDITY, VAPOUR_EXCESS, Measure, RoomDays

FEWEST_HOURS = 0.75 * HOURS_A_DAY  # that a day needs
USUAL_F_RSI = 0.75  # of a wall of which nothing is known: UK and ISO 13788


def room_days(first_day: int, hours: Sequence[Hours], room: int, f_rsi: float, measure: Measure) -> RoomDays:
    """One room's daily means of a measure, beside the mean outdoor temperature of the same hours.

    UTC days: a compared mean does not hang on where its midnight lies. A day with fewer than 18 hours of which both are
    known is NaN.

    Args:
        first_day: the first of the days, days since 1970.
        hours: of each day, with the weather outside.
        room: which of the rooms.
        f_rsi: temperature factor of its coldest surface; NaN where it is not known.
    """
    outdoor = np.stack([day.outdoor_temperature[:, room] for day in hours])
    value = np.stack([_value(day, room, f_rsi, measure) for day in hours])
    both = ~np.isnan(outdoor + value)
    enough = both.sum(axis=1) >= FEWEST_HOURS
    return RoomDays(
        day=np.datetime64(first_day, "D") + np.arange(len(hours)),
        outdoor=_mean(outdoor, both, enough),
        value=_mean(value, both, enough),
    )


def _value(day: Hours, room: int, f_rsi: float, measure: Measure) -> Floats:
    warm, damp, outdoor = day.temperature[:, room], day.humidity[:, room], day.outdoor_temperature[:, room]
    if measure.name == VAPOUR_EXCESS.name:
        return vapour_excess(warm, damp, outdoor, day.outdoor_humidity[:, room])
    if measure.name == SURFACE_HUMIDITY.name:
        return surface_humidity(warm, damp, outdoor, USUAL_F_RSI if np.isnan(f_rsi) else f_rsi)
    return warm


def _mean(values: Floats, known: "np.typing.NDArray[np.bool_]", enough: "np.typing.NDArray[np.bool_]") -> Floats:
    sums = np.where(known, values, 0.0).sum(axis=1)
    means = np.full(len(values), np.nan)
    np.divide(sums, known.sum(axis=1), out=means, where=enough)
    return means
