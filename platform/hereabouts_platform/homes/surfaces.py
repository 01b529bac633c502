"""The climates of a day at the coldest surface, as measured, as bounded, and as repairs would make it; mould over them.

Eight climates stand beside each other: `low` and `high` (apart only where hours or the weather are missing),
`sensor_low` and `sensor_high` (the sensor reads too high or too low, the wall is better or worse than thought), and
four that would be: `warm`, `drier`, `insulated`, `standard`. Missing hours count as dry, for the index declines in
them; but `high` and `sensor_high` take the hour of the day before in their place, for 6 hours of a gap at most, and
then hold the index. Without weather, a wall is taken to be as warm as the room, which it never is in the cold: the air
of the room is the driest that may be at it; `high` and `sensor_high` take the month's usual weather. So the band tells
how little is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.material import PAPERED_WALL
from hereabouts_platform.climate.mould import Growth, Mould, growth, step
from hereabouts_platform.climate.mould_band import HOURS_REPEATED
from hereabouts_platform.climate.surface import DWELLING_F_RSI, surface_temperature
from hereabouts_platform.climate.vapour import Floats, saturation_pressure, vapour_pressure
from hereabouts_platform.homes.limits import MouldLimits
from hereabouts_platform.homes.record import CLIMATES, HIGH, LOW, SENSOR_HIGH, Record, month_of
from hereabouts_platform.homes.rooms import Rooms

# Central England, means of 1991 to 2020 by month, degC (Met Office HadCET).
_USUAL = (4.7, 5.0, 6.7, 9.1, 12.0, 14.8, 17.0, 16.8, 14.3, 10.9, 7.4, 4.9)
_USUAL_HUMIDITY = 82.0  # %, where it is not measured; only the repair of the vapour asks for it
_HELD = (HIGH, SENSOR_HIGH)

Air = tuple[Floats, Floats, Floats, Floats]  # temperature, humidity, outdoor temperature, outdoor humidity
Wall = tuple[Floats, Floats]  # temperature and humidity at the surface


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Surfaces:
    """A day at the surfaces, by climate: degC and %, [24, rooms] each, NaN where the room's air is unknown."""

    temperature: Sequence[Floats]
    humidity: Sequence[Floats]


def surfaces(air: Air, filled: Air, rooms: Rooms, month: int, limits: MouldLimits) -> Surfaces:
    """The eight climates of a day; `filled` is the same air with missing hours taken from the day before."""
    temperature, humidity, outdoor, outdoor_humidity = air
    weather = ~np.isnan(outdoor)
    wall = np.where(weather, outdoor, temperature)
    f, off = rooms.factor, np.where(rooms.f_known, limits.factor_tolerance, limits.factor_tolerance_assumed)
    vapour = vapour_pressure(temperature, humidity)
    outside = vapour_pressure(
        np.where(weather, outdoor, _USUAL[month - 1]),
        np.where(np.isnan(outdoor_humidity), _USUAL_HUMIDITY, outdoor_humidity),
    )
    warm = np.where(weather, np.maximum(temperature, limits.repair_temperature), temperature)
    drier = vapour - (1 - limits.repair_vapour) * np.maximum(vapour - outside, 0.0)
    low = _at(temperature, vapour, wall, f)
    walls: list[Wall] = [
        low,
        _high(filled, low, f, month, 0.0),
        _at(temperature, vapour - _points(temperature, limits), wall, np.minimum(f + off, 1.0)),
        _high(filled, None, f - off, month, limits.humidity_tolerance),
        _at(warm, vapour, wall, f),
        (low[0], low[1] * drier / vapour),
        _at(temperature, vapour, wall, np.minimum(f + limits.repair_factor, 1.0)),
        low if np.all(f == DWELLING_F_RSI) else _at(temperature, vapour, wall, DWELLING_F_RSI),
    ]
    return Surfaces(temperature=[one for one, _ in walls], humidity=[one for _, one in walls])


