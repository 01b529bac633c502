"""The demo town's model: the same town every time, well homes below Approved Document F's limits, damp ones above.

The averages are worked out here with a few lines of numpy, not with the rule's code.
"""

import csv
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hereabouts_deploy.demo.clock import Array, origin_before
from hereabouts_deploy.demo.files import write_town, write_truth
from hereabouts_deploy.demo.history import write_history
from hereabouts_deploy.demo.sensing import NEVER
from hereabouts_deploy.demo.truth import Cause, Fault
from hereabouts_deploy.demo.world import HISTORY_DAYS, World, live_through
from hereabouts_schemas.place import PlaceKind

NOVEMBER = datetime(2026, 11, 22, 2, 36, tzinfo=UTC)
SEASONS = [NOVEMBER, *(datetime(2027, month, 10, 14, 10, tzinfo=UTC) for month in (1, 3, 5, 7, 8, 9, 10))]
AIR_WEEK, AIR_DAY, SURFACE_WEEK, SURFACE_DAY = 75.0, 85.0, 85.0, 95.0
DAY, WEEK = 48, 336
ASSUMED_F_RSI = 0.75
AT_HOME_AND_WELL = (Cause.HEALTHY, Cause.BUSY)


@cache
def town_at(end: datetime, seed: int = 1) -> World:
    return live_through(seed, origin_before(end, HISTORY_DAYS), end)


@pytest.fixture(scope="module")
def november() -> World:
    return town_at(NOVEMBER)


def saturation(celsius: Array) -> Array:
    return np.asarray(6.112 * np.exp(17.62 * celsius / (243.12 + celsius)))


def averages(values: Array, steps: int) -> Array:
    """Moving averages over `steps`; NaN where less than three quarters of the readings are there."""
    there = np.concatenate([[0], np.cumsum(~np.isnan(values))])
    summed = np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])
    count = there[steps:] - there[:-steps]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(count >= 0.75 * steps, (summed[steps:] - summed[:-steps]) / count, np.nan))


def seen_by(world: World, k: int) -> tuple[Array, Array, Array]:
    """Temperature, relative humidity and surface humidity of a room as its sensor reports them; NaN once it died."""
    sensor = world.sensors[k]
    at = np.arange(HISTORY_DAYS * DAY) * 1800.0
    temperature, humidity = sensor.observe(world.climate, at, np.random.default_rng(k))
    outside = world.weather.temperature_at(at)
    f_rsi = float(str(sensor.device.mount.get("f_rsi", ASSUMED_F_RSI)))
    surface = humidity * saturation(temperature) / saturation(outside + f_rsi * (temperature - outside))
    dead = at > sensor.dies_at
    return temperature, np.where(dead, np.nan, humidity), np.where(dead, np.nan, np.minimum(surface, 100.0))


def exceeds(world: World, k: int, *, ever: bool) -> bool:
    """Whether a room's averages are above a limit: at the end, or at any time."""
    _, humidity, surface = seen_by(world, k)
    limits = (
        (humidity, WEEK, AIR_WEEK),
        (humidity, DAY, AIR_DAY),
        (surface, WEEK, SURFACE_WEEK),
        (surface, DAY, SURFACE_DAY),
    )
    means = [(averages(values, steps), limit) for values, steps, limit in limits]
    return any(bool(np.any((mean if ever else mean[-1:]) > limit)) for mean, limit in means)


def flagged_homes(world: World, *, ever: bool = False) -> set[str]:
    return {world.sensors[k].device.place for k in range(len(world.sensors)) if exceeds(world, k, ever=ever)}


def confusion(world: World) -> dict[Cause, tuple[int, int]]:
    """Homes of each cause: flagged at the end, all."""
    flagged = flagged_homes(world)
    table: dict[Cause, tuple[int, int]] = {}
    for cause in Cause:
        homes = [truth.home for truth in world.truth.values() if truth.cause is cause]
        table[cause] = (sum(home in flagged for home in homes), len(homes))
    return table


def test_the_town_has_the_places_it_promises(november: World) -> None:
    kinds = [place.kind for place in november.town.places]
    assert kinds.count(PlaceKind.HOME) == 200
    assert kinds.count(PlaceKind.BIN_SLOT) == 150
    assert kinds.count(PlaceKind.COUNTING_LINE) == 12
    assert [kinds.count(kind) for kind in (PlaceKind.WEATHER_STATION, PlaceKind.DEPOT, PlaceKind.TIP)] == [1, 1, 1]
    assert len({place.id for place in november.town.places}) == len(november.town.places)
    assert len({device.id for device in november.town.devices}) == len(november.town.devices)
    profiles = {device.make.profile for device in november.town.devices}
    assert profiles == {
        "elsys", "milesight-em300", "dragino-lht65", "homelink", "generic-indoor", "milesight-em310", "milesight-em400",
        "dragino-ldds75", "milesight-vs13x", "plain",
    }  # fmt: skip


