"""Savings from published days and reports to the API, the page and the command, and who gets them."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from made_plan import made_plan, published, put_places
from page_reading import read
from people import Client, clients
from typer.testing import CliRunner

from hereabouts_deploy.main import app
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.plans import keep_draft, publish
from hereabouts_schemas.access import Role

MONDAY = date(2024, 3, 4)
ASKED = {"from": "2024-03-04", "to": "2024-03-13"}
FACTS = """
INSERT INTO place (id, kind, name, lon, lat) VALUES ('b4', 'bin_slot', 'Quay', -1.54, 53.84);
UPDATE vehicle SET fuel = 'diesel', fuel_per_100km = CASE id WHEN 'v1' THEN 50 ELSE 10 END;
INSERT INTO baseline (round, days, weekdays, km, hours, litres, visits, method, source, fuel)
    VALUES ('north', '1,2,3,4,5', '{1,2,3,4,5}', 10, 2, 4, 9, 'odometer', 'log books', 'diesel');
"""
REPORT = """
INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id)
SELECT id, place_id, CASE key WHEN 'b1' THEN 'overflowing' ELSE 'emptied' END, begins_at, 'phone/' || id
FROM visit WHERE round_id IS NOT NULL AND key <> 'b2' AND day <> '2024-03-12'
"""


@pytest.fixture(scope="module", autouse=True)
def worked(database_url: str, town) -> None:
    """A week worked, a day that leads to a home, a day of which nobody reports, a day without a plan."""
    put_places(town.connection)
    town.connection.execute(FACTS.encode())
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        by = principal_named(jobs, "system:jobs")
        with acting(jobs, by.id):
            for number in (0, 1, 2, 3, 4, 7, 8):
                plan = made_plan(MONDAY + timedelta(days=number), on_van="h1" if number == 7 else "b4")
                kept = keep_draft(jobs, by, published(plan), "yard")
                publish(jobs, by, kept.id, lambda _: [])
    town.connection.execute(REPORT)


@pytest.fixture(scope="module")
def client(database_url: str, address: str) -> Iterator[Client]:
    """Makes somebody with a role (and crews) and gives a client with their key."""
    with clients(database_url, address) as make:
        yield make


def test_a_week_is_compared_and_other_days_are_left_out(
    client: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    di = client("Di", Role.WASTE_MANAGER)
    told = di.get("/v1/savings", params=ASKED).json()
    measures = {one["measure"]: one for one in told["savings"]}
    km = measures["km"]
    assert (told["compared_days"], km["before"], km["now"], km["saved"]) == (5, 50.0, 25.0, 25.0)
    assert (km["low"], km["high"]) == (25.0, 25.0)
    assert measures["visits"]["now"] == 15
    assert measures["litres"]["now"] == pytest.approx(5 * (3 * 0.5 + 2 * 0.1))
    assert measures["co2e"]["before"] == pytest.approx(20 * 2.51279)
    assert {one["why"]: (one["days"], one["km"]) for one in told["left_out"]} == {
        "to_homes": (1, None), "not_reported": (1, 5.0), "no_plan": (1, 0.0)
    }  # fmt: skip
    assert (told["planned_visits"], told["reported_visits"], told["overflowing"]) == (15, 10, 5)
    assert any("crews reported 10 (67 %)" in line for line in told["method"])
    assert [(one["year"], one["licence"]) for one in told["factors"]] == [(2024, "Open Government Licence v3.0")]

    sheet = di.get("/v1/savings", params={**ASKED, "f": "csv"})
    lines = list(csv.DictReader(io.StringIO(sheet.text)))
    assert [(one["measure"], one["saved"]) for one in lines][:1] == [("km", "25.0")]
    assert all("Planned is not driven" in one["method"] for one in lines)

    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", database_url)
    command = ["rounds", "savings", "--from", "2024-03-04", "--to", "2024-03-13"]
    said = CliRunner().invoke(app, [*command, "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["savings"][0]["saved"] == 25.0
    plainly = CliRunner().invoke(app, command)
    assert "25 km less than before (50 %)." in plainly.stdout
    assert "so it is not counted as run" in plainly.stdout


def test_without_a_day_to_compare_nothing_is_said(client: Client) -> None:
    di = client("Di", Role.WASTE_MANAGER)
    told = di.get("/v1/savings", params={"from": "2024-03-02", "to": "2024-03-03"}).json()
    assert (told["compared_days"], told["left_out"], told["method"]) == (0, [], [])
    assert {one["saved"] for one in told["savings"]} == {None}
    page = read(di.get("/savings?from=2024-03-02&to=2024-03-03"))
    assert "Nothing can be said" in page.said()
    assert "hereabouts import baseline" in page.said()
    wrong = di.get("/v1/savings", params={"from": "2024-03-03", "to": "2024-03-02"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "to")
    assert di.get("/v1/savings", params={"from": "2020-01-01", "to": "2024-03-02"}).status_code == 400
    assert di.get("/v1/savings").json()["compared_days"] == 0


def test_the_page_tells_it_to_who_sees_every_round_and_to_nobody_else(client: Client) -> None:
    di, ron = client("Di", Role.WASTE_MANAGER), client("Ron", Role.READER)
    red, ann = client("tablet red", Role.WASTE_CREW, "red"), client("Ann", Role.HOUSING_MANAGER)
    page = read(di.get("/savings", params=ASKED | {"depot": ""}))
    said = page.said()
    assert "4 March 2024 to 13 March 2024: 5 days can be compared with how it was before." in said
    assert "25 km less than before (50 %)." in said
    assert "Crews reported 10 of 15 visits, and found 5 overflowing." in said
    assert "Homes on the round" in said
    assert "2.51279 kg CO2e for each litre of diesel" in said
    assert "/savings" in {one["href"] for one in read(di.get("/rounds")).all("a")}
    assert ron.get("/v1/savings", params=ASKED).json()["compared_days"] == 5
    for other in (red, ann):
        assert other.get("/v1/savings", params=ASKED).status_code == 403
        read(other.get("/savings", params=ASKED), 403)
    assert "/savings" not in {one["href"] for one in read(red.get("/rounds")).all("a")}


@pytest.mark.parametrize(
    ("number", "drawn", "why"),
    [(14, ("v1",), "no_map"), (15, ("v1", "v2"), "not_reported")],  # on the second only those went that have a map
)
def test_a_day_of_which_one_round_had_no_map_is_left_out(
    client: Client, database_url: str, number: int, drawn: tuple[str, ...], why: str
) -> None:
    day = MONDAY + timedelta(days=number)
    way = {"type": "LineString", "coordinates": [[-1.5, 53.8], [-1.51, 53.81]]}
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        by = principal_named(jobs, "system:jobs")
        with acting(jobs, by.id):
            plan = published(replace(made_plan(day, on_van="b4"), roads="great_circle, osrm"))
            kept = keep_draft(jobs, by, plan, "yard", ways=dict.fromkeys(drawn, way))
            publish(jobs, by, kept.id, lambda _: [])
    told = client("Di", Role.WASTE_MANAGER).get("/v1/savings", params={"from": day, "to": day}).json()
    assert [one["why"] for one in told["left_out"]] == [why]
