"""Replay against a real database: what waits is stored, what is read differently is changed with a trace, once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hereabouts_schemas.outcome import Outcome

Council = Any  # of conftest.py
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
T, H = "air_temperature", "relative_humidity"


def thousand(council: Council) -> None:
    """1,000 messages of an unregistered device over ten days, 40 of them copies, 25 in a batch."""
    messages = [council.message("d1", 15 * n, temp=20 + n / 100, hum=50) for n in range(960)]
    messages += [council.message("d1", 15 * n, received=15 * n + 2, temp=20 + n / 100, hum=50) for n in range(40)]
    for start in range(0, 1000, 25):
        council.write(messages[start : start + 25])


def test_a_device_registered_late_loses_nothing(council: Council) -> None:
    thousand(council)
    assert council.counts() | {"quarantined": 1000, "stored": 0} == council.counts()
    council.register("d1")
    replay = council.replay(waiting=True, reason="unknown_device", device="d1")

    before = council.dump()
    preview = replay.preview()
    assert council.dump() == before
    assert dict(preview.moves) == {
        ("quarantined: unknown_device", "stored"): 960,
        ("quarantined: unknown_device", "duplicate"): 40,
    }
    assert preview.total("added") == 1920

    applied = replay.apply()
    assert applied == preview
    counts = council.counts()
    assert (counts["received"], counts["stored"], counts["duplicate"], counts["quarantined"]) == (1000, 960, 40, 0)
    assert counts["values_stored"] == 1920
    assert council.one("SELECT count(*)::int FROM quarantine WHERE deliveries > replayed") == (0,)
    assert council.one("SELECT count(DISTINCT hour)::int FROM ingest_count WHERE slot = -1 AND stored > 0") == (240,)
    assert council.one("SELECT count(*)::int FROM uplink_key") == (960,)
    assert council.one("SELECT count(*)::int FROM reading_revision") == (0,)
    council.check_latest()

    done = council.dump()
    again = council.replay(waiting=True).apply()
    assert again.is_empty
    assert council.replay().apply().is_empty
    assert council.dump() == done


def test_readings_stay_with_their_bytes_and_consumers_hear_of_them(council: Council) -> None:
    council.write([council.message("d1", 0, temp=20, hum=50)])
    council.register("d1")
    council.replay(waiting=True).apply()
    origin = council.one("SELECT id FROM batch WHERE blob IS NOT NULL")
    assert council.owner.execute("SELECT DISTINCT batch_id FROM reading").fetchall() == [origin]
    touched, hours, detail = council.one(
        "SELECT touched_datastreams, touched_hours, detail FROM batch WHERE slot = -1 AND blob IS NULL"
    )
    assert (sorted(touched), set(hours)) == ([1, 2], {NOON})
    assert detail["replay"]["added"] == 2
    assert council.one("SELECT name FROM audit a JOIN principal p ON p.id = a.principal_id") == ("system:command",)
    assert council.one("SELECT device_id, at FROM device_heard") == ("d1", NOON)


def test_another_decoder_changes_values_and_leaves_a_trace(council: Council) -> None:
    council.register("d1")
    council.write([council.message("d1", 15 * n, temp=20, hum=60 + n) for n in range(4)])
    before = council.dump()
    replay = council.replay(decoder="made-up/2")
    preview = replay.preview()
    assert council.dump() == before
    diff = next(diff for stream, diff in preview.streams.items() if stream[1] == H)
    assert (diff.added, diff.changed, diff.removed, diff.vanished) == (0, 4, 0, 0)
    assert [(s.time, s.old, s.new) for s in diff.samples["changed"]] == [
        (NOON + timedelta(minutes=15 * n), 60.0 + n, 30 + n / 2) for n in range(3)
    ]
    assert [s for s in preview.streams if s[1] == T] == []
    assert dict(preview.redecoded) == {("made-up/1", "made-up/2"): 4}

    assert replay.apply() == preview
    humidity = council.owner.execute(
        "SELECT value FROM reading r JOIN datastream d ON d.id = r.datastream_id WHERE quantity = %s ORDER BY time",
        (H,),
    ).fetchall()
    assert humidity == [(30.0,), (30.5,), (31.0,), (31.5,)]
    rows = council.owner.execute(
        "SELECT old_value, new_value, old_batch_id, cause, principal_id FROM reading_revision ORDER BY time"
    ).fetchall()
    assert [row[:2] for row in rows] == [(60.0 + n, 30 + n / 2) for n in range(4)]
    assert {row[2:] for row in rows} == {(1, "Replay: read by made-up/2, before by made-up/1.", 1)}
    assert council.one(
        "SELECT l.value FROM latest l JOIN datastream d ON d.id = datastream_id WHERE quantity = %s", H
    ) == (31.5,)
    council.check_latest()
    council.counts()
    done = council.dump()
    assert council.replay(decoder="made-up/2").apply().is_empty
    assert council.dump() == done
    council.replay().apply()
    assert council.one("SELECT count(*)::int FROM reading_revision") == (8,)


def test_values_no_longer_given_stay_unless_removal_is_asked_for(council: Council) -> None:
    council.register("d1")
    council.write([council.message("d1", 15 * n, temp=20, hum=60) for n in range(2)])
    preview = council.replay(decoder="made-up/3").preview()
    assert (preview.total("vanished"), preview.total("removed")) == (2, 0)
    council.replay(decoder="made-up/3").apply()
    assert council.counts()["values_stored"] == 4
    removing = council.replay(decoder="made-up/3", remove=True)
    assert removing.preview().total("removed") == 2
    removing.apply()
    assert council.counts()["values_stored"] == 2
    assert council.owner.execute("SELECT old_value, new_value FROM reading_revision").fetchall() == [(60.0, None)] * 2
    assert council.one("SELECT count(*)::int FROM latest") == (1,)
    council.check_latest()
    council.replay().apply()
    assert council.counts()["values_stored"] == 4
    council.check_latest()


def test_a_message_that_nothing_is_left_of_goes_to_quarantine(council: Council) -> None:
    council.register("d1")
    council.write([council.message("d1", 0, hum=60)])
    kept = council.replay(decoder="made-up/3")
    assert kept.apply().total("vanished") == 1
    assert council.counts()["stored"] == 1
    council.replay(decoder="made-up/3", remove=True).apply()
    counts = council.counts()
    assert (counts["stored"], counts["quarantined"], counts["values_stored"]) == (0, 1, 0)
    assert council.one("SELECT count(*)::int FROM latest") == (0,)
    assert council.write([council.message("d1", 0, received=9, hum=60)]) == [Outcome.DUPLICATE]
    assert council.replay(waiting=True).apply().total("added") == 1
    assert council.counts()["stored"] == 1


def test_a_device_that_moved_takes_its_readings_along(council: Council) -> None:
    council.register("d1")
    council.write([council.message("d1", 15 * n, temp=20) for n in range(4)])
    council.owner.execute("UPDATE deployment SET to_at = %s", (NOON + timedelta(minutes=30),))
    council.register("d1", from_at="2026-03-03T12:30Z", place="h2")
    report = council.replay(device="d1", remove=True).apply()
    assert {stream[0]: (d.added, d.removed) for stream, d in report.streams.items()} == {1: (0, 2), 2: (2, 0)}
    council.check_latest()
    council.counts()


def test_one_refused_value_is_added_when_it_is_accepted(council: Council) -> None:
    council.register("d1")
    council.write([council.message("d1", 0, temp=20, hum=130)])
    assert council.counts()["values_refused"] == 1
    council.versions["made-up"] = council.versions["made-up/2"]
    report = council.replay(waiting=True, reason="range").apply()
    assert dict(report.values_moved) == {("range", "stored"): 1}
    counts = council.counts()
    assert (counts["values_stored"], counts["values_refused"]) == (2, 0)
    assert council.replay().apply().is_empty


def test_a_copy_stored_meanwhile_makes_a_duplicate(council: Council) -> None:
    council.write([council.message("d1", 0, temp=20)])
    council.register("d1")
    council.write([council.message("d1", 0, received=30, temp=20)])
    report = council.replay(waiting=True).apply()
    assert dict(report.moves) == {("quarantined: unknown_device", "duplicate"): 1}
    assert council.counts()["duplicate"] == 1


def test_a_conflict_stays_one_and_the_first_value_stays(council: Council) -> None:
    council.register("d1")
    council.write([council.message("d1", 0, temp=20)])
    council.write([council.message("d1", 0, temp=21)])
    done = council.dump()
    assert council.replay(waiting=True).apply().is_empty
    assert council.replay().apply().is_empty
    assert council.dump() == done


def test_a_reason_may_become_another(council: Council) -> None:
    council.write([council.message("d1", 0, temp=20)])
    council.register("d1")
    council.write([council.message("d1", 0, temp=21)])
    report = council.replay(waiting=True).apply()
    assert dict(report.moves) == {("quarantined: unknown_device", "quarantined: conflict"): 1}
    assert council.one("SELECT reason FROM quarantine WHERE deliveries > replayed") == ("conflict",)
    council.counts()


def test_the_same_message_coming_again_reopens_its_row(council: Council) -> None:
    council.write([council.message("d1", 0, temp=20)])
    council.register("d1")
    council.replay(waiting=True).apply()
    council.owner.execute("DELETE FROM uplink_key")
    council.versions.pop("made-up")
    assert council.write([council.message("d1", 0, temp=20)]) == [Outcome.QUARANTINED]
    assert council.counts()["quarantined"] == 1


def test_what_quarantine_holds_outlives_the_raw_batch(council: Council) -> None:
    council.write([council.message("d1", 0, temp=20), council.message("d1", 15, temp=20, hum=130)])
    council.register("d2")
    council.write([council.message("d2", 0, temp=20, hum=130)])
    council.owner.execute("UPDATE batch SET blob = NULL")
    council.register("d1")
    council.versions["made-up"] = council.versions["made-up/2"]
    preview = council.replay(waiting=True).preview()
    report = council.replay(waiting=True).apply()
    assert preview == report
    assert report.total("added") == 4
    counts = council.counts()
    assert (counts["stored"], counts["quarantined"]) == (3, 0)
    assert council.replay(waiting=True).apply().is_empty
