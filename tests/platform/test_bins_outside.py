"""The forecast of bins in the weather: learnt of what is in the store, told for tomorrow, and silent where none is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from hereabouts_platform.bins.weather_learnt import Learning, Sums, effects_of
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.rounds.beside_level import Told
from hereabouts_platform.rounds.foretelling import Foretold, foretell
from hereabouts_platform.rounds.morning import Morning
from hereabouts_platform.rounds.standing import read_standing
from hereabouts_platform.store.bin_state import bin_states, forecasts_of, group_states
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.waste_places import WastePlaces, waste_places
from hereabouts_platform.store.weather import Coming, save_coming

NOW = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
MIDNIGHT = NOW.replace(hour=0, minute=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS, HISTORY = 92, 62  # of weather, and of bins
WARM = 0.06
BINS = ("a", "b", "c")


def hours(town, stream: int, values: np.ndarray, *, total: bool = False) -> None:
    """Hours up to the last midnight, as rollups have them."""
    with town.owner.cursor().copy(
        "COPY reading_hour (datastream_id, hour, count, mean, min, max, first, last, total, sum) FROM STDIN"
    ) as copy:
        for number, one in enumerate(values.tolist()):
            at = MIDNIGHT - (len(values) - number) * HOUR
            copy.write_row((stream, at, 1, one, one, one, one, one, one if total else None, one))


@pytest.fixture
def warmth(town) -> np.ndarray:
    """Three bins of a park that are all emptied each midnight, and fill by 6 % more for a kelvin; each day's kelvin."""
    spells = np.random.default_rng(5).normal(0, 2.5, DAYS)
    town.owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    for month in range(5):
        for table in ("reading_hour", "reading"):
            at = NOW - timedelta(days=30 * month)
            town.owner.execute("SELECT make_partition(%s::text::regclass, %s)", (table, at))
    levels = np.outer(45 * np.exp(WARM * spells[-HISTORY:]), (np.arange(24) + 1) / 24).ravel()
    for name in BINS:
        town.place(name, "bin_slot", lon=-1.5, lat=53.8)
        town.owner.execute("""UPDATE place SET attributes = '{"group": "park"}' WHERE id = %s""", (name,))
        stream = town.one(
            "INSERT INTO datastream (deployment_id, quantity, unit, kind)"
            " SELECT id, 'fill_level', '%%', 'measurement' FROM deployment WHERE place_id = %s RETURNING id",
            (town.sensor(name, "air_temperature") and name,),
        )
        with town.owner.cursor().copy("COPY reading (datastream_id, batch_id, time, value) FROM STDIN") as copy:
            for number, level in enumerate(levels.round(1).tolist()):
                copy.write_row((stream, 1, MIDNIGHT - (len(levels) - number) * HOUR, level))
    return spells


def station(town, name: str, lat: float, temperature: np.ndarray) -> None:
    """A weather station with its hours; it rains every third day, for which nobody in the park cares."""
    town.place(name, "weather_station", lon=-1.5, lat=lat)
    hours(town, town.sensor(name, "air_temperature")["air_temperature"], np.repeat(temperature, 24))
    rain = town.one(
        "INSERT INTO datastream (deployment_id, quantity, unit, kind)"
        " SELECT id, 'rainfall', 'mm', 'delta' FROM deployment WHERE place_id = %s RETURNING id",
        (name,),
    )
    hours(town, rain, np.repeat(np.where(np.arange(len(temperature)) % 3, 0.0, 0.5), 24), total=True)


def places(url: str) -> WastePlaces:
    with connect(url, DatabaseRole.JOBS) as jobs:
        return waste_places(jobs)


def looked(url: str) -> Foretold:
    """What is foretold now; nothing is written."""
    with connect(url, DatabaseRole.JOBS) as jobs:
        return foretell(jobs, places(url).slots, int(NOW.timestamp()))


