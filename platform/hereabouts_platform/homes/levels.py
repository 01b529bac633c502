"""The level of each hazard: conditions of the day, hysteresis over days, and what may not be said at all.

A level is raised after days in a row that reach it and let go after days in a row that lie clearly below; days that
cannot be judged do neither. Source: section 4.3 of our notes on damp; every number stands in `limits.py`.
"""

from dataclasses import dataclass

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.daily import in_season
from hereabouts_platform.homes.faults import standing_faults
from hereabouts_platform.homes.features import RoomKind
from hereabouts_platform.homes.figures import Figures
from hereabouts_platform.homes.limits import Limits
from hereabouts_platform.homes.record import ACT, NO_DATA, SENSOR_FAULT, STUCK, URGENT, WATCH, Bools, Record
from hereabouts_platform.homes.rooms import Rooms

_SLEPT_IN = (RoomKind.HOME, RoomKind.BEDROOM, RoomKind.LIVING_ROOM, RoomKind.OTHER)
_WARM_DAYS = 4  # of a week, without which nothing is said of cold and heat


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Judged:
    """Of one hazard: which levels the day reaches and which it does not clearly lie below, (rooms, 3) each."""

    reaches: Bools
    holds: Bools
    up: Bools
    down: Bools


def judge(record: Record, figures: Figures, rooms: Rooms, closing: Bools, limits: Limits) -> None:
    """Move the hysteresis of the rooms whose day closes, and write every room's level."""
    damp, cold, heat = limits.damp, limits.cold, limits.heat
    faults = standing_faults(record, limits.sensor)
    dry_fault, warm_fault = np.asarray(faults.any(axis=1)), faults[:, STUCK]
    record["quiet"] = _quiet(record, rooms, limits)
    hazards = (
        _damp(record, figures, closing & ~dry_fault, limits),
        _cold(record, figures, closing & ~warm_fault, limits),
        _heat(record, rooms, closing & ~warm_fault, limits),
    )
    raise_days = (
        (damp.raise_days, damp.raise_days, 1),
        (cold.cool_days, cold.cold_days, 1),
        (heat.warm_nights, 1, heat.hot_nights),
    )
    clear_days = (damp.clear_days, cold.clear_days, heat.clear_days)
    for n, judged in enumerate(hazards):
        _move(record, n, judged, np.array(raise_days[n]), clear_days[n])
    _urgent_at_once(record, warm_fault, limits)
    _write_levels(record, figures, dry_fault, warm_fault, limits)


def _quiet(record: Record, rooms: Rooms, limits: Limits) -> Bools:
    """Whether the day lies in a time in which nothing is raised: it is reckoned and kept all the same."""
    starts = record["day"].astype(np.int64) * 24
    new = starts < record["first_hour"] + limits.sensor.install_hours
    stated = (starts + 24 > rooms.quiet_from) & (starts < rooms.quiet_until)
    return np.asarray((new & (record["first_hour"] >= 0)) | stated)


def _damp(record: Record, now: Figures, judged: Bools, limits: Limits) -> _Judged:
    damp, season = limits.damp, in_season(record)
    valid = judged & (record["covered"] >= limits.sensor.hours_a_day)
    blind = np.isnan(now.surface_week)
    rising = now.rate > damp.rising

    def reached(less: float) -> Bools:
        """The three levels, with every humidity `less` below its limit."""
        cold_wall = now.deficit >= damp.deficit
        air = (now.air_week >= damp.air_week - less) & season
        watch = (now.surface_week >= damp.surface_week - less) & cold_wall
        watch |= (now.air_month >= damp.air_month - less) & season & (cold_wall | blind)
        watch |= air & (cold_wall | blind)
        act = (now.mould_low >= damp.index_act) & rising
        act |= (now.surface_month >= damp.surface_month - less) & cold_wall
        act |= air & blind & (now.air_day >= damp.air_day - less)
        urgent = (now.mould_low >= damp.index_urgent) & rising & (now.visible_in <= damp.forecast_days)
        urgent |= record["condensing_days"] >= (damp.condensing_days if less == 0 else 1)
        return np.stack((watch, act, urgent), axis=1)

    reaches, holds = reached(0.0), reached(damp.hysteresis)
    holds |= (rising & (now.mould_low >= damp.index_act))[:, np.newaxis]
    reaches, holds = _nested(reaches), _nested(holds)
    tells = ~np.isnan(now.air_week) & (~blind | np.isnan(now.surface_month))
    tells &= ~_too_wide(now, limits)
    up = valid & ~record["quiet"]
    return _Judged(reaches=reaches, holds=holds, up=up, down=valid & tells)


