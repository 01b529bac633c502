"""Faults that only days can show: a humidity that has drifted, a sensor that hangs elsewhere now.

Three signs of drift. Less vapour than outdoors in a heated room, for days. More vapour than a room can hold: its
dew point would stand near the temperature of the room itself, where windows and every wall would run with water. And a
humidity that creeps by the same bit every day for a month while the home's other rooms do not: a leak or a failed
fan comes in a step and levels off, so a line has to fit much better than any step. Only the third could be a truly wet
room as well; the evaluation says how seldom.

A move is told from a mean temperature that changed and with it the daily swing, or that changed against the home's
other rooms. It is a question and no fault, and starts the sums of the room again. Source: section 4.2 of our notes.
"""

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats, saturation_pressure
from hereabouts_platform.homes.daily import known_mean, to_others
from hereabouts_platform.homes.limits import Limits, SensorLimits
from hereabouts_platform.homes.record import DRIFT, FAST, RING, WEEK, Bools, Record, ring, slots, total
from hereabouts_platform.homes.rooms import Rooms
from hereabouts_platform.homes.sums import forget_all
from hereabouts_platform.homes.told import drift_of

_DAYS_BEFORE = 10  # of the three weeks that a week is compared with
_LEAST_SWING = 0.1  # K: a sensor that stands still has none, which no other can be compared with
_OUTDOOR_HUMIDITY = 0.82  # usual, of saturation: only sums of the outdoor temperature are kept
_KNOWN_DAYS = 3.5  # remembered of the ten, below which they tell nothing
_MAY_LACK = 4  # days of the 30 that a line is laid through
_ENDS = 5  # days that a step has on either side of it


def note_slow_faults(record: Record, before: Record, rooms: Rooms, closing: Bools, limits: Limits) -> None:
    """Write the signs of a day that closes to `record`; `before` is the day before it."""
    sensor = limits.sensor
    if not closing.any():
        record["drift_days"] = before["drift_days"]
        return
    counted = np.where(_out_of_bounds(record, sensor), np.minimum(before["drift_days"].astype(np.int64) + 1, 255), 0)
    record["drift_days"] = np.where(closing, counted, before["drift_days"])
    drifts = closing & ((record["drift_days"] >= sensor.drift_days) | creeps(record, rooms, limits))
    record["fault_age"][:, DRIFT] = np.where(drifts, 0, record["fault_age"][:, DRIFT])
    _note_move(record, rooms, closing, sensor)


def _out_of_bounds(record: Record, limits: SensorLimits) -> Bools:
    """Whether the last ten days' vapour is less than there is outdoors, or more than a heated room can hold."""
    weight = total(record, "fast", FAST, "w")
    known = weight > _KNOWN_DAYS
    scale = np.where(known, weight, 1.0)
    te, excess, degrees = (total(record, "fast", FAST, name) / scale for name in ("te", "vpx", "degrees"))
    lacks = excess < -limits.drift_pa
    best_wall = te + limits.drift_factor * (degrees - te)
    overflows = excess + _OUTDOOR_HUMIDITY * saturation_pressure(te) > saturation_pressure(best_wall)
    return np.asarray(known & (degrees - te > limits.drift_heated) & (lacks | overflows))


def creeps(record: Record, rooms: Rooms, limits: Limits) -> Bools:
    """Whether humidity has crept on a straight line for a month, against the home's other rooms and by itself."""
    sensor = limits.sensor
    month = slots(record, RING)
    temperature, humidity = ring(record, "temperature")[:, month], ring(record, "heard")[:, month]
    full = saturation_pressure(temperature)
    apart = to_others(humidity * full, rooms) / full
    rise, line, step = _line_and_step(apart)
    found = (np.abs(rise) >= sensor.creep_least) & (np.abs(rise) <= sensor.creep_most)
    found &= line <= sensor.creep_line * step
    if not found.any():
        return np.asarray(found)
    return np.asarray(found & (np.sign(rise) * drift_of(record, limits) >= sensor.creep_pa))


def _line_and_step(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Rise over the days by the best line, and what the line and the best single step leave over: sums of squares."""
    days = values.shape[1]
    known = np.isfinite(values)
    enough = known.sum(axis=1) >= days - _MAY_LACK
    mean = known_mean(values)[:, np.newaxis]
    off = np.where(known & enough[:, np.newaxis], values - mean, 0.0)
    at = np.arange(days) - (days - 1) / 2
    slope = off @ at / (at @ at)
    whole = (off * off).sum(axis=1)
    sums = np.cumsum(off, axis=1)[:, _ENDS - 1 : days - _ENDS]
    first = np.arange(_ENDS, days - _ENDS + 1)
    # `off` sums to nothing, so the parts before and after a step have opposite sums.
    explained = sums * sums * (1 / first + 1 / (days - first))
    rise = np.where(enough, slope * (days - 1), 0.0)
    return rise, whole - slope * slope * (at @ at), whole - explained.max(axis=1)


def _note_move(record: Record, rooms: Rooms, closing: Bools, limits: SensorLimits) -> None:
    """Another mean and daily swing than before, or a change against the home's other rooms, is another place."""
    week, before = slots(record, WEEK), slots(record, RING - WEEK, ends=WEEK)
    temperature, swing = ring(record, "temperature"), ring(record, "swing")
    shift = _change(temperature, week, before, limits)
    apart = _change(to_others(temperature, rooms), week, before, limits)
    swings = [np.maximum(known_mean(swing[:, days]), _LEAST_SWING) for days in (week, before)]
    ratio = np.abs(np.log(swings[0] / swings[1]))
    moves = (np.abs(shift) >= limits.moved_temperature) & (ratio >= np.log(limits.moved_swing))
    moves |= (np.abs(apart) >= limits.moved_apart) & (np.abs(shift) >= limits.moved_apart / 2)
    moves &= closing & (record["day"] - record["moved_day"] > RING)
    record["moved_day"] = np.where(moves, record["day"], record["moved_day"])
    forget_all(record, moves)


def _change(values: Floats, week: NDArray[np.intp], before: NDArray[np.intp], limits: SensorLimits) -> Floats:
    """Mean of the week less that of the three weeks before; NaN without enough days of each."""
    return known_mean(values[:, week], limits.days_a_week) - known_mean(values[:, before], _DAYS_BEFORE)
