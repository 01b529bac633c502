"""One logger's readings, and the weather where there is some, through the rule on homes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.assess import Series, assess_series, course
from hereabouts_platform.homes.causes import ProbableCause, explain
from hereabouts_platform.homes.counterfactuals import Counterfactual, counterfactuals
from hereabouts_platform.homes.faults import standing_faults
from hereabouts_platform.homes.features import Features, RoomKind, room_kind
from hereabouts_platform.homes.figures import Figures, figures_of
from hereabouts_platform.homes.limits import LIMITS
from hereabouts_platform.homes.record import FAULTS, HAZARDS, LEVELS, RAISED, SENSOR_FAULT, Record
from hereabouts_platform.homes.rooms import Rooms, rooms_of
from hereabouts_platform.homes.told import features_of
from hereabouts_platform.homes.verdict import About, Speaker, Verdict, worst
from hereabouts_platform.loggers.readings import Readings
from hereabouts_platform.sensor_truth.hours import HOUR_S, hourly_means
from hereabouts_platform.sensor_truth.readings import WORDS, Cleaned, clean
from hereabouts_schemas.alert import Station
from hereabouts_schemas.errors import InputError

HOURS_A_DAY = 24
LONGEST = timedelta(days=366 * 12)  # a clock that was never set writes readings of 1970 beside those of today
CLOCKS_DIFFER = timedelta(minutes=5)
FUTURE = "dated in the future (was the logger's clock right, and the order of its dates?)"
_OUTDOOR_CEL, _OUTDOOR_PERCENT = (-40.0, 45.0), (1.0, 105.0)
Watch = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """How long a hazard stood at its highest level."""

    level: str
    days: int
    first: date
    last: date


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Look:
    """What the rule makes of a file.

    Attributes:
        level: the most pressing of the hazards' levels, at the end of the readings.
        highest: of a hazard, the highest level it ever stood at; missing where it was never raised.
        coverage: share of the hours from the first to the last reading with both quantities, 0 to 1.
        doubts: how many readings were not believed, by why, in words.
        series: the hours that were looked at; factor: the temperature factor they were looked at with.
    """

    level: str
    verdicts: tuple[Verdict, ...]
    highest: dict[str, Stretch]
    figures: Figures
    features: Features
    causes: tuple[ProbableCause, ...]
    repairs: tuple[Counterfactual, ...]
    coverage: float
    doubts: dict[str, int]
    faults: tuple[str, ...]
    series: Series
    factor: float

    @property
    def pressing(self) -> Verdict:
        """The hazard that the level comes from."""
        return next(one for one in self.verdicts if one.level == self.level)


def look_at(
    given: Readings, outdoor: Readings | None, *, room: str | None, f_rsi: float | None, now: datetime, watch: Watch
) -> Look:
    """Assess one room from its first reading to its last that is not in the future: those are counted, and no more.

    Args:
        room: what the room is called; None where it is not known.
        f_rsi: temperature factor of the coldest surface; None assumes 0.75.
        now: aware; what is dated later by more than a clock may be wrong is in the future.
        watch: told how many days of how many are done.

    Raises:
        InputError: there is no pair of readings to believe, or they span more than twelve years.
    """
    readings, ahead = _until(given, now)
    cleaned = clean(readings.times, readings.temperature, readings.humidity)
    series, coverage = _series(readings, cleaned, outdoor)
    rooms = rooms_of([RoomKind.HOME if room is None else room_kind(room)], f_rsi=[f_rsi])
    records = []
    for record in assess_series(series, rooms):
        records.append(record)
        watch(len(records), series.days)
    station = None if outdoor is None else Station(place="outdoor", name="the file of the weather", distance_km=0.0)
    about = About(place_id="file", room=room, station=station)
    look = _look(records, rooms, about, series=series, coverage=coverage, cleaned=cleaned)
    return replace(look, doubts={**look.doubts, FUTURE: ahead}) if ahead else look


def _until(readings: Readings, now: datetime) -> tuple[Readings, int]:
    """The readings up to `now`, and how many lie after it."""
    kept = readings.times <= (now + CLOCKS_DIFFER).timestamp()
    if not kept.any():
        raise InputError(
            "file", "its times", "Every reading in it is dated in the future. Is the order of dates right?"
        )
    cut = {name: getattr(readings, name)[kept] for name in ("times", "temperature", "humidity", "rain")}
    return replace(readings, **cut), int((~kept).sum())


def _look(
    records: Sequence[Record], rooms: Rooms, about: About, *, series: Series, coverage: float, cleaned: Cleaned
) -> Look:
    last = records[-1]
    features = features_of(last, rooms)
    speaker = Speaker(last, rooms, [about])
    verdicts = tuple(speaker.verdict(0, hazard) for hazard in range(len(HAZARDS)))
    level = LEVELS[worst(last["level"][0])]
    pressing = next(one for one in verdicts if one.level == level)
    raised = level in {LEVELS[code] for code in (*RAISED, SENSOR_FAULT)}
    damp = raised and pressing.hazard == HAZARDS[0]
    return Look(
        level=level,
        verdicts=verdicts,
        highest=_highest(records),
        figures=figures_of(last, LIMITS),
        features=features,
        causes=tuple(explain(features, pressing.hazard, 0)) if raised else (),
        repairs=tuple(counterfactuals(features, 0)) if damp else (),
        coverage=coverage,
        doubts={WORDS[doubt]: count for doubt, count in cleaned.counts.items()},
        faults=tuple(
            name for name, stands in zip(FAULTS, standing_faults(last, LIMITS.sensor)[0], strict=True) if stands
        ),
        series=series,
        factor=float(rooms.factor[0]),
    )


def _series(readings: Readings, cleaned: Cleaned, outdoor: Readings | None) -> tuple[Series, float]:
    believed = np.flatnonzero(cleaned.believed & ~np.isnan(readings.temperature + readings.humidity))
    if not len(believed):
        raise InputError("file", "its readings", "Not one pair of temperature and humidity in it can be believed.")
    begin, end = int(readings.times[believed[0]]), int(readings.times[-1])
    if end - begin > LONGEST.total_seconds():
        said = f"{datetime.fromtimestamp(begin, UTC):%Y} to {datetime.fromtimestamp(end, UTC):%Y}"
        raise InputError("file", said, "Readings span more than twelve years. Was a clock not set? Take those out.")
    first_day = begin // (HOURS_A_DAY * HOUR_S)
    first, hours = first_day * HOURS_A_DAY, end // HOUR_S + 1 - first_day * HOURS_A_DAY
    temperature = hourly_means(readings.times, readings.temperature, cleaned, first, hours)[0]
    humidity = hourly_means(readings.times, readings.humidity, cleaned, first, hours)[0]
    both = ~np.isnan(temperature + humidity)[begin // HOUR_S - first :]
    series = Series(
        first_day=first_day,
        temperature=temperature[:, np.newaxis],
        humidity=humidity[:, np.newaxis],
        **_weather(outdoor, first, hours),
    )
    return series, float(both.mean())


def _weather(outdoor: Readings | None, first: int, hours: int) -> dict[str, Floats]:
    if outdoor is None:
        return {}
    everything = Cleaned(doubt=np.zeros(len(outdoor.times), dtype=np.uint8))

    def hourly(values: Floats, low: float, high: float) -> tuple[Floats, Floats]:
        possible = np.where((values >= low) & (values <= high), values, np.nan)
        means, counts = hourly_means(outdoor.times, possible, everything, first, hours)
        return means[:, np.newaxis], (means * counts)[:, np.newaxis]

    temperature, _ = hourly(outdoor.temperature, *_OUTDOOR_CEL)
    humidity, _ = hourly(outdoor.humidity, *_OUTDOOR_PERCENT)
    _, rain = hourly(outdoor.rain, 0.0, 500.0)
    return {"outdoor_temperature": temperature, "outdoor_humidity": np.minimum(humidity, 100.0), "rain": rain}


def _highest(records: Sequence[Record]) -> dict[str, Stretch]:
    levels = course(records, "level")[:, 0]
    days = course(records, "day")[:, 0].astype(int)
    found = {}
    for n, hazard in enumerate(HAZARDS):
        raised = np.where(np.isin(levels[:, n], RAISED), levels[:, n], 0)
        top = int(raised.max())
        if top:
            at = days[raised == top]
            found[hazard] = Stretch(level=LEVELS[top], days=len(at), first=_date(at[0]), last=_date(at[-1]))
    return found


def _date(day: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + int(day))
