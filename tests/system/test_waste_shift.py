"""A shift of a crew as its tablet works it over HTTP, and what forecast and plan make of what it reports."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.imports.devices import import_devices
from hereabouts_platform.imports.fleet import import_crews, import_vehicles
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.readings import import_readings
from hereabouts_platform.imports.report import ImportReport
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.registry import job_named
from hereabouts_platform.jobs.replan import replanning
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.rounds.making import Asked, make_plan
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.bin_state import forecasts_of
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_schemas.access import Principal, PrincipalKind, Role
from hereabouts_schemas.times import LONDON, format_time

FEW = Effort(iterations=30)
HOUR = timedelta(hours=1)
NEAR = ("market", "station", "church", "library", "bridge")  # nine tenths full; the last is not come to
FAR = "viewpoint"  # a third full, and a long way out
DEPTH, FULL = 1000, 100  # mm from the sensor's face


@dataclass
class Council:
    """A running system with a small fleet, and who talks to it."""

    wire: Any
    begun: datetime
    dispatcher: httpx.Client
    tablet: httpx.Client

    @property
    def url(self) -> str:
        found: str = self.wire.up.run["database_url"]
        return found

    def forecast(self, now: datetime) -> dict[str, tuple[float, datetime]]:
        """Level and time of being full, for even chances, once the job has run at `now`."""
        report = run_job(self.url, "forecast", now, (job_named("forecast"),))
        assert report.state == "done", report.detail
        with connect(self.url, DatabaseRole.JOBS) as jobs:
            found = forecasts_of(jobs, [*NEAR, FAR])
        return {place: (one[0] or 0.0, one[2]) for place, one in found.items() if one[2] is not None}

    def tell(self, visit: int, kind: str, minute: int) -> dict[str, object]:
        """A report of so many minutes after the beginning."""
        at = format_time(self.begun + timedelta(minutes=minute))
        return {"visit": visit, "client_id": f"tablet/{visit}/{kind}", "kind": kind, "at": at}

    def rounds(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tablet.get("/v1/rounds").raise_for_status().json()["items"]
        return found

    def stops(self, round_id: int) -> dict[str, dict[str, Any]]:
        """The visits of a round, by place."""
        found = self.tablet.get(f"/v1/rounds/{round_id}").raise_for_status().json()["stops"]
        return {stop["place"]: stop for stop in found if stop["kind"] == "visit"}


def distance(place: str, hours_ago: float) -> float:
    """Near bins fill within 60 hours and are emptied then; the far one by a point in ten hours."""
    level = (56 - hours_ago) % 60 / 60 if place in NEAR else 0.34 - hours_ago / 1000
    return round(DEPTH - (DEPTH - FULL) * level + 8 * (int(hours_ago) % 2))


def write(folder: Path, now: datetime) -> None:
    """The files of a small council; its crew is out from now on for eight hours."""
    places = [
        ["yard", "depot", "Yard", -1.50, 53.80, {}],
        ["tip", "tip", "Tip", -1.52, 53.80, {}],
        *([p, "bin_slot", p.title(), -1.51, 53.81 + k / 999, {"capacity_l": 660}] for k, p in enumerate(NEAR)),
        [FAR, "bin_slot", "Viewpoint", -1.51, 54.10, {"capacity_l": 660}],
    ]
    bins = (*NEAR, FAR)
    mount = json.dumps({"bin_depth_mm": DEPTH, "bin_full_mm": FULL})
    local = now.astimezone(LONDON)
    shift = [f"{at:%H:%M}" for at in (local, local + 8 * HOUR)]
    tables: dict[str, tuple[str, list[list[object]]]] = {
        "places": ("id,kind,name,lon,lat,attributes", [[*row[:5], json.dumps(row[5])] for row in places]),
        "devices": ("id,profile,place,from,mount", [[p, "plain", p, "2015-01-01T00:00:00Z", mount] for p in bins]),
        "vehicles": (
            "id,name,vehicle_class,compartments,duty,start_depot,fixed_p,per_km_p,per_hour_p",
            [["rcv", "RCV", "rcv18", "general:9000:5000", "gb_domestic", "yard", 100, 90, 2500]],
        ),
        "crews": ("id,name,vehicle,weekdays,shift_from,shift_to", [["red", "Red", "rcv", "daily", *shift]]),
        "readings": (
            "device,quantity,time,value",
            [[p, "distance", format_time(now - n * HOUR), distance(p, n)] for p in bins for n in range(1, 8 * 24)],
        ),
    }
    for name, (header, rows) in tables.items():
        cells = ((f'"{str(cell).replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows)
        (folder / f"{name}.csv").write_text("\n".join([header, *(",".join(row) for row in cells)]), encoding="utf-8")


@pytest.fixture(scope="module")
def council(make_up: Callable[..., Any], wire_of: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    wire, folder = wire_of(make_up().start()), tmp_path_factory.mktemp("council")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    write(folder, now)
    imports: dict[str, Callable[[Connection, Principal, Path], ImportReport]] = {
        "places": import_places, "devices": import_devices, "vehicles": import_vehicles, "crews": import_crews,
        "readings": import_readings,
    }  # fmt: skip
    with connect(wire.up.run["database_url"], DatabaseRole.OWNER) as connection:
        by = principal_named(connection, "system:command")
        for name, work in imports.items():
            assert work(connection, by, folder / f"{name}.csv").refused_count == 0, name
        with acting(connection, by.id):
            person = PrincipalKind.PERSON
            di = ensure_principal(connection, by, "Di", person, Role.WASTE_MANAGER)
            tablet = ensure_principal(connection, by, "Tablet", person, Role.WASTE_CREW, crews=("red",))
            keys = [issue_key(connection, by, one, "test") for one in (di, tablet)]
    clients = [
        httpx.Client(base_url=wire.up.run["http"], headers={"Authorization": f"Bearer {key}"}, timeout=30)
        for key in keys
    ]
    yield Council(wire, now, *clients)
    for client in clients:
        client.close()


def test_a_worked_shift(council: Council) -> None:
    before = council.forecast(council.begun)
    plan(council)
    (sheet,) = council.rounds()
    visits = {place: stop["visit"] for place, stop in council.stops(sheet["id"]).items()}
    assert set(visits) == set(NEAR), "the far one can wait"
    (left,) = council.dispatcher.get("/v1/visits?left=true").json()["items"]
    assert (left["place"], left["left_says"] != "") == (FAR, True)

    work(council, visits)
    check_actual(council, sheet["id"])
    after = council.forecast(council.begun + timedelta(minutes=40))
    assert before["market"][0] > 80
    assert after["market"][0] < 20
    assert after["market"][1] > before["market"][1] + timedelta(days=1)
    assert after["church"][0] > 80, "nobody got to it"

    fill_up(council)
    assert council.forecast(council.begun + timedelta(minutes=45))[FAR][0] > 98
    (draft,) = drafts_at(council, council.begun + timedelta(minutes=46))
    assert [one["version"] for one in council.rounds()] == [1], "nothing reached the crew"
    council.dispatcher.post(f"/v1/plans/{draft['id']}/publish").raise_for_status()
    (sheet,) = council.rounds()
    stops = council.stops(sheet["id"])
    assert sheet["version"] == draft["version"]
    assert {place: stops[place]["visit"] for place in visits} == visits, "what was reported stays reported"
    assert stops[FAR]["outcome"] is None


def plan(council: Council) -> None:
    day: date = council.begun.astimezone(LONDON).date()
    with connect(council.url, DatabaseRole.JOBS) as jobs:
        by = principal_named(jobs, "system:command")
        asked = Asked(day=day, depot="yard", effort=FEW, publish=True)
        assert make_plan(jobs, by, asked, council.begun + timedelta(seconds=1)).kept.version == 1


def work(council: Council, visits: dict[str, int]) -> None:
    """Four of five visits, told late and out of order; one report comes twice."""
    one = council.tell(visits["market"], "emptied", 5)
    told = [
        council.tell(visits["library"], "emptied", 29),
        council.tell(visits["church"], "blocked", 20),
        one,
        council.tell(visits["library"], "overflowing", 28),
        council.tell(visits["station"], "not_full", 12),
        one,
    ]
    answer = council.tablet.post("/v1/outcomes", json={"outcomes": told}).raise_for_status().json()
    assert [result["again"] for result in answer["results"]] == [False] * 5 + [True]
    assert (answer["kept"], answer["refused"]) == (6, 0)
    alone = council.tablet.post(
        f"/v1/visits/{one['visit']}/outcomes", json={k: v for k, v in one.items() if k != "visit"}
    )
    assert (alone.status_code, alone.json()["again"]) == (200, True)


def check_actual(council: Council, round_id: int) -> None:
    actual = council.tablet.get(f"/v1/rounds/{round_id}/actual").raise_for_status().json()
    assert {name: actual[name] for name in ("planned", "reported", "emptied", "not_emptied")} == {
        "planned": 5, "reported": 4, "emptied": 2, "not_emptied": 2,
    }  # fmt: skip
    outcomes = {stop["key"]: stop["outcome"] for stop in actual["stops"]}
    assert outcomes == {
        "market": "emptied", "station": "not_full", "church": "blocked", "library": "emptied", "bridge": None,
    }  # fmt: skip


def fill_up(council: Council) -> None:
    """Three readings over MQTT: the bin that was left is full to its line."""
    now = datetime.now(UTC)
    told = [
        {"device": FAR, "time": format_time(now - timedelta(seconds=s)), "distance": 90 + s / 10} for s in (90, 60, 30)
    ]
    council.wire.publish([(f"hereabouts/{FAR}/up", json.dumps(one).encode()) for one in told])
    council.wire.up.until(lambda: council.wire.counts("plain")["stored"] >= len(told), "the readings")


def drafts_at(council: Council, now: datetime) -> list[dict[str, Any]]:
    """The drafts there are once the job has run at `now`."""
    job = replace(job_named("replan"), work=replanning(Outside(), FEW))
    report = run_job(council.url, "replan", now, (job,))
    assert report.state == "done", report.detail
    return [one for one in council.dispatcher.get("/v1/plans").json()["items"] if one["state"] == "draft"]
