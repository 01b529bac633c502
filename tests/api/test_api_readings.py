"""Readings of places: half-open intervals, buckets, days when the clocks change, pages that miss nothing."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import pytest

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass(frozen=True)
class Readings:
    """A home with two rooms over two days of March 2026, and a mast over the days when the clocks change."""

    bedroom: int
    kitchen: int
    moved: int
    values: dict[int, dict[datetime, float]]


@pytest.fixture(scope="module")
def readings(town) -> Readings:
    start = at("2026-03-01T00:00Z")
    town.place("home-1", uprn="1")
    town.place("home-1/bedroom", "room", parent="home-1")
    town.place("home-1/kitchen", "room", parent="home-1")
    town.place("home-2", uprn="2")
    town.place("mast", "weather_station")
    streams = {}
    for number, place in enumerate(["home-1/bedroom", "home-1/kitchen", "home-2", "mast"]):
        town.device(f"device-{number}")
        streams[place] = town.stream(
            town.deploy(f"device-{number}", place, at("2025-01-01T00:00Z"), at("2026-03-02T00:00Z")),
            "air_temperature", "Cel",
        )  # fmt: skip
    moved = town.stream(
        town.deploy("device-2", "home-1/kitchen", at("2026-03-02T00:00Z")), "relative_humidity", "%", "1"
    )
    chance = random.Random(7)  # quarters of a degree, which add up exactly in any order
    values = {
        stream: {
            start + index * QUARTER: chance.randrange(40, 100) / 4 for index in range(192) if chance.random() < 0.9
        }
        for stream in (streams["home-1/bedroom"], streams["home-1/kitchen"], moved)
    }
    values[streams["home-2"]] = {start: 1.0}
    autumn, spring = at("2025-10-25T23:00Z"), at("2026-03-29T00:00Z")
    values[streams["mast"]] = {autumn + index * HOUR: 1.0 for index in range(-24, 49)} | {
        spring + index * HOUR: 2.0 for index in range(-24, 47)
    }
    for stream, found in values.items():
        town.readings(stream, list(found.items()))
    return Readings(bedroom=streams["home-1/bedroom"], kitchen=streams["home-1/kitchen"], moved=moved, values=values)


def items(client: httpx.Client, path: str, **parameters: object) -> list[dict]:
    answer = client.get(path, params={"limit": 10_000, **parameters})
    assert answer.status_code == 200, answer.text
    assert answer.json()["next"] is None
    return answer.json()["items"]


def test_the_shape_of_a_reading(admin: httpx.Client, readings: Readings) -> None:
    found = items(admin, "/v1/places/home-2/readings")
    assert found == [
        {
            "time": "2026-03-01T00:00:00Z",
            "quantity": "air_temperature",
            "unit": "Cel",
            "value": 1.0,
            "datastream": found[0]["datastream"],
            "channel": "",
            "place": "home-2",
        }
    ]


def test_a_home_gives_its_own_and_its_rooms_readings_in_order(admin: httpx.Client, readings: Readings) -> None:
    found = items(admin, "/v1/places/home-1/readings")
    expected = sorted(
        (time, stream)
        for stream in (readings.bedroom, readings.kitchen, readings.moved)
        for time in readings.values[stream]
    )
    assert [(at(item["time"]), item["datastream"]) for item in found] == expected
    assert all(item["value"] == readings.values[item["datastream"]][at(item["time"])] for item in found)
    assert {item["place"] for item in found} == {"home-1/bedroom", "home-1/kitchen"}
    assert {item["channel"] for item in found if item["datastream"] == readings.moved} == {"1"}


def test_a_room_gives_its_own(admin: httpx.Client, readings: Readings) -> None:
    for path in ("/v1/places/home-1/bedroom/readings", "/v1/places/home-1%2Fbedroom/readings"):
        assert {item["datastream"] for item in items(admin, path)} == {readings.bedroom}


def test_one_quantity_or_several(admin: httpx.Client, readings: Readings) -> None:
    path = "/v1/places/home-1/readings"
    humidity = items(admin, path, quantity="relative_humidity")
    assert {item["datastream"] for item in humidity} == {readings.moved}
    both = items(admin, path, quantity="relative_humidity,air_temperature")
    assert both == items(admin, path)
    assert items(admin, path, quantity="co2") == []


def test_readings_of_datastreams(admin: httpx.Client, readings: Readings) -> None:
    found = items(admin, "/v1/readings", datastream=f"{readings.moved},{readings.bedroom},{readings.bedroom}")
    expected = sorted(
        (time, stream) for stream in (readings.bedroom, readings.moved) for time in readings.values[stream]
    )
    assert [(at(item["time"]), item["datastream"]) for item in found] == expected


@pytest.mark.parametrize(
    ("interval", "first", "last"),
    [
        ("2026-03-01T01:00:00Z/2026-03-01T02:00:00Z", "2026-03-01T01:00Z", "2026-03-01T02:00Z"),
        ("2026-03-01T01:00:00+01:00/2026-03-01T02:00:00+01:00", "2026-03-01T00:00Z", "2026-03-01T01:00Z"),
        ("2026-03-01T01:00:00.000001Z/2026-03-01T02:00:00.000001Z", "2026-03-01T01:01Z", "2026-03-01T02:01Z"),
        ("../2026-03-01T02:00:00Z", "2000-01-01T00:00Z", "2026-03-01T02:00Z"),
        ("/2026-03-01T02:00:00Z", "2000-01-01T00:00Z", "2026-03-01T02:00Z"),
        ("2026-03-02T12:00:00Z/..", "2026-03-02T12:00Z", "2100-01-01T00:00Z"),
        ("2026-03-02T12:00:00Z/", "2026-03-02T12:00Z", "2100-01-01T00:00Z"),
        ("../..", "2000-01-01T00:00Z", "2100-01-01T00:00Z"),
        ("0001-01-01T00:00:00Z/9999-12-31T23:59:59.999999Z", "2000-01-01T00:00Z", "2100-01-01T00:00Z"),
        ("2030-01-01T00:00:00Z/2031-01-01T00:00:00Z", "2030-01-01T00:00Z", "2031-01-01T00:00Z"),
    ],
)
def test_intervals_are_half_open(admin: httpx.Client, readings: Readings, interval: str, first: str, last: str) -> None:
    found = items(admin, "/v1/places/home-1/bedroom/readings", datetime=interval)
    expected = [time for time in sorted(readings.values[readings.bedroom]) if at(first) <= time < at(last)]
    assert [at(item["time"]) for item in found] == expected


@pytest.mark.parametrize(
    "interval",
    [
        "", "..", "2026-03-01T00:00:00Z", "2026-03-01/2026-03-02", "2026-03-01T00:00:00/2026-03-02T00:00:00",
        "2026-03-02T00:00:00Z/2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z/2026-03-01T00:00:00Z", "a/b",
        "2026-03-01T00:00:00Z/../..", "0001-01-01T00:00:00+14:00/..", "9999-12-31T23:59:59-01:00/..",
        "2026-02-30T00:00:00Z/..", "2026-03-01T00:00:00 01:00/..",
    ],
)  # fmt: skip
def test_intervals_that_mean_nothing_are_refused(admin: httpx.Client, readings: Readings, interval: str) -> None:
    answer = admin.get("/v1/places/home-1/readings", params={"datetime": interval})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["datetime"]


@pytest.mark.parametrize(
    ("bucket", "width"),
    [
        ("PT15M", QUARTER),
        ("PT1H", HOUR),
        ("PT60M", HOUR),
        ("PT1H30M", 1.5 * HOUR),
        ("PT6H", 6 * HOUR),
        ("PT24H", 24 * HOUR),
    ],
)
def test_buckets_agree_with_their_readings(
    admin: httpx.Client, readings: Readings, bucket: str, width: timedelta
) -> None:
    first, last = at("2026-03-01T03:10Z"), at("2026-03-02T20:40Z")
    path, interval = "/v1/places/home-1/readings", f"{first:%Y-%m-%dT%H:%MZ}/{last:%Y-%m-%dT%H:%MZ}"
    found = items(admin, path, datetime=interval, bucket=bucket)
    epoch = at("2000-01-01T00:00Z")
    groups: dict[tuple[datetime, int], list[float]] = {}
    for item in items(admin, path, datetime=interval):
        start = epoch + (at(item["time"]) - epoch) // width * width
        groups.setdefault((start, item["datastream"]), []).append(item["value"])
    assert [(at(item["from"]), item["datastream"]) for item in found] == sorted(groups)
    for item in found:
        values = groups[at(item["from"]), item["datastream"]]
        assert at(item["to"]) - at(item["from"]) == width
        assert item["count"] == len(values)
        assert item["sum"] == pytest.approx(sum(values))
        assert item["mean"] == pytest.approx(sum(values) / len(values))
        assert (item["min"], item["max"]) == (min(values), max(values))
    assert set(found[0]) == {
        "from", "to", "quantity", "unit", "count", "mean", "min", "max", "sum", "time_mean", "total", "datastream",
        "channel", "place",
    }  # fmt: skip


@pytest.mark.parametrize(
    "bucket", ["", "PT", "PT0H", "PT0M", "PT25H", "P2D", "P1Y", "1H", "PT1S", "pt1h", "PT1.5H", "PT-1H", "PT１H"]
)
def test_other_buckets_are_refused(admin: httpx.Client, readings: Readings, bucket: str) -> None:
    answer = admin.get("/v1/places/home-1/readings", params={"bucket": bucket})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["bucket"]


def test_civil_days_have_23_or_25_hours_where_the_clocks_change(admin: httpx.Client, readings: Readings) -> None:
    autumn = items(
        admin, "/v1/places/mast/readings", bucket="P1D", datetime="2025-10-24T23:00:00Z/2025-10-28T00:00:00Z"
    )
    assert [(item["from"], item["to"], item["count"]) for item in autumn] == [
        ("2025-10-24T23:00:00Z", "2025-10-25T23:00:00Z", 24),
        ("2025-10-25T23:00:00Z", "2025-10-27T00:00:00Z", 25),
        ("2025-10-27T00:00:00Z", "2025-10-28T00:00:00Z", 24),
    ]
    spring = items(
        admin, "/v1/places/mast/readings", bucket="P1D", datetime="2026-03-28T00:00:00Z/2026-03-30T23:00:00Z"
    )
    assert [(item["from"], item["to"], item["count"]) for item in spring] == [
        ("2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z", 24),
        ("2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z", 23),
        ("2026-03-29T23:00:00Z", "2026-03-30T23:00:00Z", 24),
    ]
    utc = items(admin, "/v1/places/mast/readings", bucket="PT24H", datetime="2026-03-28T00:00:00Z/2026-03-30T00:00:00Z")
    assert [item["count"] for item in utc] == [24, 24]


def test_civil_weeks_begin_on_monday_and_months_on_the_first(admin: httpx.Client, readings: Readings) -> None:
    weeks = items(admin, "/v1/places/mast/readings", bucket="P1W")
    assert [(item["from"], item["to"]) for item in weeks][:2] == [
        ("2025-10-19T23:00:00Z", "2025-10-27T00:00:00Z"),
        ("2025-10-27T00:00:00Z", "2025-11-03T00:00:00Z"),
    ]
    months = items(admin, "/v1/places/mast/readings", bucket="P1M")
    assert [(item["from"], item["to"], item["count"]) for item in months] == [
        ("2025-09-30T23:00:00Z", "2025-11-01T00:00:00Z", 73),
        ("2026-03-01T00:00:00Z", "2026-03-31T23:00:00Z", 71),
    ]


@pytest.mark.parametrize("bucket", [None, "PT15M", "PT6H", "P1D"])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_hold_everything_once(admin: httpx.Client, readings: Readings, bucket: str | None, limit: int) -> None:
    path = "/v1/places/home-1/readings"
    interval = "2026-03-01T05:07:00Z/2026-03-01T11:00:00Z" if limit == 1 else "2026-03-01T05:07:00Z/.."
    parameters = {"datetime": interval, "limit": limit} | ({"bucket": bucket} if bucket else {})
    found, cursor = [], None
    while True:
        page = admin.get(path, params=parameters | ({"cursor": cursor} if cursor else {})).json()
        assert 0 < len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    everything = items(admin, path, **{**parameters, "limit": 10_000})
    assert found == everything
    assert len(found) > limit or bucket == "P1D" or limit == 100


def test_a_place_without_readings(admin: httpx.Client, town, readings: Readings) -> None:
    town.place("empty")
    assert items(admin, "/v1/places/empty/readings") == []
    assert items(admin, "/v1/places/empty/readings", bucket="PT1H") == []


def test_the_api_role_reads_only_through_the_functions(admin: httpx.Client, readings: Readings, town) -> None:
    plan = town.connection.execute(
        "SELECT has_table_privilege('hereabouts_api', 'reading', 'SELECT'),"
        " has_table_privilege('hereabouts_api', 'latest', 'SELECT')"
    ).fetchone()
    assert plan == (False, False)


def test_times_keep_their_microseconds(admin: httpx.Client, town, readings: Readings) -> None:
    town.place("exact")
    town.device("exact")
    stream = town.stream(town.deploy("exact", "exact", at("2026-01-01T00:00Z")), "co2", "ppm")
    times = [at("2026-03-01T00:00:00.000001Z"), at("2026-03-01T00:00:00.000002Z"), at("2026-03-01T00:00:00.5Z")]
    town.readings(stream, [(time, 400.0) for time in times])
    path = "/v1/places/exact/readings"
    assert [at(item["time"]) for item in items(admin, path)] == times
    first = admin.get(path, params={"limit": 1}).json()
    assert first["items"][0]["time"] == "2026-03-01T00:00:00.000001Z"
    rest = admin.get(path, params={"limit": 2, "cursor": first["next"]}).json()
    assert [at(item["time"]) for item in rest["items"]] == times[1:]
    assert all(item["time"].endswith("Z") for item in rest["items"])
