"""A council's own drivers' hours, time in its yard and skills that bins ask for, from files to a published plan."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hereabouts_platform.imports.fleet import import_crews, import_vehicles
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.plan import planning
from hereabouts_platform.jobs.registry import job_named
from hereabouts_platform.jobs.replan import replanning
from hereabouts_platform.jobs.run import JobReport, run_job
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import acting
from hereabouts_platform.store.replans import standing
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import RoundPlan

EARLY = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)
FEW = Effort(iterations=30)
RULES = """[ours]
source = "Agreed with the crews, 2026"
most_driving_s = 14400
most_duty_s = 25200
breaks = [{ after_s = 7200, length_s = 2400 }]
"""
PLACES = """id,kind,name,lon,lat,attributes
yard,depot,Yard,-1.5,53.8,"{""turnround_s"": 1800}"
tip,tip,Tip,-1.52,53.8,
litter,bin_slot,Litter,-1.51,53.81,"{""capacity_l"": 660}"
bell,bin_slot,Bell,-1.51,53.82,"{""capacity_l"": 3000, ""skills"": [""crane""]}"
"""
VEHICLES = """id,name,vehicle_class,compartments,duty,start_depot,fixed_p,per_km_p,per_hour_p
rcv,RCV 1,rcv18,general:9000:5000,ours,yard,100,90,2500
"""
CREWS = "id,name,vehicle,weekdays,shift_from,shift_to,skills\nred,Red,rcv,daily,06:00,14:00,{skills}\n"


class Council:
    """A council with its files, and the jobs that plan for it."""

    def __init__(self, town, folder: Path) -> None:
        self.town, self.folder = town, folder
        self.by = principal_named(town.owner, "system:command")
        self.rules = self.write("duty_rules.toml", RULES)
        outside = Outside(duty_rules=self.rules)
        self.jobs = (
            replace(job_named("plan"), work=planning(outside, FEW)),
            replace(job_named("replan"), work=replanning(outside, FEW)),
        )
        import_places(town.owner, self.by, self.write("places.csv", PLACES))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def fleet(self, skills: str = "") -> None:
        vehicles = import_vehicles(self.town.owner, self.by, self.write("v.csv", VEHICLES), None, self.rules)
        crews = import_crews(self.town.owner, self.by, self.write("c.csv", CREWS.format(skills=skills)))
        assert (vehicles.refused_count, crews.refused_count) == (0, 0)

    def run(self, name: str, now: datetime) -> JobReport:
        return run_job(self.town.url, name, now, self.jobs)

    def plan(self, now: datetime) -> RoundPlan:
        report = self.run("plan", now)
        assert report.state == "done", report.detail
        with acting(self.town.owner, self.by.id):
            (found,) = standing(self.town.owner, now.date())
        return found.plan


@pytest.fixture
def council(town, tmp_path: Path) -> Council:
    return Council(town, tmp_path)


def test_a_day_is_planned_by_the_councils_own_hours_and_a_wrong_file_of_them_is_said(council: Council) -> None:
    without = import_vehicles(council.town.owner, council.by, council.write("v.csv", VEHICLES))
    assert [row.cause.value for row in without.refused] == ["unknown_duty"]
    council.fleet()
    plan = council.plan(EARLY)
    assert [(one.name, one.most_duty_s) for one in plan.work.duty_rules] == [("ours", 25_200)]

    council.write("duty_rules.toml", RULES.replace("25200", '"7 h"'))
    says = r"duty_rules\.toml: ours\.most_duty_s: '7 h' cannot be used\. Give a whole number of seconds"
    with pytest.raises(InputError, match=says):
        council.fleet()
    for name, now in (("replan", EARLY + timedelta(hours=3)), ("plan", EARLY + timedelta(days=1))):
        report = council.run(name, now)
        assert report.state == "failed", name
        assert "yard on 2026-03-0" in report.detail["error"]
        assert "ours.most_duty_s: '7 h' cannot be used. Give a whole number of seconds" in report.detail["error"]
    council.rules.unlink()
    gone = council.run("plan", EARLY + timedelta(days=1))
    assert "'ours' cannot be used. The rule sets are assimilated_eu, gb_domestic" in gone.detail["error"]


def test_a_bin_waits_for_who_has_its_skill_and_vehicles_are_home_in_time_for_their_yard(council: Council) -> None:
    council.fleet()
    plan = council.plan(EARLY)
    assert visited(plan) == {"litter"}
    (left,) = plan.left
    assert (left.visit, left.unmet) == ("bell", True)
    assert left.says.endswith("No vehicle can do it: of each of them, its crew lacks the skill crane.")
    assert [one.shift.to_at for one in plan.work.vehicles] == [datetime(2026, 3, 3, 13, 30, tzinfo=UTC)]
    council.fleet(skills="food;crane")
    assert visited(council.plan(EARLY + timedelta(days=1))) >= {"bell"}


def visited(plan: RoundPlan) -> set[str | None]:
    return {stop.visit for one in plan.rounds for stop in one.stops} - {None}