def _too_wide(now: Figures, limits: Limits) -> Bools:
    """Whether the bounds of the index lie too far apart to say anything, and the upper one may still be rising."""
    falls = now.rate_high <= 0
    return np.asarray((now.mould_high - now.mould_low > limits.mould.widest) & ~falls)


def _cold(record: Record, now: Figures, judged: Bools, limits: Limits) -> _Judged:
    cold, season = limits.cold, in_season(record)
    valid = judged & (record["warm_covered"] >= limits.sensor.hours_a_day)

    def reached(more: float) -> Bools:
        watch = (now.temperature_day < cold.cool + more) & season
        act = record["cold_hours"] >= (cold.cold_hours if more == 0 else 1)
        urgent = record["bitter"] >= (cold.bitter_hours if more == 0 else 1)
        return np.stack((watch, act, urgent), axis=1)

    reaches, holds = _nested(reached(0.0)), _nested(reached(cold.hysteresis))
    return _Judged(reaches=reaches, holds=holds, up=valid & ~record["quiet"], down=valid)


def _heat(record: Record, rooms: Rooms, judged: Bools, limits: Limits) -> _Judged:
    heat = limits.heat
    slept_in = np.isin(rooms.kind, _SLEPT_IN)
    night = record["night"].astype(np.float64)
    valid = judged & ~np.isnan(night)

    def reached(less: float) -> Bools:
        watch = (night > heat.warm - less) & slept_in
        act = watch & (record["hot_hours"] > heat.hours_a_year)
        return np.stack((watch, act, watch & (night > heat.hot - less)), axis=1)

    reaches, holds = _nested(reached(0.0)), _nested(reached(heat.hysteresis))
    return _Judged(reaches=reaches, holds=holds, up=valid & ~record["quiet"], down=valid)


def _nested(levels: Bools) -> Bools:
    """A level that is reached reaches those below it."""
    return np.asarray(np.logical_or.accumulate(levels[:, ::-1], axis=1)[:, ::-1])


def _move(record: Record, hazard: int, judged: _Judged, raise_days: Floats, clear_days: int) -> None:
    up, down = record["up"][:, hazard].astype(np.int64), record["down"][:, hazard].astype(np.int64)
    counted, cleared = judged.up[:, np.newaxis], judged.down[:, np.newaxis]
    up = np.where(counted, np.where(judged.reaches, np.minimum(up + 1, 255), 0), up)
    down = np.where(
        judged.holds, np.where(counted | cleared, 0, down), np.where(cleared, np.minimum(down + 1, 255), down)
    )
    on = up >= raise_days
    stood = record["standing"][:, hazard][:, np.newaxis] >= np.array((WATCH, ACT, URGENT))
    stands = on | (stood & (down < clear_days))
    record["up"][:, hazard], record["down"][:, hazard] = up, down
    record["standing"][:, hazard] = np.where(stands, np.array((WATCH, ACT, URGENT)), 0).max(axis=1)


def _urgent_at_once(record: Record, fault: Bools, limits: Limits) -> None:
    """A heating system that fails is urgent the same hour."""
    bitter = (record["bitter"] >= limits.cold.bitter_hours) & ~fault & ~record["quiet"]
    record["standing"][:, 1] = np.where(bitter, URGENT, record["standing"][:, 1])
    record["down"][:, 1] = np.where(bitter[:, np.newaxis], 0, record["down"][:, 1])


def _write_levels(record: Record, now: Figures, dry_fault: Bools, warm_fault: Bools, limits: Limits) -> None:
    silent = record["silent"] >= limits.sensor.silent_hours
    wide = _too_wide(now, limits) & (record["standing"][:, 0] == 0)
    too_little = silent | (now.days_of_week < limits.sensor.days_a_week) | wide
    too_cold_to_say = silent | ((now.warm_days_of_week < _WARM_DAYS) & (record["standing"][:, 1] == 0))
    too_hot_to_say = silent | ((now.warm_days_of_week < _WARM_DAYS) & (record["standing"][:, 2] == 0))
    for hazard, (fault, unknown) in enumerate(
        ((dry_fault, too_little), (warm_fault, too_cold_to_say), (warm_fault, too_hot_to_say))
    ):
        level = np.where(unknown, NO_DATA, record["standing"][:, hazard])
        record["level"][:, hazard] = np.where(fault, SENSOR_FAULT, level)
