"""The next day of every room: the only way a verdict comes to be, from the first reading on or from yesterday on.

Pure. Hours move the mould index, the counters of cold, and the doubts about the sensor; the close of the day moves
averages, sums, levels. A day that is not over is worked out anew from yesterday's record every time: so going on by the
hour, and starting again wherever a reading came late, was corrected or went, give the same, bit for bit.
"""

from dataclasses import replace

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.daily import close_day, day_means
from hereabouts_platform.homes.faults import doubted
from hereabouts_platform.homes.figures import Figures, closes, figures_of
from hereabouts_platform.homes.hours import Hours
from hereabouts_platform.homes.levels import judge
from hereabouts_platform.homes.limits import LIMITS, Limits
from hereabouts_platform.homes.record import NEVER, Bools, Record
from hereabouts_platform.homes.rooms import Rooms
from hereabouts_platform.homes.seen import Seen, believe, see, share_of
from hereabouts_platform.homes.slow_faults import note_slow_faults
from hereabouts_platform.homes.sums import add_pulses
from hereabouts_platform.homes.surfaces import grow

_EVENING = slice(21, 24)  # UTC; with the hours to 06:00 it is 22:00 to 07:00 on the clocks of a British summer
_MORNING = slice(0, 6)
_NIGHT_HOURS = 6  # of the nine, without which a night has no mean


def next_day(before: Record, hours: Hours, until: int, rooms: Rooms, limits: Limits = LIMITS) -> Record:
    """The records of the day after `before`, of which `until` hours are over (0 to 24).

    `figured_day` gives the figures that levels were judged by beside them.

    Args:
        before: yesterday's records, all of one day, whole (24 hours in); they are left as they are.
        hours: the day's hours, NaN where unknown; what lies at or after `until` is not looked at.
        rooms: facts of the same rooms in the same order; rooms of one home are given together.
    """
    if not len(before):
        return before.copy()
    return figured_day(before, hours, until, rooms, limits)[0]


def figured_day(
    before: Record, hours: Hours, until: int, rooms: Rooms, limits: Limits = LIMITS
) -> tuple[Record, Figures]:
    """What `next_day` gives of one room or more, and its figures, which need not be worked out a second time."""
    if len(before) == 1:  # sums over one column run in another order than over several: the last bit would differ
        twice = np.zeros(2, dtype=np.intp)
        twins = replace(rooms.of(twice), home=np.arange(2, dtype=np.int64))
        both, figures = figured_day(before[twice], hours.of(twice), until, twins, limits)
        return both[:1].copy(), figures.of(slice(1))
    record = before.copy()
    record["day"] += 1
    record["until"] = until
    hours = hours.before(until)
    heard = see(record, hours, until, limits.sensor)
    everything, humidity = doubted(record, hours, heard, until, limits.sensor)
    seen = believe(heard, everything, humidity)
    heard = believe(heard, everything, np.zeros_like(everything))
    record["covered"], record["warm_covered"] = share_of(seen.known), share_of(seen.warmth_known)
    record["weathered"] = share_of(seen.weathered)
    record["heard"] = share_of(heard.compared)
    today = grow(record, (seen.temperature, seen.humidity, seen.outdoor, seen.outdoor_humidity), rooms, limits.mould)
    _wet(record, hours.rain, until, limits)
    means = day_means(hours, heard, seen, today, limits.memory)
    closing = closes(record, limits)
    add_pulses(record, seen, closing & (record["covered"] >= limits.sensor.hours_a_day), limits.memory)
    close_day(record, means, rooms, closing, limits)
    _cold_and_hot(record, seen, until, limits)
    _condensing(record, means.condensing, closing, limits)
    note_slow_faults(record, before, rooms, closing, limits)
    figures = figures_of(record, limits)
    judge(record, figures, rooms, closing, limits)
    return record, figures


def _wet(record: Record, rain: Floats, until: int, limits: Limits) -> None:
    """Rain that is still in a wall, mm: what fell, forgotten with the hours; none is known to fall where none is."""
    fades = np.exp(-1 / limits.memory.rain_hours)
    wetness = record["wetness"].copy()
    for hour in range(until):
        wetness = wetness * fades + np.nan_to_num(rain[hour])
    record["wetness"] = wetness


def _cold_and_hot(record: Record, seen: Seen, until: int, limits: Limits) -> None:
    temperature = seen.temperature
    bitter = record["bitter"].astype(np.int64)
    for hour in range(until):
        now = temperature[hour]
        bitter = np.where(np.isnan(now), bitter, np.where(now < limits.cold.bitter, np.minimum(bitter + 1, 1000), 0))
    record["bitter"] = bitter
    record["cold_hours"] = (temperature < limits.cold.cold).sum(axis=0)
    _nights(record, temperature, limits)


def _nights(record: Record, temperature: Floats, limits: Limits) -> None:
    """The night that ended this morning, the evening for the next, and the year's hot hours at night."""
    morning, evening = temperature[_MORNING], temperature[_EVENING]
    known = (~np.isnan(morning)).sum(axis=0) + record["evening"][:, 0]
    degrees = np.nan_to_num(morning).sum(axis=0) + record["evening"][:, 1]
    mean = np.divide(degrees, known, out=np.full(len(record), np.nan), where=known >= _NIGHT_HOURS)
    record["night"] = mean
    record["evening"] = np.stack(((~np.isnan(evening)).sum(axis=0), np.nan_to_num(evening).sum(axis=0)), axis=1)
    hot = (morning > limits.heat.warm).sum(axis=0) + (evening > limits.heat.warm).sum(axis=0)
    first_of_year = np.datetime64(int(record["day"][0]), "D").astype("datetime64[Y]").astype("datetime64[D]")
    counted = 0 if int(first_of_year.astype(int)) == int(record["day"][0]) else record["hot_hours"].astype(np.int64)
    record["hot_hours"] = np.minimum(counted + hot, NEVER)


def _condensing(record: Record, hours: Floats, closing: Bools, limits: Limits) -> None:
    """Days in a row with water on the coldest surface; a day whose weather is unknown neither counts nor ends it."""
    days = record["condensing_days"].astype(np.int64)
    judged = closing & (record["weathered"] >= limits.sensor.hours_a_day)
    after = np.where(hours >= limits.damp.condensing_hours, np.minimum(days + 1, 255), 0)
    record["condensing_days"] = np.where(judged, after, days)
