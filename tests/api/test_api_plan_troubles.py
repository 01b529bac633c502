"""What a day's plan could not make sense of is with the plan, whoever made it: job, command, or again in mid-shift."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import httpx
import pytest
from page_reading import read
from psycopg.types.json import Jsonb
from typer.testing import CliRunner

from hereabouts_deploy.main import app
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.plan import planning
from hereabouts_platform.jobs.registry import job_named
from hereabouts_platform.jobs.replan import replanning
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.planning.workers import Effort
from hereabouts_schemas.times import LONDON

FEW = Effort(iterations=30)
FLEET = """
INSERT INTO vehicle VALUES ('v1', 'RCV 1', 'rcv26', '[{"streams": ["general"], "litres": 9000, "kg": 5000}]', '{}',
    'gb_domestic', 'yard', 'yard', 100, 90, 2500);
INSERT INTO crew VALUES ('red', 'daily', 'Red', 'v1', '{1,2,3,4,5,6,7}', NULL, '06:00', '14:00');
"""
KINDS = {"shift": 1, "no_map": 1, "unusable": 2, "no_capacity": 7}
SIX = datetime.combine(datetime.now(LONDON).date() + timedelta(days=1), time(6), LONDON).astimezone(UTC)


@pytest.fixture(scope="module", autouse=True)
def council(town) -> None:
    """Seven bins of which nobody said how much they hold, one that cannot be read, one that is nowhere, a depot that
    opens late."""
    town.connection.execute("SELECT set_config('hereabouts.principal', '1', false)")
    town.place("yard", "depot", lon=-1.5, lat=53.8, attributes=Jsonb({"open": "daily 07:00-22:00"}))
    town.place("tip", "tip", lon=-1.52, lat=53.8)
    for number in range(7):
        town.place(f"b{number}", "bin_slot", lon=-1.51, lat=53.81 + number / 1000, attributes=Jsonb({"max_days": 12}))
    town.place("wrong", "bin_slot", lon=-1.51, lat=53.81, attributes=Jsonb({"capacity_l": "much"}))
    town.place("nowhere", "bin_slot")
    town.connection.execute(FLEET.encode())


def run(database_url: str, name: str, now: datetime) -> dict[str, int]:
    jobs = (
        replace(job_named("plan"), work=planning(Outside(), FEW)),
        replace(job_named("replan"), work=replanning(Outside(), FEW)),
    )
    report = run_job(database_url, name, now, jobs)
    assert report.state == "done", report.detail
    return dict(report.detail)


def newest(admin: httpx.Client) -> dict:
    return admin.get("/v1/plans?depot=yard&limit=1").json()["items"][0]


def kinds(plan: dict) -> dict[str, int]:
    return dict(Counter(one["kind"] for one in plan["troubles"]))


def test_the_job_keeps_what_it_found_and_so_does_a_draft_in_mid_shift(admin: httpx.Client, database_url: str) -> None:
    assert run(database_url, "plan", SIX - timedelta(hours=1))["plans"] == 1
    plan = newest(admin)
    assert (plan["state"], kinds(plan), plan["no_map"]) == ("published", KINDS, ["rcv26"])
    says = {one["about"]: one["says"] for one in plan["troubles"]}
    assert says["b6"] == "Nobody said how many litres B6 (b6) holds."
    assert says["nowhere"].endswith("Give lon and lat, of it or of the place it is part of.")
    assert "capacity_l" in says["wrong"]
    assert says["v1"] == "The shift of RCV 1 is cut to the hours in which its depot is open."
    assert len(admin.get(f"/v1/plans/{plan['id']}").json()["troubles"]) == 11
    said = read(admin.get(f"/rounds?day={plan['day']}")).said()
    assert "To be looked at: 11" in said
    assert "Litres not known: 7. It is planned as if next to nothing were in it. Give its capacity_l." in said

    assert admin.post("/v1/vehicles/v1/outage", json={"says": "Gearbox.", "from_at": SIX.isoformat()}).is_success
    assert run(database_url, "replan", SIX + timedelta(hours=2))["drafts"] == 1
    draft = newest(admin)
    assert (draft["state"], draft["made_of"]) == ("draft", plan["id"])
    assert kinds(draft) == KINDS
    assert admin.delete("/v1/vehicles/v1/outage").is_success


def test_the_command_lists_all_as_json_and_the_first_with_a_count_on_a_screen(
    admin: httpx.Client, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", database_url)
    monkeypatch.setenv("HEREABOUTS_DATA_DIR", str(tmp_path))
    day = (SIX.astimezone(LONDON) + timedelta(days=1)).date().isoformat()
    asked = ["rounds", "plan", "--depot", "yard", "--date", day, "--seconds", "0.2"]
    made = CliRunner().invoke(app, [*asked, "--json"])
    assert made.exit_code == 0, made.output
    found = json.loads(made.stdout)["troubles"]
    assert sum("how many litres" in one for one in found) == 7
    assert kinds(newest(admin)) == KINDS
    (line,) = [one for one in CliRunner().invoke(app, asked).stdout.splitlines() if "how many litres" in one]
    assert line.startswith("Please look: ")
    assert line.count("how many litres") == 5
    assert "And 2 more (--json lists them). It is planned as if next to nothing" in line
