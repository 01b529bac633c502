"""A changed rule over a store's past: the alerts of both, from the hours that are there, and nothing written."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hereabouts_platform.homes.backtest import Known
from hereabouts_platform.homes.limits import LIMITS
from hereabouts_platform.homes.record import HAZARDS, WATCH
from hereabouts_platform.jobs.backtest import Span, homes_of, outcomes_known, parts_of, run
from hereabouts_platform.jobs.run import run_job

NOW = datetime(2026, 3, 3, 14, 20, tzinfo=UTC)
LAST = (date(2026, 3, 2) - date(1970, 1, 1)).days
DAY = timedelta(days=1)


def test_a_stricter_draft_raises_what_stands_does_not(town: Any) -> None:
    for home, humidity in (("H1", 72.0), ("H2", 45.0), ("H3", 80.0)):
        town.air(town.sensor(town.place(home)), 20.0, humidity, NOW - 40 * DAY, NOW)
    assert run_job(town.url, "assess", NOW).state == "done"
    before = town.one("SELECT count(*) FROM alert"), town.one("SELECT max(id) FROM audit")
    draft = replace(LIMITS, version="draft", damp=replace(LIMITS.damp, air_week=60.0, air_month=99.0))
    span = Span(first=LAST - 27, last=LAST)
    homes = homes_of(town.url, LIMITS)
    assert (homes, parts_of(homes), span.days) == (["H1", "H2", "H3"], 1, 28)
    (part,) = run(town.url, homes, [LIMITS, draft], span)
    now, then = ([(one.home, HAZARDS[one.hazard]) for one in alerts if one.level >= WATCH] for alerts in part)
    assert ("H3", "damp_mould") in now
    assert ("H1", "damp_mould") in then
    assert not {home for home, _ in (*now, *then)} & {"H2"}
    assert all(span.first <= one.last for alerts in part for one in alerts)
    assert (town.one("SELECT count(*) FROM alert"), town.one("SELECT max(id) FROM audit")) == before


def test_what_was_found_comes_from_the_closed_cases(town: Any) -> None:
    town.owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    for n, (outcome, ended) in enumerate(
        [("cause_found", 30), ("false_alarm", None), ("sensor_problem", 5), ("no_access", 6), ("confirmed_hazard", 90)]
    ):
        home = town.place(f"H{n}")
        case = town.one(
            "INSERT INTO case_record (place_id, hazard, state, outcome, opened_at, closed_at)"
            " VALUES (%s, 'damp_mould', 'closed', %s, %s, %s) RETURNING id",
            (home, outcome, NOW - 120 * DAY, NOW - 2 * DAY),
        )
        if ended is not None:
            town.owner.execute(
                "INSERT INTO case_event (case_id, kind, at, detail) VALUES (%s, 'investigation_concluded', %s, '{}')",
                (case, NOW - ended * DAY),
            )
    today = LAST + 1
    assert outcomes_known(town.url, Span(first=LAST - 60, last=LAST)) == [
        Known(home="H0", hazard="damp_mould", day=today - 30, confirmed=True),
        Known(home="H2", hazard="damp_mould", day=today - 5, confirmed=False),
        Known(home="H1", hazard="damp_mould", day=today - 2, confirmed=False),
    ]
