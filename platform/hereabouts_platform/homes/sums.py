"""Sums over days that forget: of the season's regression, of nights, of rises in kitchens and bathrooms.

Every sum is multiplied by `exp(-1 / days)` and then added to, on days that count, so that a feature of a month costs no
more than one of a day. A day counts with enough hours (`SensorLimits.hours_a_day`).
"""

from dataclasses import dataclass

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes import record as names
from hereabouts_platform.homes.limits import MemoryLimits
from hereabouts_platform.homes.record import Bools, Record
from hereabouts_platform.homes.seen import Seen


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DayMeans:
    """What a day came to, each (rooms,), NaN where it cannot be said.

    Attributes:
        temperature, humidity: means in the room, degC and %.
        outdoor: mean outside, degC.
        vapour: mean vapour pressure in the room, Pa.
        excess: mean vapour excess over hours whose weather is known, Pa.
        surface: mean humidity at the surface by climate, (climates, rooms), over hours whose weather is known, %.
        deficit: mean of room less surface temperature, K.
        floor, floor_excess: least of the night by weight, and least excess over outdoors, g/m3.
        swing, temperature_swing: ranges of the day, g/m3 and K.
        cold_hours, warm_hours: hours below 18 degC, and hours whose temperature is known.
        condensing: hours with the coldest surface at or below the dew point.
        co2: mean of the night, ppm.
        air_decay, cooling: rates at which humidity by weight and temperature fell towards those outdoors at night, 1/h.
        heard_temperature, heard_outdoor, heard_excess: means over the hours that were heard, whether believed or not.
    """

    temperature: Floats
    humidity: Floats
    outdoor: Floats
    vapour: Floats
    excess: Floats
    surface: Floats
    deficit: Floats
    floor: Floats
    floor_excess: Floats
    swing: Floats
    temperature_swing: Floats
    cold_hours: Floats
    warm_hours: Floats
    condensing: Floats
    co2: Floats
    air_decay: Floats
    cooling: Floats
    heard_temperature: Floats
    heard_outdoor: Floats
    heard_excess: Floats


def add_season(record: Record, day: DayMeans, rain: Floats, counts: Bools, limits: MemoryLimits) -> None:
    """A day of the heating season: regression of the vapour excess on outdoor temperature and rain, surface means."""
    te, vpx = day.outdoor, day.excess
    ones = np.ones(len(record))
    added = np.stack(
        [ones, te, vpx, te * te, te * vpx, vpx * vpx, rain, rain * rain, te * rain, rain * vpx]
        + [day.surface[which] for which in (names.LOW, names.WARM, names.DRIER, names.INSULATED)],
        axis=1,
    )
    _forget_and_add(record, "season", added, counts, limits.days)
    record["season_days"] = np.minimum(record["season_days"] + counts, names.NEVER)


def add_heating(record: Record, day: DayMeans, counts: Bools, limits: MemoryLimits) -> None:
    """A day of the heating season of which the temperature is known."""
    added = np.stack([day.warm_hours, day.cold_hours, day.temperature * day.warm_hours], axis=1)
    _forget_and_add(record, "heating", added, counts, limits.days)


def add_fast(record: Record, day: DayMeans, counts: Bools, limits: MemoryLimits) -> None:
    """A day as it was heard, believed or not: this is what drift is told from."""
    added = np.stack([np.ones(len(record)), day.heard_outdoor, day.heard_excess, day.heard_temperature], axis=1)
    _forget_and_add(record, "fast", added, counts, limits.fast_days)


def add_every(record: Record, day: DayMeans, apart: Floats, counts: Bools, limits: MemoryLimits) -> None:
    """A day of any season: swings, difference to the home's other rooms, carbon dioxide at night."""
    parts = [np.ones(len(record)), day.swing, day.temperature_swing, *_weighed(apart), *_weighed(day.co2)]
    _forget_and_add(record, "every", np.stack(parts, axis=1), counts, limits.days)


def add_night(record: Record, day: DayMeans, counts: Bools, limits: MemoryLimits) -> None:
    """A night; one in which neither humidity nor temperature falls tells nothing."""
    added = np.stack([*_weighed(day.air_decay), *_weighed(day.cooling)], axis=1)
    _forget_and_add(record, "nights", added, counts, limits.days)


def add_pulses(record: Record, seen: Seen, counts: Bools, limits: MemoryLimits) -> None:
    """Rises of humidity by weight within an hour, and which of them are back at their baseline in time."""
    before, base, peak = (record["pulse"][:, n].copy() for n in range(3))
    since = record["pulse_hours"].astype(np.int64)
    rises, back = np.zeros(len(record)), np.zeros(len(record))
    for hour in range(int(record["until"][0])):
        now = seen.weight[hour]
        begins = (since == 0) & (now - before >= limits.pulse)
        base, peak = np.where(begins, before, base), np.where(begins, now, np.fmax(peak, now))
        runs = since > 0
        returned = runs & (now - base <= limits.pulse_left * (peak - base))
        ends = returned | (runs & (since >= limits.pulse_hours))
        rises += ends
        back += returned
        since = np.where(begins, 1, np.where(ends, 0, since + runs))
        before = now
    record["pulse"] = np.stack((before, base, peak), axis=1)
    record["pulse_hours"] = since
    _forget_pulses(record, rises, back, counts, limits)


def forget_all(record: Record, rooms: Bools) -> None:
    """Start the sums of those rooms again: their sensor seems to hang elsewhere."""
    for group in ("season", "heating", "every", "nights", "pulses"):
        record[group][rooms] = 0.0
    record["season_days"][rooms] = 0


def _forget_pulses(record: Record, rises: Floats, back: Floats, counts: Bools, limits: MemoryLimits) -> None:
    ones = np.ones(len(record))
    short, long = np.exp(-1 / limits.pulse_days), np.exp(-1 / limits.long_days)
    keep = np.array([short, short, short, long, long])
    after = record["pulses"] * keep + np.stack((ones, rises, back, rises, back), axis=1)
    record["pulses"] = np.where(counts[:, np.newaxis], after, record["pulses"])


def _forget_and_add(record: Record, group: str, added: Floats, counts: Bools, days: float) -> None:
    """What was, forgotten by a day, and what is added; rooms whose day does not count, or lacks a number, stay."""
    whole = counts & ~np.isnan(added).any(axis=1)
    after = record[group] * np.exp(-1 / days) + added
    record[group] = np.where(whole[:, np.newaxis], after, record[group])


def _weighed(values: Floats) -> tuple[Floats, Floats]:
    """1 and the value where it is known, 0 and 0 where not."""
    return (~np.isnan(values)).astype(np.float64), np.nan_to_num(values)
