"""The job that fetches the weather outside, against a stand-in that answers as the service's documentation says."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import orjson
import psycopg
import pytest

from hereabouts_ingest.desk import Desk
from hereabouts_ingest.posts import drain_posts
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.registry import job_named, jobs_for
from hereabouts_platform.jobs.run import JobReport, run_due
from hereabouts_platform.jobs.weather_service import WeatherAway, WeatherService, coming_of
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.weather import coming_at, hand_in

HOUR = timedelta(hours=1)


@dataclass
class Sky:
    """What was asked, and the status to answer with in place of hours, or of those to come alone."""

    asked: list[dict[str, str]] = field(default_factory=list)
    trouble: int | None = None
    trouble_ahead: int | None = None

    def answer(self, question: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.asked.append(question)
        if self.trouble is not None:
            return self.trouble, {"error": True, "reason": "Too many requests"}
        first, last = (datetime.fromisoformat(question[end]) for end in ("start_hour", "end_hour"))
        if self.trouble_ahead is not None and last - first == 167 * HOUR:
            return self.trouble_ahead, {"error": True}
        hours = [first + n * HOUR for n in range((last - first) // HOUR + 1)]
        return 200, {
            "latitude": float(question["latitude"]),
            "longitude": float(question["longitude"]),
            "generationtime_ms": 0.1 * len(self.asked),
            "utc_offset_seconds": 0,
            "hourly_units": {
                "time": "iso8601", "temperature_2m": "°C", "relative_humidity_2m": "%", "precipitation": "mm",
            },
            "hourly": {
                "time": [f"{at:%Y-%m-%dT%H:%M}" for at in hours],
                "temperature_2m": [float(at.hour) for at in hours],
                "relative_humidity_2m": [80 for _ in hours],
                "precipitation": [0.2 for _ in hours],
            },
        }  # fmt: skip


@pytest.fixture
def sky() -> Sky:
    return Sky()


@pytest.fixture
def service(sky: Sky) -> Iterator[WeatherService]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            question = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            status, answer = sky.answer(question)
            data = orjson.dumps(answer)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield WeatherService(url=f"http://127.0.0.1:{server.server_port}/v1/forecast", stations=("w1",), key="k-1")
        server.shutdown()
        thread.join()


@pytest.fixture
def station(owner: Connection) -> Connection:
    owner.execute("INSERT INTO place (id, kind, name, lon, lat) VALUES ('w1', 'weather_station', 'Roof', -1.55, 53.8)")
    return owner


def run(database_url: str, service: WeatherService | None, now: datetime) -> JobReport:
    (report,) = run_due(database_url, job_named("weather", jobs_for(Outside(weather=service))), now)
    return report


def take_in(database_url: str, spool: Path) -> int:
    desk = Desk(IngestSettings(database_url=database_url, mqtt_host="", mqtt_port=0, spool_dir=spool))
    try:
        return drain_posts(desk)
    finally:
        desk.close()


def told(owner: Connection) -> dict[str, tuple[int, datetime, float]]:
    """Of each quantity at the station: how many readings, the newest, its value."""
    return {
        quantity: (count, newest, value)
        for quantity, count, newest, value in owner.execute(
            "SELECT s.quantity, count(*), max(r.time), (array_agg(r.value ORDER BY r.time DESC))[1] FROM reading r"
            " JOIN datastream s ON s.id = r.datastream_id JOIN deployment d ON d.id = s.deployment_id"
            " WHERE d.place_id = 'w1' GROUP BY 1"
        )
    }


def test_hours_come_in_by_the_door_and_those_missed_are_asked_for(
    database_url: str, station: Connection, sky: Sky, service: WeatherService, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    newest = now.replace(minute=0, second=0, microsecond=0)
    first = run(database_url, service, now)
    assert (first.state, first.detail) == ("done", {"stations": 1, "handed_in": 1, "hours": 721, "waiting": 0})
    (asked,) = sky.asked
    assert asked | {"start_hour": "", "end_hour": ""} == {
        "latitude": "53.8000", "longitude": "-1.5500", "timezone": "GMT", "apikey": "k-1",
        "hourly": "temperature_2m,relative_humidity_2m,precipitation", "start_hour": "", "end_hour": "",
    }  # fmt: skip
    assert asked["end_hour"] == f"{newest:%Y-%m-%dT%H:%M}"
    assert run_due(database_url, job_named("weather", jobs_for(Outside(weather=service))), now) == []  # done already
    # ingest is away: what waits is not asked for twice
    assert run(database_url, service, now + HOUR).detail["waiting"] == 1
    assert take_in(database_url, tmp_path) == 1
    found = told(station)
    assert found["air_temperature"] == (721, newest, float(newest.hour))
    assert found["rainfall"] == (721, newest - HOUR, 0.2)  # of the hour before, so it stands at that hour's start
    # nothing is missing, so nothing is asked; three hours on, those three
    assert run(database_url, service, now - HOUR).detail["hours"] == 0
    report = run(database_url, service, now + 3 * HOUR)
    assert (report.detail["hours"], sky.asked[-1]["start_hour"]) == (3, f"{newest + HOUR:%Y-%m-%dT%H:%M}")
    accounts = station.execute(
        "SELECT sum(c.received), sum(c.stored) FROM ingest_count c JOIN source s ON s.id = c.source_id"
        " WHERE s.name = 'weather'"
    ).fetchone()
    assert accounts == (1, 1)
    assert station.execute("SELECT envelope FROM source WHERE name = 'weather'").fetchone() == ("open_meteo",)


def test_where_there_are_bins_the_days_to_come_are_asked_for_and_kept_apart(
    database_url: str, station: Connection, sky: Sky, service: WeatherService
) -> None:
    station.execute("INSERT INTO place (id, kind, name, lon, lat) VALUES ('b1', 'bin_slot', 'Bin', -1.55, 53.8)")
    now = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)
    assert run(database_url, service, now).detail["handed_in"] == 1
    asked = [(one["start_hour"], one["end_hour"]) for one in sky.asked]
    assert asked == [("2026-02-01T14:00", "2026-03-03T14:00"), ("2026-03-03T15:00", "2026-03-10T14:00")]
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        first = coming_at(jobs, ["w1", "w2"])["w1"]
    assert first.first_at == datetime(2026, 3, 3, 15, tzinfo=UTC)
    assert first.temperature[:2] == (15.0, 16.0)
    assert (len(first.rain_mm), first.rain_mm[-2:]) == (168, (0.2, None)), "rain is that of the hour before"
    sky.trouble_ahead = 503
    failed = run(database_url, service, now + HOUR)
    assert failed.detail["error"].startswith(
        "Of w1 the days to come are not known: the weather service answered 503 Service Unavailable."
    )
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        assert coming_at(jobs, ["w1"]) == {"w1": first}, "what was told before stands"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hourly_units": {"temperature_2m": "°F", "precipitation": "mm"}}, "in °C and mm"),
        ({"hourly_units": None}, "in °C and mm"),
        ({"utc_offset_seconds": 3600}, "in °C and mm"),
        ({"hourly": {"time": ["2026-03-03T15:00"], "temperature_2m": ["mild"], "precipitation": [0]}}, "in °C and mm"),
        ({"hourly": {"time": ["2026-03-03T16:00"], "temperature_2m": [9], "precipitation": [0]}}, "other hours"),
        ({"hourly": {"time": ["2026-03-03T15:00"], "temperature_2m": [], "precipitation": [0]}}, "other hours"),
    ],
)
def test_hours_to_come_that_cannot_be_read_are_not_taken(sky: Sky, change: dict, says: str) -> None:
    first = datetime(2026, 3, 3, 15, tzinfo=UTC)
    hours = {"start_hour": "2026-03-03T15:00", "end_hour": "2026-03-03T16:00", "latitude": "53", "longitude": "-1"}
    answer = sky.answer(hours)[1]
    assert coming_of(orjson.dumps(answer), first).temperature == (15.0, 16.0)
    with pytest.raises(WeatherAway, match=says):
        coming_of(orjson.dumps(answer | change), first)
    with pytest.raises(WeatherAway):
        coming_of(b"\xff", first)


def test_a_service_out_of_reach_fails_in_words_and_loses_no_hour(
    database_url: str, station: Connection, sky: Sky, service: WeatherService
) -> None:
    now = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)
    sky.trouble = 429
    failed = run(database_url, service, now)
    assert failed.state == "failed"
    assert failed.detail["error"] == (
        "Of w1 the weather service answered 429 Too Many Requests. The next run asks for the hours that are missing."
    )
    nobody = replace(service, url="http://127.0.0.1:9/v1/forecast", stations=("w1", "h1"))
    failed = run(database_url, nobody, now + HOUR)
    assert failed.detail["error"].startswith(
        "h1 is no weather station with a position. Of w1 the weather service could"
    )
    assert "k-1" not in failed.detail["error"]
    sky.trouble = None
    assert run(database_url, service, now + 2 * HOUR).detail["hours"] == 721


def test_without_a_service_the_job_says_that_nobody_set_it_up(database_url: str, owner: Connection) -> None:
    report = run(database_url, None, datetime(2026, 3, 3, 14, 5, tzinfo=UTC))
    assert report.state == "done"
    assert report.detail == {"not_set_up": "No weather service is set up (HEREABOUTS_WEATHER_URL)."}
    assert owner.execute("SELECT count(*) FROM source WHERE name = 'weather'").fetchone() == (0,)


def test_the_jobs_hand_in_weather_for_weather_stations_alone(database_url: str, station: Connection) -> None:
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        by = principal_named(jobs, "system:jobs")
        with pytest.raises(psycopg.errors.CheckViolation), acting(jobs, by.id):
            hand_in(jobs, "h1", b"{}", datetime.now(UTC))
        station.execute("INSERT INTO device (id, profile_id) VALUES ('open_meteo:w1', 'plain')")
        station.execute(
            "INSERT INTO deployment (device_id, place_id, from_at) VALUES ('open_meteo:w1', 'h1', '2020-01-01Z')"
        )
        with pytest.raises(psycopg.errors.CheckViolation), acting(jobs, by.id):
            hand_in(jobs, "w1", b"{}", datetime.now(UTC))
        station.execute("DELETE FROM deployment WHERE device_id = 'open_meteo:w1'")
        station.execute(
            "INSERT INTO deployment (device_id, place_id, from_at, to_at)"
            " VALUES ('open_meteo:w1', 'w1', 'epoch', '2026-01-01Z')"
        )
        with acting(jobs, by.id):
            assert hand_in(jobs, "w1", b"{}", datetime.now(UTC))
        assert station.execute("SELECT to_at FROM deployment WHERE place_id = 'w1'").fetchall() == [(None,)]
        station.execute("UPDATE source SET enabled = false WHERE name = 'weather'")
        with acting(jobs, by.id):
            assert not hand_in(jobs, "w1", b"{}", datetime.now(UTC))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            jobs.execute("INSERT INTO post (post_id, index, source_id, topic, payload, received_at, principal_id)"
                         " VALUES (1, 0, 1, 't', '', now(), 1)")  # fmt: skip
