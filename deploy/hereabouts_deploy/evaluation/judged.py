"""The rule on a winter's readings, as it would have run then: levels, faults and first causes, day after day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from hereabouts_deploy.demo.makes import Fitted
from hereabouts_deploy.demo.winter import Winter
from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.assess import Series, assess_series
from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.homes.causes import causes_of
from hereabouts_platform.homes.faults import standing_faults
from hereabouts_platform.homes.features import room_kind
from hereabouts_platform.homes.limits import LIMITS, Limits
from hereabouts_platform.homes.record import ACT, HAZARDS, RAISED, WATCH, Record
from hereabouts_platform.homes.rooms import Rooms, rooms_of
from hereabouts_platform.homes.told import features_of
from hereabouts_platform.sensor_truth.hours import hourly_means
from hereabouts_platform.sensor_truth.readings import clean

DAMP, COLD, HEAT = (HAZARDS.index(name) for name in ("damp_mould", "excess_cold", "excess_heat"))
HOUR_S, HALF_HOUR_S = 3600, 1800
#: An officer looks at a case again after so many days: causes are told once more then.
LOOKED_AT_AGAIN_DAYS = 14
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Judged:
    """What the rule said at the end of each UTC day.

    Attributes:
        home: index of each room's home among the winter's homes.
        level: [days, rooms, hazards], as in the records.
        faulty, moved: [days, rooms], whether a fault stands, and whether it asks if the sensor was moved.
        first_cause: of damp in each room on the day it was first raised to act, or to watch where never to act; None
            where never raised. `later_cause`: the same two weeks on.
    """

    home: npt.NDArray[np.int64]
    level: npt.NDArray[np.uint8]
    faulty: npt.NDArray[np.bool_]
    moved: npt.NDArray[np.bool_]
    first_cause: Sequence[Cause | None]
    later_cause: Sequence[Cause | None]


def judge_winter(winter: Winter, limits: Limits = LIMITS) -> Judged:
    """Run the rule over the winter's readings; it sees nothing of the truth."""
    rooms = rooms_told(winter.devices, [home.id for home in winter.homes])
    records = list(assess_series(series_of(winter), rooms, limits))
    level = np.stack([record["level"] for record in records])
    when = _raised_first(level[:, :, DAMP])
    again = [None if day is None else min(day + LOOKED_AT_AGAIN_DAYS, len(records) - 1) for day in when]
    return Judged(
        home=rooms.home,
        level=level,
        faulty=np.stack([standing_faults(record, limits.sensor).any(axis=1) for record in records]),
        moved=np.stack([record["day"] - record["moved_day"] < limits.sensor.moved_days for record in records]),
        first_cause=_causes_on(records, when, rooms, limits),
        later_cause=_causes_on(records, again, rooms, limits),
    )


def rooms_told(devices: Sequence[Fitted], homes: Sequence[str]) -> Rooms:
    """The rooms as their deployments tell of them."""
    at = {home: k for k, home in enumerate(homes)}
    stated = [device.mount.get("f_rsi") for device in devices]
    return rooms_of(
        [room_kind(str(device.mount["room"])) for device in devices],
        f_rsi=[None if one is None else float(str(one)) for one in stated],
        home=[at[device.place] for device in devices],
    )


def series_of(winter: Winter) -> Series:
    """Hours of believed readings, with the weather of the town's station."""
    start = int(winter.origin.timestamp())
    times = start + HALF_HOUR_S * np.arange(len(winter.temperature), dtype=np.int64)
    hours = len(winter.rain)
    temperature, humidity = np.empty((hours, len(winter.devices))), np.empty((hours, len(winter.devices)))
    for k in range(len(winter.devices)):
        came = ~np.isnan(winter.temperature[:, k])
        at, warm, damp = times[came], winter.temperature[came, k], winter.humidity[came, k]
        cleaned = clean(at, warm, damp)
        temperature[:, k] = hourly_means(at, warm, cleaned, start // HOUR_S, hours)[0]
        humidity[:, k] = hourly_means(at, damp, cleaned, start // HOUR_S, hours)[0]
    return Series(
        first_day=(winter.origin - EPOCH).days,
        temperature=temperature,
        humidity=humidity,
        outdoor_temperature=_column(winter.outdoor_temperature),
        outdoor_humidity=_column(winter.outdoor_humidity),
        rain=_column(winter.rain),
    )


def _column(values: Floats) -> Floats:
    return values[:, np.newaxis]


def _raised_first(level: npt.NDArray[np.uint8]) -> list[int | None]:
    """Day on which each room was first raised to act, or else to watch; None where never."""
    found: list[int | None] = []
    for k in range(level.shape[1]):
        raised = np.isin(level[:, k], RAISED)
        serious = raised & (level[:, k] >= ACT)
        days = np.flatnonzero(serious if serious.any() else raised)
        found.append(int(days[0]) if len(days) else None)
    return found


def _causes_on(
    records: Sequence[Record], days: Sequence[int | None], rooms: Rooms, limits: Limits
) -> list[Cause | None]:
    found: list[Cause | None] = [None] * len(days)
    for day in sorted({day for day in days if day is not None}):
        wanted = [k for k, one in enumerate(days) if one == day]
        features = features_of(records[day], rooms, limits).of(np.array(wanted))
        odds = causes_of(features, HAZARDS[DAMP])
        for place, k in enumerate(wanted):
            found[k] = odds.first(place)
    return found


def raised(level: npt.NDArray[np.uint8], least: int = WATCH) -> npt.NDArray[np.bool_]:
    """Where a level is raised to `least` or more; no data and sensor fault are no alert."""
    return np.asarray(np.isin(level, RAISED) & (level >= least))
