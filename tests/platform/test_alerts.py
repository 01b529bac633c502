"""Alerts in a real store: the assess job opens, updates and clears them from readings alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.rules.alert_life import OpenAlert
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.alerts import follow, open_alerts
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.alert import Assessment, Evidence, Finding, Level, SubjectKind

NOW = datetime(2026, 3, 3, 14, 20, tzinfo=UTC)
DAY = timedelta(days=1)

Town = Any
Row = dict[str, Any]


def alerts(town: Town) -> dict[str, Row]:
    rows = town.owner.cursor(row_factory=dict_row).execute("SELECT * FROM alert ORDER BY id").fetchall()
    assert len({row["subject_id"] for row in rows}) == len(rows)
    return {row["subject_id"]: row for row in rows}


def assess(town: Town, now: datetime = NOW) -> dict[str, Any]:
    report = run_job(town.url, "assess", now)
    assert report.state == "done", report
    return dict(report.detail)


@pytest.fixture
def street(town: Town) -> Town:
    """Four rooms over a month: wet, dry, wet and then silent, and dry with a wall that is not."""
    month = NOW - 31 * DAY
    station = town.sensor(town.place("Mill Hill", "weather_station", lon=-1.5, lat=53.8), "air_temperature")
    town.read(station["air_temperature"], 0.0, month, NOW)
    for number, (humidity, last) in enumerate([(81.0, NOW), (45.0, NOW), (90.0, NOW - 3 * DAY), (68.0, NOW)]):
        home = town.place(f"H{number}", lon=-1.51, lat=53.8) if number == 3 else town.place(f"H{number}")
        room = town.place(f"{home}/bedroom", "room", name="Bedroom", parent_id=home)
        town.air(town.sensor(room), 18.0, humidity, month, last)
    return town


def test_the_job_opens_what_the_readings_say(street: Town) -> None:
    detail = assess(street)
    found = alerts(street)
    assert {place: row["level"] for place, row in found.items()} == {
        "H0/bedroom": "watch",
        "H2/bedroom": "act",  # nothing is known of it now; what stood, stands
        "H3/bedroom": "act",
    }
    assert (detail["rooms"], detail["assessed"], detail["opened"], detail["cannot_say"]) == (4, 4, 3, 1)
    assert found["H3/bedroom"]["evidence"]["surface_humidity_week"]["station"] == {
        "place": "Mill Hill",
        "name": "Mill Hill",
        "distance_km": 0.7,
    }
    assert "station" not in found["H3/bedroom"]["evidence"]["air_humidity_week"]
    assert all(row["cause"]["title"] and 0 < row["cause"]["odds"] <= 1 for row in found.values())
    assert found["H3/bedroom"]["cause"]["cause"] in {*Cause}
    wet = found["H0/bedroom"]
    assert (wet["place_id"], wet["hazard"], wet["rule"], wet["rule_version"]) == (
        "H0/bedroom",
        "damp_mould",
        "homes",
        "2",
    )
    assert "The air of the room has averaged 81 % over the last 7 days (limit 75 %)" in wet["reason"]
    assert wet["evidence"]["air_humidity_week"] == {
        "value": 81.0,
        "unit": "%",
        "limit": 75.0,
        "from": "2026-02-24T00:00:00Z",
        "to": "2026-03-03T00:00:00Z",
    }
    assert (wet["opened_at"], wet["updated_at"], wet["cleared_at"]) == (NOW, NOW, None)
    assert (
        "Outdoor climate from Mill Hill, temperature factor of the wall 0.75 (assumed)" in found["H3/bedroom"]["reason"]
    )
    assert street.one("SELECT name FROM principal JOIN alert ON changed_by = principal.id LIMIT 1") == "system:command"


def test_an_alert_of_the_rule_before_is_taken_over(street: Town) -> None:
    street.owner.execute(
        "INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule, rule_version,"
        " opened_at, updated_at, changed_by) SELECT 'place', h, h, 'damp_mould', 'act', 'Wet.', %s, 'part_f', '1',"
        " %s, %s, 1 FROM unnest(ARRAY['H0/bedroom', 'H1/bedroom']) h",
        (
            '{"air_humidity_week": {"value": 81.0, "unit": "%", "limit": 75.0, "from": "2026-02-20T14:00:00Z",'
            ' "to": "2026-02-27T14:00:00Z"}}',
            NOW - DAY,
            NOW - DAY,
        ),
    )
    assess(street)
    found = alerts(street)
    assert [(found["H0/bedroom"][name]) for name in ("rule", "level", "opened_at", "cleared_at")] == [
        "homes", "watch", NOW - DAY, None,
    ]  # fmt: skip
    assert found["H1/bedroom"]["cleared_at"] == NOW


def test_running_again_within_the_hour_changes_nothing(street: Town) -> None:
    assess(street)
    before = alerts(street)
    detail = assess(street, NOW + timedelta(minutes=5))
    assert (detail["opened"], detail["updated"], detail["cleared"]) == (0, 0, 0)
    assert alerts(street) == before


def test_deleting_the_alerts_and_running_again_brings_the_same_back(street: Town) -> None:
    assess(street)
    before = alerts(street)
    street.owner.execute("DELETE FROM alert")
    assess(street)
    kept = ("subject_id", "hazard", "level", "reason", "evidence", "rule", "rule_version")
    assert [[row[name] for name in kept] for row in alerts(street).values()] == [
        [row[name] for name in kept] for row in before.values()
    ]


def test_a_sensor_that_stops_mid_alert_leaves_it_open_and_says_so(town: Town) -> None:
    streams = town.sensor(town.place("H1"))
    town.air(streams, 18.0, 90.0, NOW - 20 * DAY, NOW)
    assess(town)
    opened = alerts(town)["H1"]
    for later in (2 * DAY, 30 * DAY, 120 * DAY):
        assess(town, NOW + later)
        silent = alerts(town)["H1"]
        assert (silent["cleared_at"], silent["level"]) == (None, "act")
        assert silent["evidence"].keys() == opened["evidence"].keys()
        assert silent["reason"].startswith("No readings in this home since 3 March 2026, 14:00.")
        assert "; the alert stays open. Mould" in silent["reason"]
        assert "90 % over the last 7 days" in silent["reason"]


def test_when_it_is_heard_again_and_dry_the_alert_clears(town: Town) -> None:
    streams = town.sensor(town.place("H1"))
    town.air(streams, 18.0, 90.0, NOW - 20 * DAY, NOW)
    assess(town)
    assess(town, NOW + 3 * DAY)
    town.air(streams, 18.0, 50.0, NOW + 10 * DAY, NOW + 31 * DAY)
    assess(town, NOW + 11 * DAY + timedelta(hours=1))
    assert alerts(town)["H1"]["cleared_at"] is None
    cleared_at = NOW + 30 * DAY
    assess(town, cleared_at)
    cleared = alerts(town)["H1"]
    assert (cleared["cleared_at"], cleared["updated_at"], cleared["opened_at"]) == (cleared_at, cleared_at, NOW)
    assert "is dry enough" in cleared["reason"]


def test_a_room_gets_a_new_alert_when_it_is_wet_again(town: Town) -> None:
    streams = town.sensor(town.place("H1"))
    for first, last, humidity in ((-20, 0, 90.0), (0, 45, 50.0), (45, 60, 90.0)):
        town.air(streams, 18.0, humidity, NOW + first * DAY, NOW + last * DAY)
    for days in (0, 45, 60):
        assess(town, NOW + days * DAY)
    rows = town.owner.execute("SELECT opened_at, cleared_at FROM alert ORDER BY id").fetchall()
    assert rows == [(NOW, NOW + 45 * DAY), (NOW + 60 * DAY, None)]


def test_order_of_arrival_and_copies_change_no_alert(town: Town) -> None:
    one, two = town.sensor(town.place("H1")), town.sensor(town.place("H2"))
    parts = [(NOW - (days + 1) * DAY, NOW - days * DAY) for days in range(10)]
    for from_at, to_at in parts:
        town.air(one, 18.0, 80.0, from_at, to_at)
    for from_at, to_at in [*reversed(parts), *parts]:
        town.air(two, 18.0, 80.0, from_at, to_at)
    assess(town)
    found = alerts(town)
    assert [found["H1"][name] for name in ("level", "reason", "evidence")] == [
        found["H2"][name] for name in ("level", "reason", "evidence")
    ]


def says(subject: str, finding: Finding, value: float) -> Assessment:
    return Assessment(
        subject_kind=SubjectKind.PLACE,
        subject_id=subject,
        hazard="damp_mould",
        finding=finding,
        level=Level.WATCH,
        reason=f"It is {value}.",
        rule="homes",
        rule_version="2",
        evidence={"week": Evidence(value=value, unit="%", limit=75.0, from_at=NOW - 7 * DAY, to_at=NOW)},
    )


def test_what_is_written_is_read_back_the_same(town: Town) -> None:
    for number in range(3):
        town.place(f"H{number}")
    with connect(town.url, DatabaseRole.JOBS) as connection:
        principal = principal_named(connection, "system:jobs")
        said = [says(f"H{number}", Finding.FLAG, 80.123456 + number) for number in (2, 0, 1)]
        with acting(connection, principal.id):
            assert follow(connection, said, {}, NOW).opened == 3
        standing = open_alerts(connection, SubjectKind.PLACE, "damp_mould")
        assert set(standing) == {"H0", "H1", "H2"}
        assert isinstance(standing["H1"], OpenAlert)
        assert standing["H1"].says.evidence == says("H1", Finding.FLAG, 81.123456).evidence
        with acting(connection, principal.id):
            assert follow(connection, said, standing, NOW).updated == 0
            changes = follow(
                connection, [says("H0", Finding.CLEAR, 60.0), says("H1", Finding.FLAG, 90.0)], standing, NOW
            )
        assert (changes.cleared, changes.updated) == (1, 1)
        assert set(open_alerts(connection, SubjectKind.PLACE, "damp_mould")) == {"H1", "H2"}


def test_the_store_itself_allows_one_open_alert_a_subject_and_hazard(town: Town) -> None:
    town.place("H1")
    with connect(town.url, DatabaseRole.JOBS) as connection:
        principal = principal_named(connection, "system:jobs")
        with acting(connection, principal.id):
            follow(connection, [says("H1", Finding.FLAG, 80.0)], {}, NOW)
        with pytest.raises(psycopg.errors.UniqueViolation), acting(connection, principal.id):
            follow(connection, [says("H1", Finding.FLAG, 80.0)], {}, NOW)


# places that no sensor measures any more


def wet_home(town: Town) -> None:
    town.air(town.sensor(town.place("H1")), 18.0, 90.0, NOW - 20 * DAY, NOW)
    assess(town)


def move_to_a_room(town: Town) -> None:
    """As `hereabouts import devices` does when the same row comes again with a room."""
    town.place("H1/bedroom", "room", name="Bedroom", parent_id="H1")
    town.owner.execute("UPDATE deployment SET place_id = 'H1/bedroom'")


def change_its_kind(town: Town) -> None:
    town.owner.execute("UPDATE place SET kind = 'office' WHERE id = 'H1'")


@pytest.mark.parametrize("happens", [move_to_a_room, change_its_kind])
def test_an_alert_that_no_sensor_speaks_for_stays_open_and_says_so(town: Town, happens: Callable[[Town], None]) -> None:
    wet_home(town)
    opened = alerts(town)["H1"]
    happens(town)
    later = NOW + timedelta(hours=1)
    assert assess(town, later)["no_sensor"] == 1
    left = alerts(town)["H1"]
    assert (left["cleared_at"], left["level"], left["updated_at"]) == (None, "act", later)
    assert left["evidence"] == opened["evidence"]
    assert left["reason"].startswith(
        "No sensor measures the air of this place as a home or a room any more; the last averages known here end on "
        "3 March 2026, 00:00."
    )
    assert "`hereabouts import devices`" in left["reason"]
    assert left["reason"].endswith("; the alert stays open.")


def test_saying_so_again_changes_nothing(town: Town) -> None:
    wet_home(town)
    move_to_a_room(town)
    assess(town)
    before = alerts(town)
    assert set(before) == {"H1", "H1/bedroom"}
    for later in (timedelta(minutes=5), 90 * DAY):
        assess(town, NOW + later)
        assert alerts(town)["H1"] == before["H1"]


def test_a_sensor_that_comes_back_and_is_dry_clears_it(town: Town) -> None:
    wet_home(town)
    move_to_a_room(town)
    assess(town)
    town.air(town.sensor("H1"), 18.0, 50.0, NOW, NOW + 10 * DAY)
    assert assess(town, NOW + 10 * DAY)["no_sensor"] == 0
    assert alerts(town)["H1"]["cleared_at"] == NOW + 10 * DAY
