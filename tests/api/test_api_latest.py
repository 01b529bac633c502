"""The newest of everything for a map, and what happened at a place."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from psycopg.types.json import Jsonb


@pytest.fixture(scope="module")
def bins(town, home) -> list[int]:
    """Three bins beside the home of every view; the third was never heard, a fourth is gone."""
    now = datetime.now(UTC)
    streams = []
    for number in range(4):
        town.place(f"bin-{number}", "bin_site", lon=-1.5 - number / 100, lat=53.7)
        town.device(f"bin-sensor-{number}", heard=now if number < 2 else None, interval_s=3600, profile="bin")
        gone = now - timedelta(days=1) if number == 3 else None
        deployment = town.deploy(f"bin-sensor-{number}", f"bin-{number}", now - timedelta(days=10), gone)
        streams.append(town.stream(deployment, "fill_level", "%"))
        if number != 2:
            town.readings(streams[-1], [(now - timedelta(minutes=5), 10.0 * number)])
    return streams


def test_everything_that_is_somewhere_now(admin: httpx.Client, home, bins: list[int]) -> None:
    found = {item["datastream"]: item for item in admin.get("/v1/latest").json()["items"]}
    assert set(found) == {home.temperature, home.humidity, *bins[:3]}
    room = found[home.humidity]
    assert (room["place"], room["home"], room["lon"], room["lat"]) == (home.room, home.id, -1.55, 53.8)
    assert (room["value"], room["unit"]) == (77.0, "%")
    assert room["health"] in ("live", "late")  # heard a quarter of an hour ago, or up to five
    silent = found[bins[2]]
    assert (silent["value"], silent["time"], silent["health"]) == (None, None, "silent")
    assert (found[bins[1]]["value"], found[bins[1]]["health"], found[bins[1]]["home"]) == (10.0, "live", None)


def test_a_part_of_the_map_and_one_quantity(admin: httpx.Client, home, bins: list[int]) -> None:
    inside = admin.get("/v1/latest", params={"bbox": "-1.515,53.6,-1.4,53.75"}).json()["items"]
    assert [item["datastream"] for item in inside] == bins[:2]
    damp = admin.get("/v1/latest", params={"quantity": "relative_humidity"}).json()["items"]
    assert [item["datastream"] for item in damp] == [home.humidity]
    assert admin.get("/v1/latest", params={"bbox": "1,2,3"}).status_code == 400


def test_as_geojson(admin: httpx.Client, home, bins: list[int]) -> None:
    for path, count in (("/v1/latest?f=geojson&quantity=fill_level", 3), ("/v1/places?f=geojson&kind=bin_site", 4)):
        answer = admin.get(path)
        assert answer.headers["content-type"] == "application/geo+json"
        found = answer.json()
        assert (found["type"], len(found["features"]), found["next"]) == ("FeatureCollection", count, None)
        first = found["features"][0]
        assert first["geometry"] == {"type": "Point", "coordinates": [-1.5, 53.7]}
        assert first["properties"]["id" if "places" in path else "place"]
    assert admin.get("/v1/places?f=geojson&kind=room").json()["features"][0]["geometry"] is None


def test_pages_hold_everything_once(admin: httpx.Client, home, bins: list[int]) -> None:
    seen, cursor = [], None
    while True:
        page = admin.get("/v1/latest", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["datastream"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sorted([home.temperature, home.humidity, *bins[:3]])


def test_homes_on_the_map_are_kept_in_the_audit(admin: httpx.Client, town, home, bins: list[int]) -> None:
    admin.get("/v1/latest", params={"quantity": "fill_level"})
    before = len(town.audit())
    admin.get("/v1/latest", params={"quantity": "relative_humidity"})
    admin.get(f"/v1/places/{home.id}/timeline")
    assert [(row[2], row[3]) for row in town.audit()[before:]] == [
        ("readings", {"what": "latest", "homes": [home.id]}),
        ("places", {"what": "timeline", "homes": [home.id]}),
    ]


@pytest.fixture(scope="module")
def happened(town) -> str:
    """A home in whose bedroom much happened in March 2026, over the day when the clocks change."""
    place, room = town.place("much"), town.place("much/bed", "room", parent="much")
    town.device("first")
    town.device("second")
    town.deploy("first", room, datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC))
    deployment = town.deploy("second", room, datetime(2026, 3, 20, tzinfo=UTC), f_rsi=0.7)
    stream = town.stream(deployment, "co2", "ppm")
    town.connection.execute(
        "INSERT INTO reading_day (datastream_id, day, count, sum, mean, min, max, first, last)"
        " SELECT %s, d, 96, 48000, 500, 400, 600, 450, 550"
        " FROM generate_series('2026-03-20'::date, '2026-03-31', '1 day') d",
        (stream,),
    )
    town.alert(room, datetime(2026, 3, 5, tzinfo=UTC), cleared_at=datetime(2026, 3, 15, tzinfo=UTC))
    town.connection.execute(
        "INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version, opened_at,"
        " updated_at, changed_by) VALUES ('device', 'second', 'silent', 'act', 'Not heard.', %s, 'x', '1', %s, %s, 1)",
        (Jsonb({}), datetime(2026, 3, 25, 12, tzinfo=UTC), datetime(2026, 3, 25, 12, tzinfo=UTC)),
    )
    for device, day in (("first", 10), ("first", 21), ("second", 21)):  # the second is of a device that had left
        town.connection.execute(
            "INSERT INTO device_event VALUES (%s, %s, 'joined', 'again', 1)",
            (device, datetime(2026, 3, day, tzinfo=UTC)),
        )
    return place


def test_a_timeline_tells_what_happened(admin: httpx.Client, happened: str) -> None:
    found = admin.get(f"/v1/places/{happened}/timeline").json()["items"]
    assert found == sorted(found, key=lambda item: item["at"], reverse=True)
    others = [(item["at"], item["what"], item["device"]) for item in found if item["what"] != "day"]
    assert others == [
        ("2026-03-25T12:00:00Z", "alert_opened", "second"),
        ("2026-03-21T00:00:00Z", "event", "second"),
        ("2026-03-20T00:00:00Z", "deployed", "second"),
        ("2026-03-20T00:00:00Z", "removed", "first"),
        ("2026-03-15T00:00:00Z", "alert_cleared", None),
        ("2026-03-10T00:00:00Z", "event", "first"),
        ("2026-03-05T00:00:00Z", "alert_opened", None),
        ("2026-03-01T09:00:00Z", "deployed", "first"),
    ]
    days = [item for item in found if item["what"] == "day"]
    assert len(days) == 12
    assert [day["at"] for day in days][:3] == ["2026-03-30T23:00:00Z", "2026-03-29T23:00:00Z", "2026-03-29T00:00:00Z"]
    assert days[0]["detail"].items() >= {"quantity": "co2", "unit": "ppm", "count": 96, "mean": 500.0}.items()
    assert {item["place"] for item in found} == {"much/bed"}


def test_a_timeline_of_a_time_and_in_pages(admin: httpx.Client, happened: str) -> None:
    path = f"/v1/places/{happened}/timeline"
    part = admin.get(path, params={"datetime": "2026-03-05T00:00:00Z/2026-03-20T00:00:00Z"}).json()["items"]
    assert [item["what"] for item in part] == ["alert_cleared", "event", "alert_opened"]
    everything, pages, cursor = admin.get(path).json()["items"], [], None
    while True:
        page = admin.get(path, params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        assert 0 < len(page["items"]) <= 3
        pages += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert pages == everything


def test_a_timeline_of_nothing(admin: httpx.Client, town, happened: str) -> None:
    town.place("quiet")
    assert admin.get("/v1/places/quiet/timeline").json() == {"items": [], "next": None}
    assert admin.get("/v1/places/nowhere/timeline").status_code == 404
