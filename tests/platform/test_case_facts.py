"""Facts are copied into a case while they are there, and its file is the same when they have gone."""

from datetime import UTC, datetime, timedelta

import pytest

from hereabouts_platform.evidence.case_file import to_json
from hereabouts_platform.evidence.pack import pack_of
from hereabouts_platform.jobs.cases import copy_case_facts
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.case_alerts import follow_alerts
from hereabouts_platform.store.case_events import Clerk, Happened
from hereabouts_platform.store.case_list import find_case
from hereabouts_platform.store.case_pack import case_file
from hereabouts_platform.store.cases import record_event
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.raw_blob import pack
from hereabouts_schemas.case import CaseEventKind
from hereabouts_schemas.message import Message, Source

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
FRAMES = [NOW - timedelta(hours=hours) for hours in (200, 30, 5)]  # the first before the alert begins to count
WEEK = '{"week": {"value": 81, "unit": "%", "limit": 75, "from": "2026-11-24T10:00:00Z", "to": "2026-12-01T10:00:00Z"}}'


@pytest.fixture
def damp(town) -> dict[str, int]:
    """A home with an alert, hours of three months, weather, and three messages; another home's message beside each."""
    owner: Connection = town.owner
    owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    town.place("h1", name="1 Elm Court", lon=-1.5, lat=53.8)
    town.place("h1/bed", "room", parent_id="h1", name="Bedroom")
    for number, lon in ((1, -1.4), (2, 3.0)):
        town.place(f"w{number}", "weather_station", lon=lon, lat=53.8, name=f"Roof {number}")
    streams = {place: town.sensor(place, "air_temperature")["air_temperature"] for place in ("h1/bed", "w1", "w2")}
    for month in ("2026-09-01Z", "2026-10-01Z", "2026-11-01Z", "2026-12-01Z"):
        owner.execute("SELECT make_partition(t::regclass, %s) FROM unnest(%s::text[]) t",
                      (month, ["reading_hour", "batch", "uplink"]))  # fmt: skip
    owner.execute(
        "INSERT INTO reading_hour (datastream_id, hour, count, mean, time_mean, min, max, first, last, sum)"
        " SELECT s, h, 4, 15, 15.5, 14, 16, 14, 16, 60 FROM unnest(%s::int[]) s,"
        " generate_series('2026-08-31Z'::timestamptz, '2026-12-01T09:00Z', '1 hour') h WHERE h >= '2026-09-01Z'",
        (list(streams.values()),),
    )
    (device,) = owner.execute("SELECT device_id FROM deployment WHERE place_id = 'h1/bed'").fetchone()
    source = Source(id=1, name="plain", topic_filter="#", envelope="plain")
    for number, at in enumerate(FRAMES):
        messages = [
            Message(source=source, topic="t/other", payload=b"not theirs", received_at=at, retained=False),
            Message(source=source, topic="t/dev", payload=b"frame %d" % number, received_at=at, retained=False),
        ]
        batch = town.one(
            "INSERT INTO batch (received_at, slot, message_count, blob) VALUES (%s, 0, 2, %s) RETURNING id",
            (at, pack(messages)),
        )
        owner.execute(
            "INSERT INTO uplink (batch_id, index, received_at, source_id, outcome, device_id, observed_at, decoder)"
            " VALUES (%s, 0, %s, 1, 'stored', 'somebody-else', %s, 'x/1'), (%s, 1, %s, 1, 'stored', %s, %s, 'test/1')",
            (batch, at, at, batch, at, device, at),
        )
    owner.execute(
        "INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule, rule_version,"
        " opened_at, updated_at, changed_by) VALUES ('place', 'h1/bed', 'h1/bed', 'damp_mould', 'act', 'Damp.', %s,"
        " 'damp', '3', %s, %s, 1)",
        (WEEK, NOW, NOW),
    )
    return streams


def jobs_do(url: str, now: datetime, *, follow: bool = False) -> int:
    with connect(url, DatabaseRole.JOBS) as jobs:
        by = principal_named(jobs, "system:jobs")
        if follow:
            with acting(jobs, by.id):
                follow_alerts(jobs, by, now)
        return copy_case_facts(jobs, by, now, now)["cases"]


def file_now(owner: Connection):
    return case_file(owner, find_case(owner, 1, NOW))


def test_what_a_case_rests_on_is_copied_into_it(town, damp: dict[str, int]) -> None:
    before = jobs_do(town.url, NOW, follow=True), jobs_do(town.url, NOW)
    assert before == (1, 0)
    file = file_now(town.owner)
    assert [(s.place, s.outdoors, len(s.hours)) for s in file.series] == [
        ("Bedroom", False, 90 * 24 - 1), ("Roof 1", True, 90 * 24 - 1)]  # fmt: skip
    assert file.series[0].hours[-1].mean == 15.5
    assert [(frame.payload, frame.decoder) for frame in file.frames] == [(b"frame 1", "test/1"), (b"frame 2", "test/1")]
    (statement,) = file.statements
    assert (statement.place, statement.rule_version, statement.level) == ("Bedroom", "3", "act")
    assert (file.home.name, file.hazard_title) == ("1 Elm Court", "damp and mould")
    assert {each.name.split("-")[0] for each in file.rules} == {"england"}


def test_the_pack_is_the_same_when_the_facts_have_gone_and_the_home_has_changed(town, damp: dict[str, int]) -> None:
    jobs_do(town.url, NOW, follow=True)
    owner: Connection = town.owner
    first = pack_of(file_now(owner))
    owner.execute("DELETE FROM reading_hour")
    owner.execute("DELETE FROM uplink")
    owner.execute("DELETE FROM batch")
    owner.execute("UPDATE place SET name = 'Elm Court 1'")
    owner.execute("UPDATE case_policy SET nation = 'scotland', awareness = 'human_triage'")
    assert pack_of(file_now(owner)) == first


def test_each_step_copies_what_came_since(town, damp: dict[str, int]) -> None:
    jobs_do(town.url, NOW, follow=True)
    owner: Connection = town.owner
    later = NOW + timedelta(hours=5)
    owner.execute(
        "INSERT INTO reading_hour (datastream_id, hour, count, mean, min, max, first, last, sum)"
        " VALUES (%s, '2026-12-01T12:00Z', 4, 10, 10, 10, 10, 10, 40)", (damp["h1/bed"],))  # fmt: skip
    assert jobs_do(town.url, later) == 0  # nothing has happened in the case
    by = principal_named(owner, "system:command")
    with acting(owner, by.id):
        record_event(Clerk.at(owner, by, later), 1, Happened(kind=CaseEventKind.TRIAGED, at=later))
    assert jobs_do(town.url, later) == 1
    hours = file_now(owner).series[0].hours
    assert len(hours) == 90 * 24 + 1  # nine o'clock was not over yet
    assert (hours[-1].at, hours[-1].mean) == (datetime(2026, 12, 1, 12, tzinfo=UTC), 10)
    assert len(file_now(owner).frames) == 2
    kept = owner.execute("SELECT count(*) FROM case_evidence WHERE kind IN ('home', 'law')").fetchone()
    assert kept == (1 + len(file_now(owner).rules),)
    assert b"Elm Court" in to_json(file_now(owner))
