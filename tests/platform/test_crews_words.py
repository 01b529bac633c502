"""What crews say of a bin without a sensor moves its forecast, through the job and the store."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.rounds.standing import Standing, read_standing
from hereabouts_platform.store.connection import DatabaseRole, connect

NOW = datetime(2026, 3, 3, 4, 30, tzinfo=UTC)  # a Tuesday
MIDNIGHT = NOW.replace(hour=0, minute=0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HISTORY, EVERY_DAYS = 60, 2
MEASURED, MUTE = ("a", "b", "c"), "mute"
ADD_VISIT = """
WITH p AS (INSERT INTO round_plan (day, depot, version, state, made_at, made_by, published_at, roads, attribution,
    matrix_sha256, of_homes, published)
    VALUES ('2026-01-01', 'yard', 1, 'superseded', now(), 1, now(), '', '', '{}', false, '{}') RETURNING id)
INSERT INTO visit (day, key, plan_id, place_id, of_home, name, lon, lat, must, prize_p, service_s, reason, says)
SELECT '2026-01-01', 'v', id, 'yard', false, '', 0, 0, true, 0, 0, 'manual', '' FROM p RETURNING id
"""


@pytest.fixture
def worked(town) -> int:
    """Bins that fill by 30 points a day, emptied each second midnight at 58 %, as crews say; the visit they say it of.

    One of them has no sensor.
    """
    town.owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    for month in range(4):
        town.owner.execute("SELECT make_partition('reading', %s)", (NOW - timedelta(days=30 * month),))
    town.place("yard", "depot", lon=-1.5, lat=53.8)
    hours = HISTORY * 24
    levels = 58 * (np.arange(hours) % (24 * EVERY_DAYS) + 1) / (24 * EVERY_DAYS)
    for name in (*MEASURED, MUTE):
        town.place(name, "bin_slot", lon=-1.5, lat=53.8)
        if name == MUTE:
            continue
        town.sensor(name, "air_temperature")
        stream = town.one(
            "INSERT INTO datastream (deployment_id, quantity, unit, kind)"
            " SELECT id, 'fill_level', '%%', 'measurement' FROM deployment WHERE place_id = %s RETURNING id",
            (name,),
        )
        with town.owner.cursor().copy("COPY reading (datastream_id, batch_id, time, value) FROM STDIN") as copy:
            for number, level in enumerate(levels.round(1).tolist()):
                copy.write_row((stream, 1, MIDNIGHT - (hours - number) * HOUR, level))
    visit = town.one(ADD_VISIT)
    for name in (*MEASURED, MUTE):
        for day in range(EVERY_DAYS, HISTORY, EVERY_DAYS):
            says(town, visit, name, "emptied", MIDNIGHT - (HISTORY - day) * DAY - timedelta(minutes=20))
    return visit


def says(town, visit: int, place: str, kind: str, at: datetime) -> None:
    town.owner.execute(
        "INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id) VALUES (%s, %s, %s, %s, %s)",
        (visit, place, kind, at, f"{place} {kind} {at}"),
    )


def settled(url: str, *moments: datetime) -> Standing:
    """Where forecasts stand after the job ran at these moments, from the beginning."""
    with connect(url, DatabaseRole.JOBS) as jobs:
        jobs.execute("DELETE FROM bin_state")
        jobs.execute("DELETE FROM bin_group_state")
    for now in moments:
        report = run_job(url, "forecast", now)
        assert report.state == "done", report.detail
    with connect(url, DatabaseRole.JOBS) as jobs:
        return read_standing(jobs)


def test_a_bin_found_overflowing_again_and_again_fills_faster_than_its_group(town, worked: int) -> None:
    usual = settled(town.url, NOW).state.bins[MUTE]
    assert usual.weight == 0, "emptied by itself says nothing of how fast it fills"
    for day in range(EVERY_DAYS, HISTORY, EVERY_DAYS):
        at = MIDNIGHT - (HISTORY - day) * DAY - timedelta(minutes=21)
        says(town, worked, MUTE, "overflowing", at)
    known = settled(town.url, NOW).state.bins
    assert known[MUTE].total / known[MUTE].weight == pytest.approx(50, abs=4)
    assert known["a"].total / known["a"].weight == pytest.approx(29, abs=2), "and nobody else does"


def test_what_is_found_overflowing_and_left_is_full(town, worked: int) -> None:
    says(town, worked, MUTE, "overflowing", NOW - 30 * HOUR)
    assert settled(town.url, NOW).state.bins[MUTE].full


def test_days_in_steps_are_as_all_at_once(town, worked: int) -> None:
    says(town, worked, MUTE, "overflowing", NOW - 9 * DAY)
    says(town, worked, MUTE, "not_full", NOW - 5 * DAY)
    at_once = settled(town.url, NOW)
    in_steps = settled(town.url, *(NOW - number * DAY for number in range(12, -1, -1)))
    assert in_steps.settled == at_once.settled
    assert in_steps.state.bins[MUTE].weight > 0
    assert in_steps.state.bins[MUTE].total == pytest.approx(at_once.state.bins[MUTE].total, rel=1e-3)
