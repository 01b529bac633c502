"""A vehicle that is to be out of service, one without a round that comes back, and a day on which crews have begun."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import httpx
import pytest
from page_reading import read
from small_fleet import Run, add_bin, drafts, visits
from typer.testing import CliRunner

from hereabouts_deploy.main import app
from hereabouts_schemas.times import LONDON

TOMORROW = datetime.now(LONDON).date() + timedelta(days=1)
SIX = datetime.combine(TOMORROW, time(6), LONDON).astimezone(UTC)


def work_of(di: httpx.Client, day: str) -> dict:
    (plan,) = di.get(f"/v1/plans?day={day}").json()["items"]
    return di.get(f"/v1/plans/{plan['id']}").json()["work"]


def test_a_vehicle_is_planned_until_it_is_out_and_comes_back_without_a_round(di: httpx.Client, run: Run, town) -> None:
    town.connection.execute("UPDATE crew SET shift_to = '14:00'")
    eight = SIX + timedelta(hours=2)
    out = {"says": "Its test.", "from_at": eight.isoformat()}
    assert di.post("/v1/vehicles/v1/outage", json=out).status_code == 201
    for days in (0, 1):
        assert run("plan", SIX + timedelta(days=days, hours=-1))["plans"] == 1
    shifts = {one["id"]: one["shift"]["to_at"] for one in work_of(di, TOMORROW.isoformat())["vehicles"]}
    assert shifts == {"v1": f"{eight:%Y-%m-%dT%H:%M:%SZ}", "v2": f"{SIX + timedelta(hours=8):%Y-%m-%dT%H:%M:%SZ}"}
    add_bin(town, "fair", -1.52)
    assert di.post("/v1/bins/fair/requests", json={"kind": "report", "says": "Bags."}).status_code == 201
    assert run("replan", SIX + timedelta(minutes=10))["drafts"] == 1
    draft = drafts(di)[0]
    again = di.get(f"/v1/plans/{draft['id']}").json()["work"]["vehicles"]
    assert {one["id"]: one["shift"]["to_at"] for one in again} == shifts, "home before it is out"

    after = (TOMORROW + timedelta(days=1)).isoformat()
    assert [one["id"] for one in work_of(di, after)["vehicles"]] == ["v2"]

    page = read(di.get(f"/rounds?day={after}"))
    assert "Vehicles without a round RCV 1 Out of service since" in page.said()
    given = {"key": next(str(one["value"]) for one in page.all("input") if one.get("name") == "key")}
    assert di.post(f"/rounds/vehicles/v1/back?day={after}", data=given).status_code == 303
    assert "Vehicles without a round 1 in service RCV 1 Broken down?" in read(di.get(f"/rounds?day={after}")).said()


def test_once_a_crew_has_reported_a_day_is_not_planned_from_the_yard(
    di: httpx.Client, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", database_url)
    monkeypatch.setenv("HEREABOUTS_DATA_DIR", str(tmp_path))
    asked = ["rounds", "plan", "--depot", "yard", "--date", TOMORROW.isoformat(), "--seconds", "0.2"]
    assert CliRunner().invoke(app, asked).exit_code == 0, "nobody has begun"
    found = di.get(f"/v1/rounds?day={TOMORROW.isoformat()}").json()["items"]
    stop = visits(di.get(f"/v1/rounds/{found[0]['id']}").json())[0]
    told = {"client_id": "early", "kind": "emptied", "at": datetime.now(UTC).isoformat()}
    assert di.post(f"/v1/visits/{stop['visit']}/outcomes", json=told).status_code == 201
    refused = CliRunner().invoke(app, asked)
    assert refused.exit_code == 1
    assert "plan the rest of it with hereabouts rounds replan" in f"{refused.output}{refused.exception}"
