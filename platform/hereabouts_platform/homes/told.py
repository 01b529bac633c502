"""Features out of the day's record (`features.py` says what each is)."""

from dataclasses import dataclass

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes import record as names
from hereabouts_platform.homes.daily import known_mean
from hereabouts_platform.homes.features import Features
from hereabouts_platform.homes.limits import LIMITS, Limits, MemoryLimits
from hereabouts_platform.homes.record import DRIER, INSULATED, LOW, RING, STANDARD, WARM, WEEK, Record, ring, slots
from hereabouts_platform.homes.rooms import Rooms
from hereabouts_platform.homes.surfaces import index_of

_STANDARD_OUTDOOR = 5.0  # degC, of VPX5
_FEW_PULSES = 3.0  # below which a share of them says nothing
_LEAST_SPREAD = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Line:
    """Vapour excess by outdoor temperature, and by rain with that held; and how sure the rain's part is."""

    vpx5: Floats
    slope: Floats
    intercept: Floats
    rain: Floats
    rain_t: Floats


def vpx5_of(record: Record, limits: Limits = LIMITS) -> Floats:
    """Vapour excess at 5 degC outdoors alone, Pa: of all features the one that every day's row tells."""
    season = {name: record["season"][:, n] for n, name in enumerate(names.SEASON)}
    return _line(season, record["season_days"], _span(record), limits.memory).vpx5


def features_of(record: Record, rooms: Rooms, limits: Limits = LIMITS) -> Features:
    """The features of every room as they stand at the record's end."""
    season = {name: record["season"][:, n] for n, name in enumerate(names.SEASON)}
    every = {name: record["every"][:, n] for n, name in enumerate(names.EVERY)}
    heating = {name: record["heating"][:, n] for n, name in enumerate(names.HEATING)}
    span = _span(record)
    line = _line(season, record["season_days"], span, limits.memory)
    week = slots(record, WEEK)
    before = slots(record, RING - WEEK, ends=WEEK)
    floor_excess = ring(record, "floor_excess")
    temperature = _per(heating["degrees"], heating["hours"])
    return Features(
        kind=rooms.kind.astype(np.float64),
        f_rsi=rooms.factor,
        f_known=rooms.f_known.astype(np.float64),
        days=every["w"],
        cold_share=_per(heating["cold"], heating["hours"]),
        temperature=temperature,
        surface_humidity=known_mean(ring(record, "surface")),
        surface_humidity_standard=known_mean(ring(record, "standard")),
        air_humidity=known_mean(ring(record, "air")),
        vapour_excess=_per(season["vpx"], season["w"]),
        vpx5=line.vpx5,
        vpx5_days=season["w"],
        vpx5_span=span,
        floor=_fifth(ring(record, "floor")),
        floor_excess=_fifth(floor_excess),
        floor_step=known_mean(floor_excess[:, week], 3) - known_mean(floor_excess[:, before], 7),
        swing=_per(every["swing"], every["w"]),
        temperature_swing=_per(every["temperature_swing"], every["w"]),
        to_other_rooms=_per(every["apart"], every["apart_w"]),
        floor_to_other_rooms=known_mean(ring(record, "floor_apart")),
        co2_night=_per(every["co2"], every["co2_w"]),
        condensation_hours=known_mean(ring(record, "condensing")[:, week]),
        surface_season=_per(season["surface"], season["w"]),
        surface_if_warm=_per(season["warm"], season["w"]),
        surface_if_drier=_per(season["drier"], season["w"]),
        surface_if_insulated=_per(season["insulated"], season["w"]),
        rain=line.rain,
        rain_t=line.rain_t,
        **_of_nights(record),
        **_of_pulses(record),
        **_of_mould(record),
        **_of_sensor(record, line, temperature, limits),
    )


def _of_nights(record: Record) -> dict[str, Floats]:
    air_w, air, cooling_w, cooling = record["nights"].T
    return {
        "air_change": _per(air, air_w),
        "air_change_nights": air_w,
        "time_constant": _per(cooling_w, cooling),
        "time_constant_nights": cooling_w,
    }