def test_nothing_in_the_town_is_anybodys(november: World) -> None:
    assert all(place.attributes["synthetic"] is True for place in november.town.places)
    assert all(place.uprn is None or place.uprn.startswith("9999") for place in november.town.places)
    assert all(place.usrn is None or place.usrn.startswith("9990") for place in november.town.places)
    euis = [device.id for device in november.town.devices if len(device.id) == 16]
    assert all(int(eui[:2], 16) & 0b10 for eui in euis)  # locally administered


def test_same_seed_and_end_give_the_same_files(tmp_path: Path) -> None:
    for run in ("one", "two"):
        folder = tmp_path / run
        folder.mkdir()
        world = town_at(NOVEMBER, seed=7)
        write_town(world.town, world.origin, folder)
        write_truth(world.truth, world.outcomes, folder / "truth.csv")
        write_history(world, NOVEMBER, folder)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == [
        "bins.parquet", "devices.csv", "footfall.parquet", "homes.parquet", "places.csv", "truth.csv",
        "weather.parquet",
    ]  # fmt: skip
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_another_seed_gives_another_town() -> None:
    one, two = town_at(NOVEMBER, seed=1), town_at(NOVEMBER, seed=2)
    assert [d.make for d in one.town.devices] != [d.make for d in two.town.devices]
    assert not np.allclose(one.weather.temperature, two.weather.temperature)


def test_living_on_repeats_what_was() -> None:
    origin = origin_before(NOVEMBER, HISTORY_DAYS)
    short, longer = live_through(1, origin, NOVEMBER), live_through(1, origin, NOVEMBER + timedelta(days=9))
    steps, hours = len(short.climate.temperature), len(short.weather.temperature)
    assert np.array_equal(short.climate.temperature, longer.climate.temperature[:steps])
    assert np.array_equal(short.climate.humidity, longer.climate.humidity[:steps])
    assert np.array_equal(short.weather.rain, longer.weather.rain[:hours])
    assert np.array_equal(short.bins.level, longer.bins.level[:hours])
    assert np.array_equal(short.footfall.counted, longer.footfall.counted[:hours])
    assert short.truth == longer.truth


@pytest.mark.parametrize("end", SEASONS, ids=lambda end: f"{end:%B}")
def test_well_homes_stay_well_in_every_season(end: datetime) -> None:
    world = town_at(end)
    well = {home for home, about in world.truth.items() if about.cause in AT_HOME_AND_WELL}
    assert not {home for home in well if world.outcomes[home].is_damp}
    assert len(well & flagged_homes(world, ever=True)) <= 0.05 * len(well)


@pytest.mark.parametrize("end", SEASONS, ids=lambda end: f"{end:%B}")
def test_leaks_show_in_every_season(end: datetime) -> None:
    flagged, homes = confusion(town_at(end))[Cause.PLUMBING]
    assert flagged >= 0.8 * homes


@pytest.mark.parametrize("end", [e for e in SEASONS if e.month in (10, 11, 1, 3)], ids=lambda end: f"{end:%B}")
def test_where_mould_grew_the_air_was_above_the_limits(end: datetime) -> None:
    """The town's growth and the limits of Approved Document F, which know nothing of each other, agree."""
    world = town_at(end)
    flagged = flagged_homes(world, ever=True)
    damp = {home for home, outcome in world.outcomes.items() if outcome.is_damp}
    told = {home for home in damp if Cause.COLD_BRIDGE not in world.truth[home].causes}
    assert len(damp) >= 12
    assert len(told & flagged) >= 0.9 * len(told)
    assert {world.truth[home].cause for home in damp} >= {Cause.UNDER_HEATED, Cause.UNDER_VENTILATED, Cause.PLUMBING}


def test_causes_show_in_the_physics(november: World) -> None:
    """Under-heated homes are cold, stuffy ones hold far more vapour than outside, cold corners do neither."""
    week = slice(-WEEK, None)
    at = np.arange(HISTORY_DAYS * DAY) * 1800.0
    outside = saturation(november.weather.temperature_at(at)) * november.weather.humidity_at(at)
    means: dict[Cause, list[tuple[float, float]]] = {cause: [] for cause in Cause}
    for k, sensor in enumerate(november.sensors):
        temperature, humidity, _ = seen_by(november, k)
        excess_pa = humidity * saturation(temperature) - outside
        means[november.truth[sensor.device.place].cause].append((temperature[week].mean(), excess_pa[week].mean()))
    table = {cause: np.array(rows).mean(axis=0) for cause, rows in means.items() if cause is not Cause.SENSOR_FAULT}
    assert table[Cause.UNDER_HEATED][0] < 15
    assert table[Cause.HEALTHY][0] > 17.5
    assert table[Cause.HEALTHY][1] < 400
    assert table[Cause.UNDER_HEATED][1] < 600 < table[Cause.UNDER_VENTILATED][1]
    assert table[Cause.COLD_BRIDGE][0] > 17.5
    assert table[Cause.COLD_BRIDGE][1] < 600
    assert table[Cause.OVERHEATED][0] > 24
    assert table[Cause.COLD_BUT_DRY][0] < 15.5
    assert table[Cause.COLD_BUT_DRY][1] < 250


