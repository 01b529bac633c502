"""The books of ingest: the door, the outcomes and the raw batches agree, or an alert names the hour and the numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.rules.accounting import HAZARD, HourBooks, assess_source, say_hour
from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.raw_blob import pack
from hereabouts_schemas.alert import Finding
from hereabouts_schemas.message import Delivery, Message, SetAside, Source
from hereabouts_schemas.outcome import Ignored, Reason
from hereabouts_schemas.times import say_time

NOW = datetime.now(UTC)
HOUR = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
PLAIN = Source(id=4, name="plain", topic_filter="hereabouts/+/up", envelope="plain")
OTHER = Source(id=1, name="things_stack", topic_filter="v3/+/devices/+/up", envelope="things_stack")
BOOKS = HourBooks(hour=datetime(2026, 1, 5, 13, tzinfo=UTC), door=96, kept=96, received=96, outcomes=96)
numbers = st.integers(0, 3)


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


@pytest.fixture
def writer(database_url: str) -> Iterator[BatchWriter]:
    with connect(database_url, DatabaseRole.INGEST) as connection:
        yield BatchWriter(connection, detect(connection).engine, 2, slot=0)


def message(number: int, minutes: float = 0, source: Source = PLAIN) -> Message:
    return Message(source=source, topic="t", payload=b"%d" % number, received_at=HOUR + timedelta(minutes=minutes))


def came(writer: BatchWriter, *messages: Message) -> None:
    """A batch of which every odd message is set aside and every even one ignored."""
    unreadable = SetAside(reason=Reason.UNREADABLE, detail="not JSON")
    writer.write(
        [Delivery(message=one, verdict=unreadable if int(one.payload) % 2 else Ignored.OTHER_KIND) for one in messages]
    )


def check(url: str, after: timedelta = timedelta()) -> dict[str, Any]:
    report = run_job(url, "account", datetime.now(UTC) + after)
    assert report.state == "done", report.detail
    return dict(report.detail)


def alerts(owner: Connection) -> list[tuple[str, str]]:
    return owner.execute(
        "SELECT subject_id, reason FROM alert WHERE hazard = %s AND cleared_at IS NULL ORDER BY 1", (HAZARD,)
    ).fetchall()


# the rule


@given(door=numbers, kept=numbers, received=numbers, outcomes=numbers, untold=st.integers(0, 1))
def test_numbers_agree_when_all_four_are_the_same(
    door: int, kept: int, received: int, outcomes: int, untold: int
) -> None:
    books = HourBooks(hour=HOUR, door=door, kept=kept, received=received, outcomes=outcomes, untold=untold)
    same = len({door, kept, received, outcomes}) == 1
    assert books.agrees is (True if same else None if untold else False)
    assert (books.difference == 0) is same


def test_what_is_said_names_the_hour_and_the_numbers() -> None:
    short = HourBooks(hour=BOOKS.hour, door=96, kept=95, received=96, outcomes=93)
    assert say_hour(short) == (
        "In the hour from 5 January 2026, 13:00, 96 messages came in at the door, 93 have an outcome and 95 lie in "
        "the raw batches."
    )
    found = assess_source("plain", [short], 4, NOW)
    assert found.finding is Finding.FLAG
    assert found.reason == f"The numbers of plain do not agree. {say_hour(short)}"
    assert found.evidence["messages_unaccounted"].value == 3
    many = [HourBooks(hour=HOUR + timedelta(hours=n), door=1, kept=1, received=1, outcomes=0) for n in range(5)]
    assert assess_source("plain", many, 0, NOW).reason.endswith("And 2 more hours.")


def test_nothing_checked_says_nothing() -> None:
    assert assess_source("plain", [], 0, NOW).finding is Finding.CANNOT_SAY
    assert assess_source("plain", [], 1, NOW).finding is Finding.CLEAR


# the job


def test_what_agrees_raises_nothing(writer: BatchWriter, owner: Connection, database_url: str) -> None:
    came(writer, *(message(n, minutes=20 * n) for n in range(6)), message(7, source=OTHER))
    assert check(database_url) == {
        "batches": 1, "faulty_batches": 0, "hours": 3, "hours_differing": 0, "opened": 0, "updated": 0, "cleared": 0,
    }  # fmt: skip
    assert check(database_url)["hours"] == 0, "what was checked and has not moved is not looked at again"
    came(writer, message(8, minutes=1))
    assert check(database_url)["hours"] == 1
    rows = owner.execute("SELECT source_id, door, kept, received, outcomes, agrees FROM account ORDER BY 1, hour")
    assert rows.fetchall() == [(1, 1, 1, 1, 1, True), (4, 4, 4, 4, 4, True), (4, 3, 3, 3, 3, True)]


CORRUPTIONS = {
    "the door": "UPDATE batch SET door_counts = ARRAY[5]",
    "the batch is gone": "DELETE FROM batch",
    "received": "UPDATE ingest_count SET received = received + 1",
    "an outcome": "UPDATE ingest_count SET quarantined = quarantined - 1",
    "the counts are gone": "DELETE FROM ingest_count",
    "what is written of the raw batch": "UPDATE batch SET message_count = message_count - 1",
    "the raw batch is gone": "UPDATE batch SET blob = NULL",
    "the raw batch cannot be read": r"UPDATE batch SET blob = '\x00ff'",
}


@pytest.mark.parametrize("statement", CORRUPTIONS.values(), ids=CORRUPTIONS)
@pytest.mark.parametrize("checked_before", [False, True])
def test_each_side_that_is_corrupted_opens_an_alert_that_clears_when_mended(
    writer: BatchWriter, owner: Connection, database_url: str, statement: str, checked_before: bool
) -> None:
    came(writer, *(message(n) for n in range(4)))
    came(writer, message(1, source=OTHER), message(1, source=OTHER, minutes=60))
    if checked_before:
        check(database_url)
        came(writer, *(message(n, minutes=5) for n in range(4)))
    of_plain = {"batch": "door_sources = '{4}'", "ingest_count": "source_id = 4"}
    table = "batch" if "batch" in statement else "ingest_count"
    owner.execute(f"CREATE TABLE before AS TABLE {table}")
    owner.execute(f"{statement} WHERE {of_plain[table]}")
    assert check(database_url)["opened"] == 1
    ((subject, reason),) = alerts(owner)
    assert subject == "plain"
    assert f"In the hour from {say_time(HOUR)}, " in reason
    assert "messages came in at the door" in reason
    assert check(database_url)["opened"] == 0
    owner.execute(f"DELETE FROM {table}")
    owner.execute(f"INSERT INTO {table} SELECT * FROM before")
    assert check(database_url)["cleared"] == 1
    assert alerts(owner) == []


def test_a_blob_that_lost_one_message_is_seen(writer: BatchWriter, owner: Connection, database_url: str) -> None:
    messages = [message(n) for n in range(4)]
    came(writer, *messages)
    owner.execute("UPDATE batch SET blob = %s, message_count = 4", (pack(messages[:3]),))
    assert check(database_url)["faulty_batches"] == 1
    ((_, reason),) = alerts(owner)
    assert "4 messages came in at the door and 3 lie in the raw batches" in reason
    owner.execute("UPDATE batch SET blob = %s", (pack(messages),))
    assert check(database_url)["cleared"] == 1


def test_batches_of_a_release_without_a_door_are_no_reason_for_an_alert(
    writer: BatchWriter, owner: Connection, database_url: str
) -> None:
    came(writer, message(0, minutes=-60))
    owner.execute("UPDATE batch SET door_sources = '{}', door_hours = '{}', door_counts = '{}'")
    assert check(database_url)["hours"] == 0
    came(writer, message(1), message(2))
    came(writer, message(3, minutes=1))
    owner.execute("UPDATE batch SET door_sources = '{}', door_hours = '{}', door_counts = '{}' WHERE message_count = 1")
    assert check(database_url)["opened"] == 0
    assert owner.execute("SELECT door, received, untold, agrees FROM account").fetchall() == [(2, 3, 1, None)]


def test_a_replay_moves_messages_between_outcomes_and_the_books_still_agree(
    writer: BatchWriter, owner: Connection, database_url: str
) -> None:
    came(writer, message(1), message(3))
    check(database_url)
    owner.execute(
        "INSERT INTO ingest_count (source_id, hour, slot, stored, quarantined) VALUES (4, %s, -1, 1, -1)", (HOUR,)
    )
    assert check(database_url)["opened"] == 0
    assert alerts(owner) == []


def test_a_message_that_waited_counts_in_the_hour_in_which_it_came(
    writer: BatchWriter, owner: Connection, database_url: str
) -> None:
    came(writer, message(1), message(2))
    check(database_url)
    came(writer, message(3, minutes=10), message(4, minutes=110))
    assert check(database_url)["hours"] == 2
    assert owner.execute("SELECT door, agrees FROM account ORDER BY hour").fetchall() == [(3, True), (1, True)]


def test_a_batch_that_is_still_open_is_not_passed_over(
    writer: BatchWriter, owner: Connection, database_url: str
) -> None:
    came(writer, message(1))
    check(database_url)
    with connect(database_url, DatabaseRole.INGEST) as slow:
        other = BatchWriter(slow, detect(slow).engine, 2, slot=1)
        with slow.transaction():
            came(other, message(1))
            came(writer, message(3))
            check(database_url)
    came(writer, message(5))
    seen = check(database_url)
    assert seen["batches"] == 3, "the one that committed late, and those behind it"
    assert seen["opened"] == 0
    assert owner.execute("SELECT door FROM account").fetchall() == [(4,)]


def test_reasons_are_counted(writer: BatchWriter, owner: Connection) -> None:
    came(writer, *(message(n) for n in range(5)))
    came(writer, message(1))
    rows = owner.execute("SELECT outcome, reason, count FROM ingest_reason ORDER BY 1").fetchall()
    assert rows == [("ignored", "other_kind", 3), ("quarantined", "unreadable", 3)]


def test_the_scheduler_runs_it_and_the_watch_watches_it(database_url: str, owner: Connection) -> None:
    run_job(database_url, "watch", datetime.now(UTC))
    assert owner.execute("SELECT count(*) FROM job_run WHERE job = 'watch' AND state = 'done'").fetchone() == (1,)
    from hereabouts_platform.jobs.registry import ACCOUNT, JOBS, PURGE_POSTS

    assert {ACCOUNT, PURGE_POSTS} <= set(JOBS)
