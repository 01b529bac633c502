"""`hereabouts rounds dial`: from readings in the store to a depot's curve, and what is said where there is none."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np
import orjson
import psycopg
import pytest
from typer.testing import CliRunner, Result

from hereabouts_deploy.main import app
from hereabouts_schemas.errors import InputError, NotNow
from hereabouts_schemas.times import LONDON

TOWN = """
SELECT set_config('hereabouts.principal', '1', false);
INSERT INTO place (id, kind, name, lon, lat, attributes) VALUES
    ('yard', 'depot', 'Yard', -1.5, 53.8, '{"overflow_p": 1000}'), ('tip', 'tip', 'Tip', -1.52, 53.8, '{}');
INSERT INTO vehicle VALUES ('v1', 'RCV 1', 'rcv26', '[{"streams": ["general"], "litres": 9000, "kg": 5000}]', '{}',
    'gb_domestic', 'yard', 'yard', 100, 90, 2500);
INSERT INTO crew VALUES ('red', 'daily', 'Red', 'v1', '{1,2,3,4,5,6,7}', NULL, '06:00', '14:00');
INSERT INTO profile (id, title, maker, version, interval_s, quantities)
    VALUES ('test', 'Test', 'Test', '1', 1800, '{fill_level}');
"""
BINS, DAYS = {"a": 8, "b": 25, "c": 40}, 16


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(TOWN)
        yield connection


def fill(owner: psycopg.Connection, name: str, points: int) -> None:
    """A bin that fills by so many points a day, is read every three hours and emptied every fourth midnight."""
    (stream,) = owner.execute(
        "WITH p AS (INSERT INTO place (id, kind, name, lon, lat, attributes)"
        "           VALUES (%(name)s, 'bin_slot', %(name)s, -1.4, 53.9, '{\"capacity_l\": 240}') RETURNING id),"
        " v AS (INSERT INTO device (id, profile_id) VALUES (%(name)s, 'test') RETURNING id),"
        " d AS (INSERT INTO deployment (device_id, place_id, from_at, mount)"
        "       SELECT v.id, p.id, '2020-01-01Z', '{}' FROM p, v RETURNING id)"
        " INSERT INTO datastream (deployment_id, quantity, unit, kind)"
        " SELECT id, 'fill_level', '%%', 'measurement' FROM d RETURNING id",
        {"name": name},
    ).fetchone()  # type: ignore[misc]
    today = datetime.now(LONDON).date()
    first = datetime.combine(today - timedelta(days=DAYS), time(), LONDON)
    for days in (0, DAYS):
        owner.execute("SELECT make_partition('reading', %s)", (first + timedelta(days=days),))
    hours = np.arange(0, DAYS * 24, 3)
    levels = np.minimum(hours % 96 / 24 * points, 100)
    with owner.cursor().copy("COPY reading (datastream_id, batch_id, time, value) FROM STDIN") as copy:
        for hour, level in zip(hours.tolist(), levels.tolist(), strict=True):
            copy.write_row((stream, 1, first + timedelta(hours=hour, minutes=1), level))


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["rounds", "dial", *arguments], env={"HEREABOUTS_DATABASE_URL": url})


def test_a_dial_is_drawn_by_the_depots_own_weeks(
    owner: psycopg.Connection, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, points in BINS.items():
        fill(owner, name, points)
    done = run(database_url, "--depot", "yard", "--svg", "dial.svg", "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    found = orjson.loads(done.stdout)
    assert (found["overflow_p"], found["bins"], found["roads"]) == (1000, 3, "great_circle")
    assert [one["overflow_p"] for one in found["settings"]] == [64, 160, 400, 1000, 2500, 6250]
    days = (datetime.fromisoformat(found["to"]) - datetime.fromisoformat(found["from"])).days + 1
    assert days == DAYS - 7
    low, high = found["settings"][0], found["settings"][-1]
    assert low["overflow_week"] > high["overflow_week"]
    assert min(low["km_day"], high["km_day"]) > 0
    was = found["as_it_was"]
    assert was["km_day"] is None
    assert was["visits_day"] * days == pytest.approx(6, abs=3.1), "two bins drop far enough to be seen, or three"
    assert was["overflow_week"] > 0
    assert any(one.startswith("What crews truly drove is not known") for one in found["says"])
    assert (tmp_path / "dial.svg").read_text(encoding="utf-8").count("<circle ") == 6


def test_a_bin_that_nobody_emptied_on_these_days_takes_part(owner: psycopg.Connection, database_url: str) -> None:
    fill(owner, "a", 5)  # too little for an emptying to be seen: it is watched since the first reading, 16 days ago
    done = run(database_url, "--depot", "yard", "--days", "14", "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    assert orjson.loads(done.stdout)["bins"] == 1


def test_what_there_is_too_little_of_is_said(owner: psycopg.Connection, database_url: str) -> None:
    fill(owner, "a", 25)
    owner.execute("DELETE FROM reading WHERE time < now() - interval '9 days'")
    short = run(database_url, "--depot", "yard")
    assert isinstance(short.exception, NotNow)
    assert "whole days; the dial is drawn from 14 or more. Come back then, or import" in str(short.exception)
    owner.execute("DELETE FROM reading")
    assert "No bin of yard told its level" in str(run(database_url, "--depot", "yard").exception)
    assert isinstance(run(database_url, "--depot", "nowhere").exception, InputError)