def test_sensor_faults_look_like_themselves(november: World) -> None:
    faults = {sensor.fault: sensor for sensor in november.sensors if sensor.fault}
    assert set(faults) == set(Fault)
    at = np.arange(HISTORY_DAYS * DAY) * 1800.0
    for fault, sensor in faults.items():
        temperature, humidity = sensor.observe(november.climate, at, np.random.default_rng(0))
        late = at > sensor.fails_at
        assert late.any()
        assert not late.all()
        assert (sensor.dies_at < NEVER) is (fault is Fault.DEAD)
        if fault is Fault.STUCK:
            assert np.ptp(temperature[late]) == np.ptp(humidity[late]) == 0 < np.ptp(temperature[~late])
        elif fault is Fault.SATURATED:
            assert np.all(humidity[late] == 100)
        elif fault in (Fault.DRIFT, Fault.DRIFT_DOWN):
            true = np.interp(at[-1], at, november.climate.humidity[: len(at), sensor.room])
            assert (humidity[-1] - true) * (1 if fault is Fault.DRIFT else -1) > 4
        elif fault is Fault.MOVED:
            usual = np.interp(at, at, november.climate.temperature[: len(at), sensor.room])
            assert abs(temperature[late] - usual[late]).mean() > 1.5 > abs(temperature[~late] - usual[~late]).mean()
        elif fault is Fault.GLITCHES:
            assert 0.005 < np.mean(temperature[late] < 0) < 0.05
            assert temperature[~late].min() > 0


def test_truth_says_since_when(november: World, tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    write_truth(november.truth, november.outcomes, path)
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 200
    assert sum(row["causes"] == "healthy" for row in rows) / 200 == pytest.approx(0.5, abs=0.05)
    assert {cause for row in rows for cause in row["causes"].split()} == set(Cause)
    assert {row["fault"] for row in rows} == {"", *Fault}
    well = {"healthy", "busy", "cold_but_dry", "empty"}
    assert all((row["since"] == "") is (row["causes"] in well) for row in rows)


def test_weather_has_the_season_of_its_date() -> None:
    winter, summer = town_at(SEASONS[1]).weather, town_at(SEASONS[5]).weather
    assert winter.temperature.mean() < 7
    assert 13 < summer.temperature.mean() < 19
    for weather in (winter, summer):
        assert weather.temperature.min() > -15
        assert weather.temperature.max() < 36
        assert weather.humidity.min() > 20
        assert weather.humidity.max() <= 99
        assert 0.5 < weather.rain.sum() / HISTORY_DAYS < 4
    hours = winter.temperature[: 24 * HISTORY_DAYS].reshape(-1, 24)
    utc_hour = (np.arange(24) + winter.origin.hour) % 24
    assert hours[:, utc_hour == 14].mean() > hours[:, utc_hour == 4].mean() + 1


def test_bins_fill_and_are_emptied(november: World) -> None:
    level = november.bins.level
    assert level.min() >= 0
    assert level.max() < 1
    emptied = (np.diff(level, axis=0) < -0.1).sum(axis=0)
    assert 8 <= np.median(emptied) <= 26  # three rounds a week, some skipped, some bins nearly empty
    rng = np.random.default_rng(1)
    at = np.arange(0, HISTORY_DAYS * 86400, 700.0)
    for k, device in enumerate(november.town.bins):
        distance = november.bins.distance_at(k, at, rng)
        assert distance.min() >= 20
        assert distance.max() <= float(str(device.mount["bin_depth_mm"]))


def test_streets_are_busy_by_day(november: World) -> None:
    counted = november.footfall.counted[: 24 * HISTORY_DAYS].sum(axis=2).sum(axis=1).reshape(-1, 24)
    utc_hour = (np.arange(24) + november.origin.hour) % 24
    assert counted[:, utc_hour == 12].mean() > 10 * counted[:, utc_hour == 3].mean()
    people_in, people_out = november.footfall.between(0, 0.0, 7 * 86400.0, np.random.default_rng(1))
    assert people_in > 0
    assert people_out > 0
