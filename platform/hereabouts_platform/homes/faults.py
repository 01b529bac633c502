"""Whether a sensor is to be believed, hour by hour: stuck, below the air outdoors, at the end of its scale.

Source: section 4.2 of our notes on damp, with real examples of each. A fault stands for two days after its last sign,
so that one good hour does not make a broken sensor right. Drift and a move need days and are judged in `slow_faults`.
"""

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.hours import Hours
from hereabouts_platform.homes.limits import SensorLimits
from hereabouts_platform.homes.record import BELOW, DRIFT, FAULTS, NEVER, SATURATED, STUCK, Bools, Record
from hereabouts_platform.homes.seen import Seen

_RECOVERS = 3  # times as fast as it builds up
_MOST = 1000


def doubted(record: Record, hours: Hours, seen: Seen, until: int, limits: SensorLimits) -> tuple[Bools, Bools]:
    """Which hours are not to be believed, [24, rooms] each: all of the room; its humidity alone.

    What is carried on is written to `record`. Only hours with readings of their own count, neither bridged nor unknown.
    """
    everything, humidity = np.zeros(hours.temperature.shape, dtype=bool), np.zeros(hours.temperature.shape, dtype=bool)
    ages = record["fault_age"].astype(np.int64)
    still = _Still(record, limits)
    below, saturated = record["below_hours"].astype(np.int64), record["saturated_hours"].astype(np.int64)
    for hour in range(until):
        known = ~np.isnan(hours.temperature[hour] + hours.humidity[hour])
        stuck = still.advance(hours.temperature[hour], hours.humidity[hour], seen.outdoor_vapour[hour], known)
        lacking = seen.vapour[hour] < seen.outdoor_vapour[hour] - limits.below_pa
        lacking &= hours.temperature[hour] > seen.outdoor[hour] + limits.below_heated
        below = _leaky(below, lacking, known)
        saturated = _leaky(saturated, hours.humidity[hour] >= limits.saturated, known)
        ages = np.minimum(ages + 1, NEVER)
        ages[stuck, STUCK] = 0
        ages[below >= limits.below_hours, BELOW] = 0
        ages[saturated >= limits.saturated_hours, SATURATED] = 0
        stands = ages < limits.fault_stands_hours
        everything[hour] = stands[:, STUCK]
        humidity[hour] = stands[:, BELOW] | stands[:, SATURATED] | stands[:, DRIFT]
    record["fault_age"], record["below_hours"], record["saturated_hours"] = ages, below, saturated
    still.keep(record)
    return everything, humidity


def standing_faults(record: Record, limits: SensorLimits) -> Bools:
    """Which faults stand at the record's end, (rooms, faults); a move is a question and never among them."""
    stands = record["fault_age"] < limits.fault_stands_hours
    return np.asarray(stands & (np.arange(len(FAULTS)) <= DRIFT))


def _leaky(count: NDArray[np.int64], sign: Bools, known: Bools) -> NDArray[np.int64]:
    moved = np.where(sign, np.minimum(count + 1, _MOST), np.maximum(count - _RECOVERS, 0))
    return np.where(known, moved, count)


class _Still:
    """Since when both values stand still, and how far the weather moved meanwhile."""

    def __init__(self, record: Record, limits: SensorLimits) -> None:
        self._limits = limits
        self._at: list[Floats] = [record["still"][:, 0], record["still"][:, 1]]
        self._hours = record["still_hours"].astype(np.int64)
        self._low, self._high = record["still_weather"][:, 0], record["still_weather"][:, 1]

    def advance(self, temperature: Floats, humidity: Floats, outdoor_vapour: Floats, known: Bools) -> Bools:
        """An hour on; whether the sensor is stuck now."""
        limits = self._limits
        stays = np.abs(temperature - self._at[0]) <= limits.still_temperature
        stays &= np.abs(humidity - self._at[1]) <= limits.still_humidity
        moves = known & ~stays
        self._hours = np.where(moves, 0, np.minimum(self._hours + known, _MOST))
        self._at = [np.where(moves, now, then) for now, then in zip((temperature, humidity), self._at, strict=True)]
        self._low = np.where(moves, outdoor_vapour, np.fmin(self._low, outdoor_vapour))
        self._high = np.where(moves, outdoor_vapour, np.fmax(self._high, outdoor_vapour))
        coarse = (self._at[0] == np.round(self._at[0])) & (self._at[1] == np.round(self._at[1]))
        needed = np.where(coarse, limits.frozen_coarse_hours, limits.frozen_hours)
        moved = self._high - self._low
        blind = np.isnan(moved) & (self._hours >= needed * limits.frozen_blind)
        return np.asarray(known & (((self._hours >= needed) & (moved > limits.weather_moved)) | blind))

    def keep(self, record: Record) -> None:
        """Write down where it stands."""
        record["still"] = np.stack(self._at, axis=1)
        record["still_hours"] = self._hours
        record["still_weather"] = np.stack((self._low, self._high), axis=1)
