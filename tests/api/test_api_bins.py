"""Forecasts of bins as people see them: the list, one bin, the page of a bin and of a site, and who may."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from people import clients
from psycopg.types.json import Jsonb

from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_schemas.access import Role
from hereabouts_schemas.times import LONDON

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FLEET = """
INSERT INTO vehicle VALUES ('v1', 'RCV 1', 'rcv26', '[{"streams": ["general"], "litres": 9000, "kg": 5000}]', '{}',
    'gb_domestic', 'yard', 'yard', 100, 90, 2500);
INSERT INTO crew VALUES ('red', 'daily', 'Red', 'v1', '{1,2,3,4,5,6,7}', NULL, '06:00', '14:00'),
    ('blue', '2020-01-01', 'Blue', 'v1', NULL, '2020-01-01', '06:00', '14:00');
"""
VISIT = """
WITH p AS (INSERT INTO round_plan (day, depot, version, state, made_at, made_by, published_at, roads, attribution,
    matrix_sha256, of_homes, published)
    VALUES (%(day)s, 'yard', 1, 'published', now(), 1, now(), '', '', '{}', false, '{}') RETURNING id)
INSERT INTO visit (day, key, plan_id, place_id, of_home, name, lon, lat, must, prize_p, service_s, reason, says, crews)
SELECT %(day)s, place, id, place, false, '', 0, 0, true, 0, 0, 'manual', '', '{red}'
FROM p, unnest(%(places)s::text[]) AS place
"""
TOLD = """
INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id)
SELECT id, place_id, %(kind)s, %(at)s, %(kind)s FROM visit WHERE place_id = %(place)s
"""


@pytest.fixture(scope="module")
def bins(town, database_url: str) -> None:
    """A market with two bins of one stream that fill by 1 % an hour and are emptied each fourth day; at a home one that
    does the same, one whose sensor sends nonsense and whose crew are disputed, and one that nothing measures.
    """
    town.connection.execute("SELECT set_config('hereabouts.principal', '1', false)")
    town.place("yard", "depot", lon=-1.5, lat=53.8)
    town.place("market", "bin_site", lon=-1.51, lat=53.81)
    town.place("home-1", "home", lon=-1.52, lat=53.82)
    for name, parent in (("market/a", "market"), ("market/b", "market"), ("at-home", "home-1"), ("odd", "market")):
        place = {} if name != "odd" else {"lon": -2.5, "lat": 52.8}
        facts = {"capacity_l": 600 if name == "market/b" else 200, "stream": "glass" if name == "odd" else "general"}
        town.place(name, "bin_slot", parent=parent, attributes=Jsonb(facts), **place)
        stream = town.stream(town.deploy(town.device(name), name, NOW - 40 * DAY), "fill_level", "%")
        ahead = 40 if name == "market/b" else 0
        readings = [(NOW - n * HOUR, float((96 * 9 + 40 + ahead - n) % 96)) for n in range(30 * 24)]
        if name == "odd":
            readings = [(at, 60.0 if n % 12 else 250.0) for n, (at, _) in enumerate(readings)]
        town.readings(stream, readings[::-1])
    town.place("mute", "bin_slot", lon=-1.5, lat=53.8)
    town.connection.execute("INSERT INTO area (code, vintage, kind, name) VALUES ('E05009999', '2023', 'ward', 'Mart')")
    town.connection.execute(
        "INSERT INTO place_area SELECT p, 'E05009999', '2023' FROM unnest('{market,mute}'::text[]) p"
    )
    town.place("lost", "bin_slot", attributes=Jsonb({"capacity_l": -1}))
    town.connection.execute(FLEET.encode())
    places = {"day": datetime.now(LONDON).date(), "places": ["market/a", "odd", "at-home"]}
    town.connection.execute(VISIT, places)
    town.connection.execute(TOLD, {"kind": "emptied", "at": NOW - 10 * HOUR, "place": "odd"})
    town.connection.execute(TOLD, {"kind": "not_full", "at": NOW - 9 * HOUR, "place": "odd"})
    report = run_job(database_url, "forecast", NOW)
    assert report.state == "done", report.detail
    assert report.detail["to_look_at"] == 1


@pytest.fixture(scope="module")
def client(database_url: str, address: str, bins: None) -> Iterator[Callable[..., httpx.Client]]:
    with clients(database_url, address) as make:
        yield make


def all_bins(somebody: httpx.Client, **asked: object) -> dict[str, dict]:
    answer = somebody.get("/v1/bins", params=asked)
    assert answer.status_code == 200, answer.text
    return {one["place"]: one for one in answer.json()["items"]}


def test_a_bin_says_its_level_its_limits_and_its_chance(admin: httpx.Client, bins: None) -> None:
    found = all_bins(admin)
    assert set(found) == {"at-home", "lost", "market/a", "market/b", "mute", "odd"}
    one = admin.get("/v1/bins/market/b").json()
    assert {name: one[name] for name in ("site", "stream", "group", "capacity_l", "measured", "home", "look_at")} == {
        "site": "market", "stream": "general", "group": "general", "capacity_l": 600, "measured": True, "home": None,
        "look_at": [],
    }  # fmt: skip
    assert one["level_p50"] == pytest.approx(79.5, abs=3)
    assert one["level_p50"] <= one["level_p90"] <= 100
    assert [reach["limit"] for reach in one["reaches"]] == [50, 80, 100]
    assert one["reaches"][0]["p50_at"] == one["made_at"], "it is over a half already"
    assert all(reach["p90_at"] <= reach["p50_at"] for reach in one["reaches"])
    full_at = datetime.fromisoformat(one["reaches"][2]["p50_at"])
    assert timedelta(hours=10) < full_at - NOW < timedelta(hours=40)
    tomorrow = datetime.fromisoformat(one["overflow_by"])
    assert (tomorrow.astimezone(LONDON).hour, one["depot"], one["overflow_before"]) == (6, "yard", "next_round")
    assert NOW < tomorrow <= NOW + 25 * HOUR
    assert found["market/a"]["overflow_chance"] < one["overflow_chance"] <= 1
    assert datetime.fromisoformat(one["emptied_at"]) == NOW - 80 * HOUR - timedelta(seconds=1)
    assert datetime.fromisoformat(one["read_at"]) == NOW - HOUR
    assert one["says"].startswith("About ")
    assert "As likely as not over 80 % by " in found["market/a"]["says"]
    assert "likely to overflow before the next round" in found["market/a"]["says"]


def test_what_cannot_be_said_is_said_to_be_so(admin: httpx.Client, bins: None) -> None:
    found = all_bins(admin)
    mute, lost = found["mute"], found["lost"]
    assert (mute["level_p50"], mute["reaches"], mute["overflow_chance"], mute["measured"]) == (None, [], None, False)
    assert mute["says"] == "Cannot say how full it is: nothing measures it."
    assert (lost["made_at"], lost["stream"]) == (None, None)
    assert "no position" in lost["look_at"][0]
    assert "capacity_l" in lost["look_at"][1]


def test_what_is_to_be_looked_at_is_told(admin: httpx.Client, bins: None) -> None:
    disputed, zero, doubts = admin.get("/v1/bins/odd").json()["look_at"]
    assert "either the stop was skipped, or the sensor is at fault. Somebody should look." in disputed
    assert "Crews found it not full once" in zero
    assert "outside what this bin can be" in doubts
    page = admin.get("/places/odd").text
    assert all(said.split("'")[0] in page for said in (disputed, zero))


def test_lists_are_narrowed_and_read_in_pages(admin: httpx.Client, bins: None) -> None:
    assert set(all_bins(admin, site="market")) == {"market/a", "market/b", "odd"}
    assert set(all_bins(admin, depot="yard")) == {"at-home", "market/a", "market/b", "mute", "odd"}
    assert not all_bins(admin, depot="nowhere")
    assert set(all_bins(admin, bbox="-1.515,53.805,-1.505,53.815")) == {"market/a", "market/b"}
    assert set(all_bins(admin, area="E05009999")) == {"market/a", "market/b", "mute"}, "odd lies elsewhere"
    assert admin.get("/v1/bins?area=E05000000").json()["errors"][0]["field"] == "area"
    first = admin.get("/v1/bins?limit=2").json()
    assert set(all_bins(admin, cursor=first["next"])) == {"market/a", "market/b", "mute", "odd"}
    assert admin.get("/v1/bins/market").status_code == 404
    assert admin.get("/v1/bins?bbox=1,2").status_code == 400


def test_who_sees_which_bin(admin: httpx.Client, client: Callable[..., httpx.Client], town) -> None:
    before = len(town.audit())
    assert admin.get("/v1/bins/at-home").json()["home"] == "home-1"
    assert town.audit()[before:] == [("admin", "read", "rounds", {"what": "bin", "homes": ["home-1"]})]
    dispatcher, red, blue = (
        client("Di", Role.WASTE_MANAGER),
        *(client(f"tablet {crew}", Role.WASTE_CREW, crew) for crew in ("red", "blue")),
    )
    assert set(all_bins(dispatcher)) == {"lost", "market/a", "market/b", "mute", "odd"}
    assert set(all_bins(red)) == {"market/a", "odd"}, "those of its visits, and none at a home that it may not see"
    assert not all_bins(blue)
    assert dispatcher.get("/v1/bins/at-home").status_code == 404
    assert client("Ho", Role.HOUSING_MANAGER).get("/v1/bins").status_code == 403
    assert "How full" not in client("Hu", Role.HOUSING_MANAGER).get("/places/market").text


def test_pages_of_a_bin_and_of_a_site(admin: httpx.Client, bins: None) -> None:
    page = admin.get("/places/market/a").text
    assert "<p>About 39 % full. As likely as not over 80 % by" in page
    site, found = admin.get("/places/market").text, all_bins(admin)
    level = (200 * found["market/a"]["level_p50"] + 600 * found["market/b"]["level_p50"]) / 800
    assert f"2 containers of general: about {level:.0f} % full together." in site
    assert "glass: about" not in site, "its only bin says so itself"
    assert site.count("As likely as not") == 3
    assert "Cannot say how full it is: nothing measures it." in admin.get("/places/mute").text
    assert "How full" not in admin.get("/places/yard").text


def test_where_no_crew_works_the_chance_is_of_a_day(admin: httpx.Client, bins: None, town, database_url: str) -> None:
    town.connection.execute("DELETE FROM crew")
    run_job(database_url, "forecast", NOW + timedelta(minutes=15))
    one = admin.get("/v1/bins/market/b").json()
    assert (one["overflow_before"], one["depot"]) == ("a_day", None)
    assert datetime.fromisoformat(one["overflow_by"]) == NOW + DAY + timedelta(minutes=15)
    assert "(no round is in sight)" in one["says"]
    kept = stored(database_url)
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        jobs.execute("DELETE FROM bin_state")
        jobs.execute("DELETE FROM bin_group_state")
    run_job(database_url, "forecast", NOW + timedelta(minutes=15))
    assert stored(database_url) == kept, "made anew at once it is the same"


def stored(database_url: str) -> list[tuple]:
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        return jobs.execute("SELECT place_id, level_p50, level_p90, reaches, overflow_chance, emptied_at, read_at,"
                            " look_at FROM bin_state ORDER BY place_id").fetchall()  # fmt: skip
