"""Two lorries and six bins that each take 45 minutes, and the jobs that plan them, with a short search."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx
from psycopg.types.json import Jsonb

from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.plan import planning
from hereabouts_platform.jobs.registry import job_named
from hereabouts_platform.jobs.replan import replanning
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.planning.workers import Effort

FEW = Effort(iterations=60)
FLEET = """
INSERT INTO vehicle SELECT 'v' || n, 'RCV ' || n, 'rcv26', '[{"streams": ["general"], "litres": 9000, "kg": 5000}]',
    '{}', 'gb_domestic', 'yard', 'yard', 100, 90, 2500 FROM generate_series(1, 2) n;
INSERT INTO crew SELECT c, 'daily', c, v, '{1,2,3,4,5,6,7}', NULL, '06:00', '10:00'
    FROM (VALUES ('red', 'v1'), ('blue', 'v2')) x (c, v);
"""
Run = Callable[[str, datetime], dict[str, int]]


def put_fleet(town: Any) -> None:
    """The yard, the tip, the bins and the lorries with their crews, from 06:00 to 10:00 every day."""
    town.connection.execute("SELECT set_config('hereabouts.principal', '1', false)")
    for number, (name, kind) in enumerate([("yard", "depot"), ("tip", "tip")]):
        town.place(name, kind, lon=-1.5 - number / 50, lat=53.8)
    for number in range(6):
        add_bin(town, f"b{number}", -1.51 - number / 200)
    town.connection.execute(FLEET.encode())


def add_bin(town: Any, name: str, lon: float) -> None:
    """One more bin."""
    facts = {"capacity_l": 660, "max_days": 12, "service_s": 2700}
    town.place(name, "bin_slot", lon=lon, lat=53.81, attributes=Jsonb(facts))


def runner(database_url: str) -> Run:
    """Runs a job as a person would who asks for it."""
    plan = replace(job_named("plan"), work=planning(Outside(), FEW))
    jobs = (plan, replace(job_named("replan"), work=replanning(Outside(), FEW)))

    def go(name: str, now: datetime) -> dict[str, int]:
        report = run_job(database_url, name, now, jobs)
        assert report.state == "done", report.detail
        return dict(report.detail)

    return go


def drafts(di: httpx.Client) -> list[dict[str, Any]]:
    """The plans that a dispatcher may publish."""
    return [one for one in di.get("/v1/plans").json()["items"] if one["state"] == "draft"]


def visits(view: dict[str, Any]) -> list[dict[str, Any]]:
    """The stops of a round at which something is to be done."""
    return [stop for stop in view["stops"] if stop["kind"] == "visit"]
