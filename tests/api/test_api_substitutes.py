"""A day that changes under its plan: another crew on a lorry, a lorry out twice, other rules, a plan late or hidden."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import httpx
import pytest
from page_reading import read
from people import clients
from small_fleet import Run, add_bin, drafts, put_fleet, visits

from hereabouts_platform.imports.fleet import import_crews
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_schemas.access import Role
from hereabouts_schemas.times import LONDON

TODAY = datetime.now(LONDON).date()
SIX = datetime.combine(TODAY, time(6), LONDON).astimezone(UTC)
LATE = SIX + timedelta(minutes=20)
COPY = (
    "INSERT INTO round_plan (day, depot, version, state, made_at, roads, attribution, matrix_sha256, of_homes, says,"
    " troubles, no_map, published, ways, checked) SELECT day, depot, version + n, 'draft', made_at, roads, attribution,"
    " matrix_sha256, of_homes, says, troubles, no_map, published, ways, checked"
)


@pytest.fixture(scope="module")
def people(database_url: str, address: str, town) -> Iterator[dict[str, httpx.Client]]:
    put_fleet(town)
    town.connection.execute(
        "INSERT INTO crew SELECT 'green', '2020-01-01', 'Green', 'v1', NULL, '2020-01-01', '06:00', '10:00'"
    )
    crew = Role.WASTE_CREW
    with clients(database_url, address) as make:
        yield {
            "di": make("di", Role.WASTE_MANAGER),
            "red": make("red", crew, "red"),
            "green": make("green", crew, "green"),
        }


def test_a_day_that_could_not_be_planned_in_time_is_planned_late(people: dict[str, httpx.Client], run: Run) -> None:
    assert run("plan", SIX + timedelta(hours=4))["plans"] == 0, "its shifts are over"
    assert run("plan", SIX + timedelta(minutes=1))["plans"] == 1
    assert run("plan", LATE)["plans"] == 0


def test_another_crew_takes_the_lorrys_round_over(
    people: dict[str, httpx.Client], database_url: str, tmp_path: Path
) -> None:
    red, green = people["red"], people["green"]
    (found,) = red.get("/v1/rounds").json()["items"]
    assert green.get(f"/v1/rounds/{found['id']}").status_code == 404
    file = tmp_path / "crews.csv"
    columns, row = "id,name,vehicle,date,shift_from,shift_to", f"green,Green,v1,{TODAY.isoformat()},06:00,10:00"
    file.write_text(f"{columns}\n{row}\n")
    with connect(database_url, DatabaseRole.OWNER) as owner:
        assert import_crews(owner, principal_named(owner, "system:command"), file).stored == 1
    view = green.get(f"/v1/rounds/{found['id']}").json()
    assert (view["crew"], view["vehicle"]) == ("green", "v1")
    assert green.get("/v1/rounds").json()["items"][0]["id"] == found["id"]
    assert red.get("/v1/rounds").json()["items"] == []
    report = f"/v1/visits/{visits(view)[0]['visit']}/outcomes"
    told = {"kind": "emptied", "at": datetime.now(UTC).isoformat()}
    assert green.post(report, json={**told, "client_id": "g/1"}).status_code == 201
    assert red.post(report, json={**told, "client_id": "r/1"}).status_code == 201, "it had the round before"


def test_a_second_breakdown_is_a_reason_though_the_first_ones_draft_was_discarded(
    people: dict[str, httpx.Client], run: Run
) -> None:
    di = people["di"]
    for says, minutes in (("A puncture.", 5), ("Its gearbox.", 15)):
        now = LATE + timedelta(minutes=minutes)
        out = {"says": says, "from_at": now.isoformat()}
        assert di.post("/v1/vehicles/v2/outage", json=out).status_code == 201
        assert run("replan", now)["drafts"] == 1, says
        (draft,) = drafts(di)
        assert any(says in one["says"] for one in draft["reasons"])
        assert di.post(f"/v1/plans/{draft['id']}/discard").status_code == 200
        assert run("replan", now + timedelta(minutes=5))["drafts"] == 0, "it was refused"
        assert di.delete("/v1/vehicles/v2/outage").status_code == 200


def test_rules_that_change_on_the_road_and_drafts_of_what_stands_no_more(
    people: dict[str, httpx.Client], run: Run, town
) -> None:
    di, now = people["di"], LATE + timedelta(minutes=30)
    town.connection.execute("UPDATE vehicle SET duty = 'working_time' WHERE id = 'v1'")
    add_bin(town, "fair", -1.52)
    assert di.post("/v1/bins/fair/requests", json={"kind": "report", "says": "Bags."}).status_code == 201
    assert run("replan", now)["drafts"] == 1
    (draft,) = drafts(di)
    assert di.post(f"/v1/plans/{draft['id']}/publish").status_code == 200
    copied = town.connection.execute(
        f"{COPY} FROM round_plan, (VALUES (50)) x (n) WHERE id = %s RETURNING id", (draft["id"],)
    )
    (number,) = copied.fetchone()
    values = (number, draft["made_of"])
    town.connection.execute("INSERT INTO plan_change (plan_id, stood, reasons) VALUES (%s, %s, '[]')", values)
    assert [one["id"] for one in drafts(di)] == [number], "made while the other was published"
    run("replan", now + timedelta(minutes=5))
    assert number not in [one["id"] for one in drafts(di)]


def test_what_stands_is_shown_however_many_drafts_came_after_it(people: dict[str, httpx.Client], town) -> None:
    town.connection.execute(f"{COPY} FROM round_plan, generate_series(100, 130) n WHERE state = 'published'")
    assert "No plan yet" not in read(people["di"].get(f"/rounds?day={TODAY.isoformat()}")).said()