def _of_pulses(record: Record) -> dict[str, Floats]:
    days, pulses, back, long_pulses, long_back = record["pulses"].T
    share = np.where(pulses >= _FEW_PULSES, _per(back, pulses), np.nan)
    earlier = np.where(long_pulses - pulses >= _FEW_PULSES, _per(long_back - back, long_pulses - pulses), np.nan)
    return {"pulses": _per(pulses, days), "pulses_back_share": share, "pulses_back_change": share - earlier}


def _of_mould(record: Record) -> dict[str, Floats]:
    return {
        "mould": index_of(record, LOW),
        "mould_if_warm": index_of(record, WARM),
        "mould_if_drier": index_of(record, DRIER),
        "mould_if_insulated": index_of(record, INSULATED),
        "mould_if_standard": index_of(record, STANDARD),
    }


def _of_sensor(record: Record, line: _Line, temperature: Floats, limits: Limits) -> dict[str, Floats]:
    w, te, vpx, degrees = record["fast"].T
    moved = (record["day"] - record["moved_day"]).astype(np.float64)
    return {
        "frozen_hours": record["still_hours"].astype(np.float64),
        "below_outdoor_hours": record["below_hours"].astype(np.float64),
        "saturated_hours": record["saturated_hours"].astype(np.float64),
        "drift": _per(vpx, w) - (line.intercept + line.slope * _per(te, w)),
        "temperature_shift": _per(degrees, w) - temperature,
        "moved_days": np.where(moved < limits.sensor.moved_days, moved, np.nan),
    }


def _line(season: dict[str, Floats], days: Floats, span: Floats, limits: MemoryLimits) -> _Line:
    """Least squares over the season's sums: of the outdoor temperature alone, and of it and rain together."""
    w = season["w"]
    tells = (days >= limits.regression_days) & (span >= limits.regression_span) & (w > 0)
    te, vpx, rain = (_per(season[name], w) for name in ("te", "vpx", "rain"))
    xx, yy = _per(season["te2"], w) - te * te, _per(season["vpx2"], w) - vpx * vpx
    rr, xr = _per(season["rain2"], w) - rain * rain, _per(season["te_rain"], w) - te * rain
    xy, ry = _per(season["te_vpx"], w) - te * vpx, _per(season["rain_vpx"], w) - rain * vpx
    slope = _divide(xy, xx, tells & (xx > _LEAST_SPREAD))
    intercept = vpx - slope * te
    determinant = xx * rr - xr * xr
    rained = tells & (rr > _LEAST_SPREAD) & (determinant > _LEAST_SPREAD * xx)
    by_rain = _divide(ry * xx - xy * xr, determinant, rained)
    by_te = _divide(xy * rr - ry * xr, determinant, rained)
    left = np.maximum(yy - by_te * xy - by_rain * ry, 0.0)
    error = np.sqrt(_divide(left * xx, determinant * np.maximum(w - 3, 1.0), rained))
    return _Line(
        vpx5=intercept + slope * _STANDARD_OUTDOOR,
        slope=slope,
        intercept=intercept,
        rain=by_rain,
        rain_t=_divide(by_rain, error, rained & (error > 0)),
    )


def _span(record: Record) -> Floats:
    outdoor = ring(record, "outdoor")
    return np.asarray(np.fmax.reduce(outdoor, axis=1) - np.fmin.reduce(outdoor, axis=1))


def _fifth(values: Floats) -> Floats:
    """5th percentile of what is known of 30 days: of 20 to 30 values the second least; NaN with fewer than 10."""
    known = np.isfinite(values).sum(axis=1)
    ordered = np.sort(np.where(np.isfinite(values), values, np.inf), axis=1)
    return np.where(known >= 10, ordered[:, 1], np.nan)


def _per(part: Floats, whole: Floats) -> Floats:
    return _divide(part, whole, np.asarray(whole > 0))


def _divide(part: Floats, whole: Floats, where: names.Bools) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=where))
