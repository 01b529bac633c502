"""A changed rule over a store's past: the alerts of both, from the hours that are there, and nothing written."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hereabouts_platform.homes.limits import LIMITS
from hereabouts_platform.homes.record import HAZARDS, WATCH
from hereabouts_platform.jobs.backtest import Span, homes_of, parts_of, run
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
