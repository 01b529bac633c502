"""The watch over works, in a real store: rooms that hold, rooms in which it came back, who is told."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from hereabouts_platform.climate.vapour import Floats, saturation_pressure, vapour_pressure
from hereabouts_platform.homes.hours import Hours
from hereabouts_platform.homes.proof import COLD, SURFACE_HUMIDITY, VAPOUR_EXCESS, Verdict
from hereabouts_platform.homes.proof_days import room_days
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.registry import jobs_for
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store import notices
from hereabouts_platform.store.proof import changes_of, watches_of

FIRST = datetime(2026, 10, 1, tzinfo=UTC)
BEFORE, EARLY, LATE = 60, 40, 28  # days
DONE = FIRST + timedelta(days=BEFORE)
NOW = DONE + timedelta(days=EARLY + LATE, hours=6)

Town = Any


def hours_of(values: Floats) -> Hours:
    """Two rooms: one of 20 degC and 60 %, one with an hour too few."""
    hours = Hours.unknown(2)
    hours.temperature[:], hours.humidity[:] = 20.0, 60.0
    hours.outdoor_temperature[:], hours.outdoor_humidity[:] = values[:, np.newaxis], 85.0
    hours.temperature[:7, 1] = np.nan
    return hours


def test_days_are_means_of_the_hours_of_which_both_are_known() -> None:
    outdoor = np.repeat([0.0, 10.0], 12)
    days = room_days(20_454, [hours_of(outdoor), hours_of(outdoor + 1)], 0, float("nan"), VAPOUR_EXCESS)
    assert [str(day) for day in days.day] == ["2026-01-01", "2026-01-02"]
    assert days.outdoor.tolist() == [5.0, 6.0]
    inside, outside = vapour_pressure(20.0, 60.0), vapour_pressure(outdoor, 85.0)
    assert days.value[0] == pytest.approx(float(inside - outside.mean()))
    few = room_days(20_454, [hours_of(outdoor)], 1, 0.7, COLD)
    assert np.isnan(few.value).all()
    assert np.isnan(few.outdoor).all()
    known = hours_of(outdoor)
    known.temperature[6, 1] = 20.0
    assert room_days(20_454, [known], 1, 0.7, COLD).outdoor.tolist() == [pytest.approx(120 / 18)]
    usual = room_days(20_454, [known], 0, float("nan"), SURFACE_HUMIDITY).value
    assert usual.tolist() == room_days(20_454, [known], 0, 0.75, SURFACE_HUMIDITY).value.tolist()


def hours(town: Town, stream: int, values: Floats) -> None:
    with town.owner.cursor().copy(
        "COPY reading_hour (datastream_id, hour, count, mean, min, max, first, last, sum) FROM STDIN"
    ) as copy:
        for number, value in enumerate(values):
            one = float(value)
            copy.write_row((stream, FIRST + timedelta(hours=number), 2, one, one, one, one, one, 2 * one))


def mended(town: Town, home: str, excess: Floats, outdoor: Floats) -> None:
    """A home of one bedroom with a case in monitoring; its air holds so much more vapour than the air outside, Pa."""
    town.place(home, name=f"{home} Street", lon=-1.5, lat=53.8)
    bedroom = town.place(f"{home}/bed", "room", name="Bedroom", parent_id=home)
    streams = town.sensor(bedroom)
    warm = np.full(len(outdoor), 19.0)
    vapour = vapour_pressure(outdoor, np.full(len(outdoor), 85.0)) + excess
    hours(town, streams["air_temperature"], warm)
    hours(town, streams["relative_humidity"], 100 * vapour / saturation_pressure(warm))
    case = town.one(
        "INSERT INTO case_record (place_id, hazard, state, opened_at, assignee_id) SELECT %s, 'damp_mould',"
        " 'monitoring', %s, id FROM principal WHERE name = 'ada' RETURNING id",
        (home, FIRST),
    )
    for kind, at in (("reported", FIRST), ("works_begun", DONE - timedelta(days=2)), ("works_done", DONE)):
        town.owner.execute("INSERT INTO case_event (case_id, kind, at) VALUES (%s, %s, %s)", (case, kind, at))
    town.owner.execute(
        "INSERT INTO room_day (place_id, day, until, damp_mould, excess_cold, excess_heat, damp_stands, cold_stands,"
        " heat_stands, covered, cold_hours, quiet, faults, rule_version, rule_hash) SELECT %s, d::date, 24, 'ok', 'ok',"
        " 'ok', 'ok', 'ok', 'ok', 24, 0, false, '{}', '1', 'x' FROM generate_series(%s::date, %s::date, '1 day') d",
        (bedroom, DONE.date(), NOW.date() - timedelta(days=1)),
    )


@pytest.fixture
def street(town: Town) -> Town:
    town.owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    town.owner.execute("INSERT INTO principal (kind, name) VALUES ('person', 'ada')")
    ada = town.one("SELECT id FROM principal WHERE name = 'ada'")
    town.owner.execute("INSERT INTO principal_role VALUES (%s, 'housing-manager')", (ada,))
    notices.set_contact(town.owner, ada, "ada@example.org", notices.Wishes(own=True))
    for month in range(6):
        at = FIRST + timedelta(days=30 * month)
        town.owner.execute("SELECT make_partition('reading_hour', %s)", (at,))
    chance = np.random.default_rng(7)
    outdoor = np.repeat(chance.normal(5.0, 3.0, BEFORE + EARLY + LATE), 24)
    town.place("roof", "weather_station", lon=-1.5, lat=53.8)
    station = town.sensor("roof")
    hours(town, station["air_temperature"], outdoor)
    hours(town, station["relative_humidity"], np.full(len(outdoor), 85.0))
    noise = chance.normal(0, 20, len(outdoor))
    wet, dry = np.full(BEFORE * 24, 500.0), np.full(EARLY * 24, 150.0)
    mended(town, "holds", np.concatenate((wet, dry, np.full(LATE * 24, 150.0))) + noise, outdoor)
    mended(town, "returns", np.concatenate((wet, dry, np.full(LATE * 24, 480.0))) + noise, outdoor)
    return town


def run(town: Town, now: datetime = NOW) -> Mapping[str, Any]:
    report = run_job(town.url, "proof", now, jobs_for(Outside(send=lambda _: None)))
    assert report.state == "done", report
    return report.detail


def test_a_relapse_is_kept_with_its_case_and_told_once(street: Town) -> None:
    found = {"cases": 2, "watching": 1, "held": 0, "relapsed": 1, "cannot_say": 0, "told": 1}
    assert run(street) == found
    holds, returns = (
        watches_of(street.owner, street.one("SELECT id FROM case_record WHERE place_id = %s", (home,)))
        for home in ("holds", "returns")
    )
    assert [(row["place"], row["state"], row["days_seen"]) for row in holds] == [
        ("holds/bed", "watching", EARLY + LATE)
    ]
    (vapour, surface) = changes_of("damp_mould", holds[0]["changes"])
    assert (vapour.measure, vapour.verdict, surface.measure) == (VAPOUR_EXCESS, Verdict.BETTER, SURFACE_HUMIDITY)
    assert vapour.change == pytest.approx(-350, abs=60)
    assert vapour.low < vapour.change < vapour.high
    assert holds[0]["until"] == (DONE + timedelta(days=90)).date()
    assert (returns[0]["state"], returns[0]["came_back_on"]) == ("relapsed", NOW.date() - timedelta(days=1))
    assert "of what the works gained is gone" in returns[0]["reason"]
    (notice,) = street.owner.execute("SELECT kind, subject, body FROM notice").fetchall()
    assert notice[:2] == ("relapse", "It came back: returns Street, Bedroom")
    assert "holds Street" not in notice[2]
    assert run(street, NOW + timedelta(days=1)) == found | {"told": 0}
    returns = watches_of(street.owner, street.one("SELECT id FROM case_record WHERE place_id = 'returns'"))
    assert returns[0]["came_back_on"] == NOW.date() - timedelta(days=1)  # it stays the day on which it was seen first


def test_a_case_without_a_whole_day_or_without_works_is_left_alone(street: Town) -> None:
    nothing = {"cases": 2, "watching": 0, "held": 0, "relapsed": 0, "cannot_say": 0, "told": 0}
    assert run(street, DONE + timedelta(hours=6)) == nothing
