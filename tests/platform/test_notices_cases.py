"""Dates of cases in notices: near, missed, to whom; digests by patch; clocks renewed when the rules change."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.registry import jobs_for
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.notify.facts import soon
from hereabouts_platform.store import notices as store
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.case_alerts import follow_alerts
from hereabouts_platform.store.connection import DatabaseRole, acting, connect

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DUE = datetime(2026, 12, 8, tzinfo=UTC)  # ten working days after day zero are over when Monday 7 December is
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Town = Any


@pytest.fixture
def council(town: Town) -> Town:
    """A case in each of two patches, on day zero; Ada and Bob have one each, Cyd manages all, Dot may see no home."""
    town.owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    for name, role, patches in (
        ("ada", "housing-officer", ["north"]),
        ("bob", "housing-officer", ["south"]),
        ("cyd", "housing-manager", None),
        ("dot", "analyst", None),
    ):
        number = town.one("INSERT INTO principal (kind, name) VALUES ('person', %s) RETURNING id", (name,))
        scope = json.dumps({} if patches is None else {"patches": patches})
        town.owner.execute("INSERT INTO principal_role VALUES (%s, %s, %s)", (number, role, scope))
        store.set_contact(town.owner, number, f"{name}@example.org", store.Wishes(digest=True, urgent=True, own=True))
    for patch, officer in (("north", "ada"), ("south", "bob")):
        town.owner.execute("INSERT INTO patch (code, name, team) VALUES (%s, %s, 'Homes')", (patch, patch))
        town.owner.execute(
            "INSERT INTO patch_rule (patch, principal_id) SELECT %s, id FROM principal WHERE name = %s",
            (patch, officer),
        )
        home = town.place(patch, name=f"1 {patch.capitalize()} Street")
        town.owner.execute("INSERT INTO patch_home VALUES (%s, %s)", (home, patch))
        town.owner.execute(
            "INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule,"
            " rule_version, opened_at, updated_at) VALUES ('place', %(home)s, %(home)s, 'damp_mould', 'act', 'Damp.',"
            " '{}', 'r', '1', %(at)s, %(at)s)",
            {"home": home, "at": MONDAY},
        )
    with connect(town.url, DatabaseRole.JOBS) as jobs:
        by = principal_named(jobs, "system:jobs")
        with acting(jobs, by.id):
            assert follow_alerts(jobs, by, MONDAY).opened == 2
    return town


def run(town: Town, name: str, now: datetime) -> Mapping[str, Any]:
    report = run_job(town.url, name, now, jobs_for(Outside(send=lambda _: None)))
    assert report.state == "done", report
    return report.detail


def made(town: Town) -> list[tuple[str, str, str]]:
    """Taken out of the outbox: to whom, subject, body."""
    rows = town.owner.execute(
        "SELECT p.name, n.subject, n.body FROM notice n JOIN principal p ON p.id = n.principal_id ORDER BY n.id"
    ).fetchall()
    town.owner.execute("UPDATE notice SET sent_at = made_at WHERE sent_at IS NULL")
    return rows


def test_whose_case_it_is_is_told_once_when_a_date_is_near_and_once_when_it_was_missed(council: Town) -> None:
    assert run(council, "clocks", DUE - DAY - HOUR) == {"renewed": 0, "near": 0, "missed": 0, "told": 0}
    assert run(council, "clocks", DUE - DAY) == {"renewed": 0, "near": 2, "missed": 0, "told": 2}
    assert run(council, "clocks", DUE - HOUR) == {"renewed": 0, "near": 2, "missed": 0, "told": 0}
    near = made(council)
    assert [(name, subject) for name, subject, _ in near] == [
        ("ada", "Your cases: 1 due soon"),
        ("bob", "Your cases: 1 due soon"),
    ]
    assert "- 1 North Street: finish the investigation, by Monday 7 December 2026." in near[0][2]
    assert "South" not in near[0][2]
    assert run(council, "clocks", DUE) == {"renewed": 0, "near": 0, "missed": 2, "told": 2}
    assert run(council, "clocks", DUE + DAY)["told"] == 0
    assert [subject for _, subject, _ in made(council)[2:]] == ["Your cases: 1 missed"] * 2


def test_a_case_handed_on_is_told_to_its_new_owner(council: Town) -> None:
    run(council, "clocks", DUE)
    council.owner.execute(
        "UPDATE case_record SET assignee_id = (SELECT id FROM principal WHERE name = 'cyd') WHERE patch = 'north'"
    )
    assert run(council, "clocks", DUE + HOUR)["told"] == 1
    assert made(council)[-1][0] == "cyd"


def test_digests_are_by_patch_and_tell_of_dates(council: Town) -> None:
    assert run(council, "digest", DUE - 3 * DAY - 15 * HOUR) == {"looked_at": 3, "made": 3}  # Friday, one day before
    by_name = {name: (subject, body) for name, subject, body in made(council)}
    assert set(by_name) == {"ada", "bob", "cyd"}  # Dot may see no home
    assert by_name["ada"][0] == "Hereabouts: 1 due soon and 1 new"
    assert "South" not in by_name["ada"][1]
    assert by_name["cyd"][0] == "Hereabouts: 2 due soon and 2 new"
    assert run(council, "digest", DUE + 9 * HOUR) == {"looked_at": 3, "made": 3}
    assert {subject for _, subject, _ in made(council)[3:]} == {"Hereabouts: 1 missed", "Hereabouts: 2 missed"}


def test_urgent_alerts_go_to_those_of_the_patch(council: Town) -> None:
    council.owner.execute("UPDATE alert SET level = 'urgent' WHERE place_id = 'north'")
    run(council, "notices", MONDAY)
    assert [name for name, _, _ in made(council)] == ["ada", "cyd"]


def test_clocks_are_worked_out_anew_when_the_rules_change_and_the_old_ones_stay(council: Town) -> None:
    before = council.one("SELECT count(*) FROM case_clock")
    council.owner.execute("UPDATE case_clock SET rules_sha256 = 'old', says = says || '{\"rule_sha256\": \"old\"}'")
    assert run(council, "clocks", MONDAY)["renewed"] == 2
    assert council.one("SELECT count(*) FROM case_clock WHERE superseded_at IS NULL") == before
    assert council.one("SELECT count(*) FROM case_clock WHERE rules_sha256 = 'old'") == before
    assert run(council, "clocks", MONDAY)["renewed"] == 0
    council.owner.execute("UPDATE case_policy SET awareness = 'human_triage'")
    assert run(council, "clocks", MONDAY)["renewed"] == 2
    assert run(council, "clocks", MONDAY)["renewed"] == 0


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (MONDAY, datetime(2026, 11, 27, tzinfo=UTC)),
        (datetime(2026, 12, 24, 9, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),  # Christmas, Boxing Day on Monday
        (datetime(2099, 12, 31, 9, tzinfo=UTC), datetime(2100, 1, 6, tzinfo=UTC)),  # beyond what anybody knows
    ],
)
def test_soon_is_three_working_days(now: datetime, end: datetime) -> None:
    assert soon(now, "england") == end
