"""A day of waste from readings to a published round: forecast, planned, worked over the API, forecast again."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from psycopg.types.json import Jsonb
from typer.testing import CliRunner

from hereabouts_deploy.main import app
from hereabouts_platform.imports.calendar import import_calendar
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.plan import planning
from hereabouts_platform.jobs.registry import job_named
from hereabouts_platform.jobs.run import JobReport, run_job
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.rounds.morning import Morning
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.bin_state import forecasts_of
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import LONDON

EARLY = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEW = Effort(iterations=30)
FLEET = """
INSERT INTO vehicle VALUES ('v1', 'RCV 1', 'rcv26', '[{"streams": ["general"], "litres": 9000, "kg": 5000}]', '{}',
    'gb_domestic', 'yard', 'yard', 100, 90, 2500);
INSERT INTO crew VALUES ('red', 'daily', 'Red', 'v1', '{1,2,3,4,5,6,7}', NULL, '06:00', '14:00');
"""
COLD = "Cold for the season: about a fifth less than usual is expected in bins of quay."
Run = Callable[[str, datetime], JobReport]


@pytest.fixture(scope="module")
def run(database_url: str) -> Run:
    """Runs a job as a person would who asks for it, with a short search."""
    jobs = (job_named("forecast"), replace(job_named("plan"), work=planning(Outside(), FEW)))

    def go(name: str, now: datetime) -> JobReport:
        report = run_job(database_url, name, now, jobs)
        assert report.state == "done", report.detail
        return report

    return go


@pytest.fixture(scope="module")
def bins(town) -> dict[str, int]:
    """A fast bin, a slow one, one with a distance sensor that shows too much, and one that nothing measures."""
    town.connection.execute("SELECT set_config('hereabouts.principal', '1', false)")
    for number, (name, kind) in enumerate([("yard", "depot"), ("tip", "tip")]):
        town.place(name, kind, lon=-1.5 - number / 50, lat=53.8)
    streams = {}
    for name, quantity, unit in (
        ("fast", "fill_level", "%"), ("slow", "fill_level", "%"), ("deep", "distance", "mm"), ("mute", "", "")
    ):  # fmt: skip
        lat = 54.1 if name in {"slow", "deep"} else 53.81  # far out: not worth the way as long as they can wait
        town.place(name, "bin_slot", lon=-1.51, lat=lat, attributes=Jsonb({"capacity_l": 660, "max_days": 12}))
        if quantity:
            deployment = town.deploy(town.device(name), name, EARLY - timedelta(days=40), bin_depth_mm=1000)
            streams[name] = town.stream(deployment, quantity, unit)
    town.connection.execute(FLEET.encode())
    return streams


def tell(town, stream: int, from_at: datetime, to_at: datetime, value: Callable[[float], float]) -> None:
    """Hourly readings of `[from, to)`, by hours before EARLY."""
    hours = range(int((from_at - EARLY) / HOUR), int((to_at - EARLY) / HOUR))
    town.readings(stream, [(EARLY + n * HOUR, value(n)) for n in hours])


def level(database_url: str, place: str) -> tuple[float | None, float | None, datetime | None]:
    """P50, P90 and when it is full for even chances."""
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        found = forecasts_of(jobs, [place])[place]
    return found[0], found[1], found[2]


def test_from_readings_to_a_round_and_back(
    town, bins: dict[str, int], run: Run, admin: httpx.Client, database_url: str
) -> None:
    begin = EARLY - timedelta(days=8)
    tell(town, bins["fast"], begin, EARLY, lambda n: (n + 192) % 48 * 2)  # full every other day: 94 % just now
    tell(town, bins["slow"], begin, EARLY, lambda n: (n + 192) / 20)
    tell(town, bins["deep"], begin, EARLY, lambda n: 400 - (n + 192) / 10)  # mm down to the waste: 62 % full
    first = run("forecast", EARLY).detail
    assert (first["bins"], first["without_sensor"], first["refused"]) == (4, 1, 0)
    fast, over, full_at = level(database_url, "fast")
    assert fast is not None
    assert over is not None
    assert full_at is not None
    assert 85 < fast <= over <= 100
    assert full_at < EARLY + 12 * HOUR
    assert level(database_url, "mute") == (None, None, None), "its age stands alone"
    assert run("forecast", EARLY).detail["taken_in"] < first["taken_in"], "what is settled is not taken in again"
    assert level(database_url, "fast")[0] == pytest.approx(fast)

    assert run("plan", EARLY - timedelta(hours=1)).detail["plans"] == 0, "too early"
    assert run("plan", EARLY).detail == {"plans": 1, "visits": 2, "unmet": 0, "no_run": 0}
    assert run("plan", EARLY + timedelta(minutes=15)).detail["plans"] == 0, "once a day"
    (view,) = admin.get("/v1/rounds?depot=yard&day=2026-03-03").json()["items"]
    assert (view["state"], view["crew"], view["roads"]) == ("published", "red", "great_circle")
    stops = admin.get(f"/v1/rounds/{view['id']}").json()["stops"]
    reasons = {stop["key"]: stop["reason"] for stop in stops if stop["kind"] == "visit"}
    assert {key: reason["kind"] for key, reason in reasons.items()} == {"fast": "fullness", "mute": "age"}
    left = {one["key"]: one for one in admin.get("/v1/visits?left=true").json()["items"]}
    assert set(left) == {"slow", "deep"}
    assert "it can wait" in left["slow"]["left_says"].lower()
    assert left["deep"]["overflow_p90_at"] < left["deep"]["overflow_p50_at"]

    visits = {one["key"]: one["id"] for one in admin.get("/v1/visits?day=2026-03-03").json()["items"]}
    told = [
        {"visit": visits[key], "client_id": key, "kind": kind, "at": "2026-03-03T08:00:00Z"}
        for key, kind in (("fast", "emptied"), ("mute", "emptied"), ("deep", "not_full"))
    ]
    answers = admin.post("/v1/outcomes", json={"outcomes": told})
    assert answers.status_code == 200, answers.text
    deep = level(database_url, "deep")[0]
    run("forecast", EARLY + 6 * HOUR)
    assert level(database_url, "fast")[0] < 20
    after = level(database_url, "deep")[0]
    assert after is not None
    assert deep is not None
    assert after < deep - 3, "a crew found it not full: the zero of its sensor moves"

    tomorrow = EARLY + timedelta(days=1)
    assert run("plan", tomorrow).detail["plans"] == 1
    assert "A run today: 2 bins." in admin.get("/v1/plans?day=2026-03-04").json()["items"][0]["says"]
    musts = {one["day"]: one["must"] for one in admin.get("/v1/visits?place=mute").json()["items"]}
    assert musts == {"2026-03-03": True, "2026-03-04": False}, "the crew were there: it is young again"


def test_the_command_makes_a_draft_and_says_what_it_made(
    town, bins: dict[str, int], database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", database_url)
    monkeypatch.setenv("HEREABOUTS_DATA_DIR", str(tmp_path))
    town.connection.execute("UPDATE crew SET shift_from = '00:00', shift_to = '23:59'")
    tomorrow = (datetime.now(LONDON) + timedelta(days=1)).date().isoformat()
    asked = ["rounds", "plan", "--depot", "yard", "--date", tomorrow, "--seconds", "0.2", "--json"]
    made = CliRunner().invoke(app, asked)
    assert made.exit_code == 0, made.output
    found = json.loads(made.stdout)
    assert (found["state"], found["version"], found["roads"]) == ("draft", 1, "great_circle")
    assert sum(one["stops"] for one in found["rounds"]) + len(found["left"]) == 4
    assert any("no map for rcv26" in one for one in found["troubles"])
    with pytest.raises(InputError, match="That day is over"):
        CliRunner().invoke(app, [*asked[:5], "2026-03-03"], catch_exceptions=False)
    (tmp_path / "duty_rules.toml").write_text("[gb_domestic]", encoding="utf-8")
    with pytest.raises(InputError, match=r"duty_rules\.toml: gb_domestic\.source: "):
        CliRunner().invoke(app, asked, catch_exceptions=False)


def test_step_by_step_is_as_at_once(town, bins: dict[str, int], run: Run, database_url: str) -> None:
    """After the day above: some days in steps, then all made anew; what came late is made anew as well."""
    for day in range(1, 5):
        from_at, to_at = EARLY + timedelta(days=day - 1), EARLY + timedelta(days=day)
        tell(town, bins["fast"], from_at, to_at, lambda n: (n - 4) % 48 * 2 if n >= 4 else 94 + n / 2)
        run("forecast", to_at)
    now = EARLY + timedelta(days=4)
    steps = level(database_url, "fast")
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        jobs.execute("DELETE FROM bin_state")
        jobs.execute("DELETE FROM bin_group_state")
    run("forecast", now)
    assert level(database_url, "fast")[:2] == pytest.approx(steps[:2], abs=0.5)

    late = [EARLY - timedelta(days=10) + n * HOUR for n in range(24)]
    town.readings(bins["slow"], [(at, 90.0) for at in late])
    assert run("forecast", now).detail["days_made_anew"] == 0
    town.connection.execute("SELECT make_partition('batch', %s)", (datetime.now(UTC),))
    town.connection.execute(
        "INSERT INTO batch (received_at, slot, message_count, touched_datastreams, touched_hours)"
        " VALUES (%s, 0, 1, %s, %s)",
        (datetime.now(UTC), [bins["slow"]], [late[0].replace(minute=0)]),
    )
    assert run("forecast", now).detail["days_made_anew"] > 50
    assert run("forecast", now).detail["days_made_anew"] == 0


def test_a_quiet_day_has_no_run_and_a_duty_or_a_fire_makes_one(
    town, bins: dict[str, int], run: Run, admin: httpx.Client, tmp_path: Path
) -> None:
    """After the days above, from a depot that opens late, whose two bins hardly fill."""
    saturday = EARLY + timedelta(days=4)
    town.connection.execute("UPDATE crew SET shift_from = '12:00', shift_to = '20:00'")
    town.place("quay", "depot", lon=-1.0, lat=53.0, attributes=Jsonb({"open": "daily 07:00-12:00"}))
    town.place("quay-tip", "tip", lon=-1.0, lat=53.01)
    for name in ("calm", "still"):
        town.place(name, "bin_slot", lon=-1.05, lat=53.0, attributes=Jsonb({"capacity_l": 660, "group": "quay"}))
        stream = town.stream(town.deploy(town.device(name), name, EARLY - timedelta(days=40)), "fill_level", "%")
        tell(town, stream, saturday - timedelta(days=7), saturday + timedelta(days=2), lambda n: (n + 72) / 30)
    town.connection.execute(FLEET.replace("v1", "v2").replace("red", "blue").replace("yard", "quay").encode())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Morning, "weather", COLD)
        assert run("plan", saturday).detail == {"plans": 1, "visits": 0, "unmet": 0, "no_run": 1}
    page = admin.get("/rounds?day=2026-03-07&depot=quay").text
    assert "Nobody goes out on this day." in page
    assert "No run today:" in page
    (plan,) = admin.get("/v1/plans?day=2026-03-07").json()["items"]
    assert plan["says"].startswith("No run today:")
    assert plan["says"].endswith(f". {COLD}")
    assert len(admin.get("/v1/visits?day=2026-03-07&left=true").json()["items"]) == 2

    days = tmp_path / "calendar.csv"
    days.write_text(
        "from,to,kind,name,area,factor,weekdays,by\n"
        "2026-03-01,,statutory,Market litter,still,,Sun,08:00\n"
        "2026-03-01,,event,Fair,quay,,,\n"
        "2026-03-01,2026-03-02,school_holiday,Half term,quey,2,,\n"
        "2026-03-01,9999-12-31,event,For ever,,2,,\n"
    )
    report = import_calendar(town.connection, principal_named(town.connection, "system:command"), days)
    assert (report.stored, [row.line for row in report.refused]) == (1, [3, 4, 5])
    assert "Did you mean quay" in report.refused[1].reason
    assert "to '9999-12-31' is too far away" in report.refused[2].reason
    town.connection.execute("INSERT INTO device_event VALUES ('calm', '2026-03-07T20:00Z', 'fire', '', 1)")
    sunday = saturday + timedelta(days=1)
    assert run("plan", sunday).detail == {"plans": 1, "visits": 2, "unmet": 0, "no_run": 0}
    (view,) = admin.get("/v1/rounds?day=2026-03-08").json()["items"]
    assert view["starts_at"] >= "2026-03-08T07:00:00Z", "the depot opens at seven"
    stops = {one["key"]: one for one in admin.get(f"/v1/rounds/{view['id']}").json()["stops"] if one["visit"]}
    assert {key: one["reason"]["kind"] for key, one in stops.items()} == {"calm": "alert", "still": "statutory"}
    assert stops["calm"]["reason"]["says"] == "Its sensor told of fire or great heat, at 20:00 on Sat 7 Mar."
    assert stops["still"]["begins_at"] < "2026-03-08T08:00:00Z"
