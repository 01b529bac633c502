"""The rule on real recordings, where they lie beside the checkout, and on a made-up twin of each that always runs.

HeatHack (CC BY-SA 4.0) and house R4 of TRH-1 (CC BY 4.0). Nobody surveyed mould in them: what is shown is that nothing
healthy becomes urgent, that values which stand for no value alter nothing, and that sensors side by side agree.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.assess import Series, assess_series
from hereabouts_platform.homes.features import RoomKind
from hereabouts_platform.homes.record import NO_DATA, OK, URGENT, WATCH
from hereabouts_platform.homes.rooms import rooms_of
from hereabouts_platform.sensor_truth.hours import HOUR_S, hourly_means
from hereabouts_platform.sensor_truth.readings import clean

DATA = Path(__file__).parents[4] / "shared" / "data" / "damp"
DAY_S = 24 * HOUR_S
WINTER = int(datetime(2025, 11, 1, tzinfo=UTC).timestamp())
JULY = int(datetime(2022, 7, 2, tzinfo=UTC).timestamp())
DAMP = 0
VENUES = ("Aug2023-Jul2024_venue_1", "Aug2023-Jul2024_venue_45")


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Readings at `times` (s since 1970), degC and %; the weather by the hour where there is some."""

    times: np.ndarray
    temperature: Floats
    humidity: Floats
    outdoor_temperature: Floats | None = None
    outdoor_humidity: Floats | None = None

    def series(self) -> Series:
        """Hours from midnight on, of what is believed."""
        cleaned = clean(self.times, self.temperature, self.humidity)
        day = int(self.times[0]) // DAY_S
        hours = (int(self.times[-1]) // DAY_S + 1 - day) * 24
        means = [
            hourly_means(self.times, values, cleaned, day * 24, hours)[0][:, np.newaxis]
            for values in (self.temperature, self.humidity)
        ]
        weather = [
            None if values is None else values[:hours, np.newaxis]
            for values in (self.outdoor_temperature, self.outdoor_humidity)
        ]
        return Series(
            first_day=day,
            temperature=means[0],
            humidity=means[1],
            outdoor_temperature=weather[0],
            outdoor_humidity=weather[1],
        )

    def with_values(self, at: np.ndarray, temperature: Floats, humidity: Floats) -> "Recording":
        """The same with other readings at some places."""
        warm, damp = self.temperature.copy(), self.humidity.copy()
        warm[at], damp[at] = temperature, humidity
        return Recording(
            times=self.times,
            temperature=warm,
            humidity=damp,
            outdoor_temperature=self.outdoor_temperature,
            outdoor_humidity=self.outdoor_humidity,
        )

    def without(self, at: np.ndarray) -> "Recording":
        """The same without some of its readings."""
        return Recording(
            times=np.delete(self.times, at),
            temperature=np.delete(self.temperature, at),
            humidity=np.delete(self.humidity, at),
            outdoor_temperature=self.outdoor_temperature,
            outdoor_humidity=self.outdoor_humidity,
        )


def together(recordings: list[Recording]) -> np.ndarray:
    """Damp's level of each at the end of each day, [days, recordings], from the first day of any to the last."""
    each = [one.series() for one in recordings]
    first = min(one.first_day for one in each)
    hours = max((one.first_day - first) * 24 + len(one.temperature) for one in each)

    def placed(values: list[Floats | None]) -> Floats:
        out = np.full((hours, len(each)), np.nan)
        for k, (one, column) in enumerate(zip(each, values, strict=True)):
            if column is not None:
                begins = (one.first_day - first) * 24
                out[begins : begins + len(column), k] = column[:, 0]
        return out

    return levels_of(
        Series(
            first_day=first,
            temperature=placed([one.temperature for one in each]),
            humidity=placed([one.humidity for one in each]),
            outdoor_temperature=placed([one.outdoor_temperature for one in each]),
            outdoor_humidity=placed([one.outdoor_humidity for one in each]),
        )
    )


def levels_of(series: Series) -> np.ndarray:
    """Damp's level of each room at the end of each day."""
    rooms = rooms_of([RoomKind.LIVING_ROOM] * series.temperature.shape[1])
    return np.stack([record["level"][:, DAMP] for record in assess_series(series, rooms)])


def made_up(days: int = 75) -> Recording:
    """A healthy room in winter, every five minutes, with its days, its nights and a shower in the morning."""
    chance = np.random.default_rng(4)
    times = WINTER + np.arange(0, days * DAY_S, 300)
    hour = times / HOUR_S % 24
    hours = np.arange(days * 24)
    return Recording(
        times=times,
        temperature=np.round(19 + 1.5 * np.sin(2 * np.pi * (hour - 12) / 24) + chance.normal(0, 0.1, len(times)), 1),
        humidity=np.round(52 + 25 * ((hour > 7) & (hour < 8)) + chance.normal(0, 1, len(times))),
        outdoor_temperature=6 + 3 * np.sin(2 * np.pi * (hours - 9) / 24) + 3 * np.sin(hours / 60),
        outdoor_humidity=np.full(len(hours), 84.0),
    )


def venue(name: str) -> Recording:
    """A HeatHack venue, which has no weather."""
    with gzip.open(DATA / f"heathack_{name}.csv.gz", "rt") as lines:
        rows = list(csv.DictReader(lines))
    times = np.array([int(datetime.fromisoformat(row["timestamp"]).timestamp()) for row in rows])
    return Recording(
        times=times,
        temperature=np.array([float(row["temperature"]) for row in rows]),
        humidity=np.array([float(row["rh"]) for row in rows]),
    )


def finnish_house() -> Recording:
    """House R4 of TRH-1 with its weather, hourly, stated in UTC+2; its first winter."""

    def column(name: str, what: str) -> Floats:
        with gzip.open(DATA / f"trh1_R4_{name}.csv.gz", "rt") as lines:
            return np.array([float(row[what] or "nan") for row in csv.DictReader(lines)])[2 : 2 + 24 * 200]

    start = int(datetime(2010, 11, 15, tzinfo=UTC).timestamp())
    count = len(column("fmi", "Te"))
    return Recording(
        times=start + HOUR_S * np.arange(count),
        temperature=column("indoor1", "T"),
        humidity=column("indoor1", "RH"),
        outdoor_temperature=column("fmi", "Te"),
        outdoor_humidity=column("fmi", "RHe"),
    )


def healthy() -> Iterator[tuple[str, ...]]:
    """Recordings of the same time are worked out together."""
    yield ("made up",)
    if DATA.is_dir():
        yield from (("R4",), VENUES, ("Aug2024-Jul2025_venue_9",))


def recording(name: str) -> Recording:
    return made_up() if name == "made up" else finnish_house() if name == "R4" else venue(name)


def spoilt(found: Recording) -> tuple[Recording, Recording]:
    """With sentinels (120 and 0, as venue 45 sent) and wrong signs (-16 and 2, as venue 1 did), and without them."""
    chance = np.random.default_rng(1)
    at = np.unique(chance.integers(2, len(found.times) - 2, 400))
    at = at[np.diff(at, prepend=0) > 3]
    values = np.where(chance.random(len(at)) < 0.5, 120.0, -found.temperature[at])
    return found.with_values(at, values, np.where(values == 120.0, 0.0, 2.0)), found.without(at)


@pytest.mark.parametrize("names", list(healthy()), ids=lambda names: names[0])
def test_healthy_is_never_urgent_and_values_for_no_value_alter_nothing(names: tuple[str, ...]) -> None:
    found = [recording(name) for name in names]
    levels = together([one for each in found for one in (each, *spoilt(each))])
    assert len(levels) > 60
    assert not (levels == URGENT).any()
    for k in range(len(names)):
        whole, with_nonsense, without = levels[:, 3 * k : 3 * k + 3].T
        assert {OK, WATCH} & set(whole) if "venue_9" not in names[k] else np.mean(whole == NO_DATA) > 0.4
        assert np.array_equal(with_nonsense, without)


def test_a_soaked_twin_is_urgent() -> None:
    """Else the test before could not fail."""
    dry = made_up()
    soaked = dry.with_values(np.arange(len(dry.times)), dry.temperature, np.minimum(dry.humidity + 32, 99.0))
    assert (together([soaked]) == URGENT).any()


def side_by_side() -> Iterator[tuple[str, Floats, Floats]]:
    """Sensors in one place: name, and what each reads, [sensor, minute]; the last is the reference."""
    minutes = np.arange(72)
    bias = np.array([-3.0, -1.4, 0.0, 2.1, 3.0, 0.0])[:, np.newaxis]
    yield "made up", np.full((6, 72), 21.0), 60 + bias + np.sin(minutes / 9)
    path = DATA / "heathack_colocated_sensors.csv"
    if path.is_file():
        with path.open() as lines:
            rows = list(csv.DictReader(lines))
        warm, damp = (
            [*(f"t{n}" for n in range(11, 18)), "Lascar-temp"],
            [*(f"h{n}" for n in range(11, 18)), "Lascar-RH"],
        )
        yield "HeatHack", *(np.array([[float(row[one]) for row in rows] for one in names]) for names in (warm, damp))


@pytest.mark.parametrize(("temperature", "humidity"), [(t, h) for _, t, h in side_by_side()])
def test_sensors_side_by_side_agree(temperature: Floats, humidity: Floats) -> None:
    """What each shows for an hour, for forty days: in July, as recorded, all agree; in winter within one level,
    once there is enough of each to say anything.

    Two of the recorded DHT22 read 4 and 8 % more than the reference, and 65 % of a winter month is a limit.
    """
    for begins in (JULY, WINTER):
        hours = 40 * 24
        series = Series(
            first_day=begins // DAY_S,
            temperature=np.tile(temperature.mean(axis=1), (hours, 1)) + np.sin(np.arange(hours) / 24)[:, np.newaxis],
            humidity=np.tile(humidity.mean(axis=1), (hours, 1)),
        )
        levels = levels_of(series).astype(int)
        spoken = levels[(levels != NO_DATA).all(axis=1)]
        assert len(spoken) > 15
        assert set(spoken.ravel()) <= {OK, WATCH}
        assert np.ptp(spoken, axis=1).max() <= (0 if begins == JULY else 1)


def test_the_weeks_that_a_venue_lost_are_no_data() -> None:
    """As venue 9 did: half its hours are missing, and none of that time may look well."""
    found = made_up()
    gap = np.flatnonzero((found.times > WINTER + 20 * DAY_S) & (found.times < WINTER + 50 * DAY_S))
    levels = together([found.without(gap)])[:, 0]
    assert not (levels[22:50] == OK).any()
    assert (levels[:20] == OK).any()