def kept(url: str) -> tuple[Mapping[str, Any], ...]:
    """All that a run of the job leaves behind, but for up to which transaction it read."""
    with connect(url, DatabaseRole.JOBS) as jobs:
        jobs.execute("DELETE FROM bin_state")
        jobs.execute("DELETE FROM bin_group_state")
    report = run_job(url, "forecast", NOW)
    assert report.state == "done", report.detail
    with connect(url, DatabaseRole.JOBS) as jobs:
        groups = group_states(jobs)
        del groups["all"]["since"]
        return bin_states(jobs), groups, forecasts_of(jobs, BINS)


def test_what_the_weather_does_is_learnt_and_tomorrows_counts(town, warmth: np.ndarray) -> None:
    without = kept(town.url)
    station(town, "far", 51.0, 9 + warmth)
    assert kept(town.url) == without, "a station 300 km away says nothing of these bins"
    assert not any(name.startswith("weather") for name in without[1])

    station(town, "near", 53.9, 9 + warmth)
    assert kept(town.url)[1].keys() - without[1].keys() == {"weather park"}
    found = looked(town.url)
    assert found.effects["park"].warm == pytest.approx(WARM, abs=0.02)
    assert found.effects["park"].wet == pytest.approx(0, abs=0.1)

    first_at = NOW.replace(minute=0) + HOUR
    warm = tuple([9.0] * 20 + [15.0] * 24 + [None] * 4)
    tomorrow = (MIDNIGHT + DAY + np.arange(2) * DAY).tolist()
    at = [one.timestamp() for one in tomorrow]
    (usual,) = np.diff(found.growths["park"].days(at))
    with connect(town.url, DatabaseRole.JOBS) as jobs:
        save_coming(jobs, "near", Coming(first_at=first_at, temperature=warm, rain_mm=(0.0,) * 48), NOW)
    told = looked(town.url)
    (more,) = np.diff(told.growths["park"].days(at))
    assert more / usual == pytest.approx(np.exp(6 * WARM), rel=0.25)
    day = Morning(
        day=(NOW + DAY).date(), depot="yard", places=places(town.url), slots=BINS, vehicles=(), foretold=told,
        told=Told(said={}, fixed={}), shifts={},
    )  # fmt: skip
    assert day.weather.startswith("Warm for the season: about ")
    assert day.weather.endswith(" more than usual is expected in bins of park.")
    assert told.ahead.expected[0, 44] > found.ahead.expected[0, 44] + 5


def test_what_the_weather_does_stays_learnt_once_when_what_came_late_makes_the_rest_anew(town, warmth) -> None:
    """It is learnt of years, and forecasts are made anew of the last 60 days."""
    station(town, "near", 53.9, 9 + warmth)
    kept(town.url)
    with connect(town.url, DatabaseRole.JOBS) as jobs:
        before = read_standing(jobs).weather["park"].sums
    stream = town.one("SELECT id FROM datastream WHERE quantity = 'fill_level' ORDER BY id LIMIT 1")
    late = MIDNIGHT - 20 * DAY
    town.owner.execute("SELECT make_partition('batch', %s)", (datetime.now(UTC),))
    town.owner.execute(
        "INSERT INTO batch (received_at, slot, message_count, touched_datastreams, touched_hours)"
        " VALUES (%s, 0, 1, %s, %s)",
        (datetime.now(UTC), [stream], [late]),
    )
    report = run_job(town.url, "forecast", NOW + DAY)
    assert report.state == "done", report.detail
    assert report.detail["days_made_anew"] > 50
    with connect(town.url, DatabaseRole.JOBS) as jobs:
        after = read_standing(jobs).weather["park"].sums
    assert after == before, "the week is not over"


def test_what_is_learnt_is_kept_and_read_again(town, warmth: np.ndarray) -> None:
    station(town, "near", 53.9, 9 + warmth)
    kept(town.url)
    with connect(town.url, DatabaseRole.JOBS) as jobs:
        weather = read_standing(jobs).weather
    assert set(weather) == {"park"}
    assert isinstance(weather["park"], Learning)
    assert weather["park"].sums != Sums()
    assert all(spent > 0 for _, _, spent in weather["park"].week)
    assert effects_of({"park": weather["park"].sums})["park"].warm == pytest.approx(WARM, abs=0.02)