def grow(record: Record, air: Air, rooms: Rooms, limits: MouldLimits) -> Surfaces:
    """Fold the mould indices over the hours that are in; writes them to `record`, returns the day at the surfaces."""
    until = int(record["until"][0])
    missing = _missing(record, air, until)
    filled = _fill(record, air, missing)
    today = surfaces(air, filled, rooms, month_of(record), limits)
    offered = _offered(today, until)
    held = np.isnan(filled[0] + filled[1])
    mould = Mould(
        index=np.ascontiguousarray(record["index"].T), unfavourable=record["dry"].T.astype(np.int64, order="C")
    )
    for hour in range(until):
        after = step(mould, offered[hour], limits.decline)
        if held[hour].any():
            for which in _HELD:
                np.copyto(after.index[which], mould.index[which], where=held[hour])
                np.copyto(after.unfavourable[which], mould.unfavourable[which], where=held[hour])
        mould = after
    record["index"], record["dry"] = mould.index.T, mould.unfavourable.T
    record["yesterday"] = np.stack(air).transpose(2, 0, 1)
    return today


def index_of(record: Record, which: int) -> Floats:
    """The mould index of one climate at the record's end."""
    return np.asarray(record["index"][:, which])


def _at(temperature: Floats, vapour: Floats, outdoor: Floats, f_rsi: Floats | float) -> Wall:
    at = surface_temperature(temperature, outdoor, f_rsi)
    return at, 100 * vapour / saturation_pressure(at)


def _points(temperature: Floats, limits: MouldLimits) -> Floats:
    """Vapour pressure of the points of humidity that a sensor may be wrong by, Pa."""
    return vapour_pressure(temperature, limits.humidity_tolerance)


def _high(filled: Air, low: Wall | None, f_rsi: Floats, month: int, points: float) -> Wall:
    """The wettest that may be: gaps as the day before, weather as usual in that month; `low` where it is the same."""
    temperature, humidity, outdoor, _ = filled
    if low is not None:
        known = ~np.isnan(low[1])
        if np.all(known | np.isnan(temperature + humidity)) and not np.isnan(outdoor).any():
            return low
    cold = np.where(np.isnan(outdoor), np.minimum(_USUAL[month - 1], temperature), outdoor)
    return _at(temperature, vapour_pressure(temperature, humidity + points), cold, f_rsi)


def _missing(record: Record, air: Air, until: int) -> NDArray[np.int64]:
    """Hours in a row unknown up to and with each hour, [24, rooms]; what they came to is written to `record`."""
    known = ~np.isnan(air[0] + air[1])
    counts = np.zeros(known.shape, dtype=np.int64)
    so_far = record["missing"].astype(np.int64)
    for hour in range(until):
        so_far = np.where(known[hour], 0, np.minimum(so_far + 1, HOURS_REPEATED + 1))
        counts[hour] = so_far
    record["missing"] = so_far
    return counts


def _fill(record: Record, air: Air, missing: NDArray[np.int64]) -> Air:
    """The air with missing hours as they were the day before, for as long as that is believed."""
    repeats = (missing > 0) & (missing <= HOURS_REPEATED)
    if not repeats.any():
        return air
    before = record["yesterday"].transpose(1, 2, 0)
    repeats &= ~np.isnan(before[0] + before[1])
    temperature, humidity = (np.where(repeats, before[n], air[n]) for n in range(2))
    outdoor = np.where(repeats & np.isnan(air[2]), before[2], air[2])
    return temperature, humidity, outdoor, air[3]


def _offered(today: Surfaces, until: int) -> list[Growth]:
    """What each hour offers to mould, [climates, rooms]; only hours wet enough are reckoned, for logarithms cost."""
    shape = (len(CLIMATES), until, today.temperature[LOW].shape[1])
    early, late, most = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    dry = np.ones(shape, dtype=np.int64)
    for which in range(len(CLIMATES)):
        humidity = today.humidity[which][:until].ravel()
        wet = np.flatnonzero(humidity >= PAPERED_WALL.least_humidity)
        part = growth(today.temperature[which][:until].ravel()[wet], humidity[wet], PAPERED_WALL)
        early[which].put(wet, part.early)
        late[which].put(wet, part.late)
        most[which].put(wet, part.most)
        dry[which].put(wet, part.dry)
    hours = range(until)
    return [Growth(early=early[:, h], late=late[:, h], most=most[:, h], dry=dry[:, h]) for h in hours]
