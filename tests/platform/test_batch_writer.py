"""One ingest transaction: each delivery one outcome, no reading twice, whatever order and batches they come in."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.raw_blob import unpack
from hereabouts_schemas.message import Delivery, DeviceEvent, Message, Refused, SetAside, Source, TimeSource, Value
from hereabouts_schemas.outcome import Ignored, Outcome, Reason

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
SOURCE = Source(id=4, name="plain", topic_filter="hereabouts/+/up", envelope="plain")
STORED, DUPLICATE, QUARANTINED, IGNORED = (
    Outcome.STORED,
    Outcome.DUPLICATE,
    Outcome.QUARANTINED,
    Outcome.IGNORED,
)


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1')")
        connection.execute(
            "INSERT INTO profile (id, title, maker, version, interval_s, quantities)"
            " VALUES ('plain', 'Plain', 'any', '1', 900, '{air_temperature}')"
        )
        connection.execute("INSERT INTO device (id, profile_id) VALUES ('d1', 'plain')")
        connection.execute(
            "INSERT INTO deployment (device_id, place_id, from_at) VALUES ('d1', 'h1', '2020-01-01T00:00Z')"
        )
        yield connection


@pytest.fixture
def writer(database_url: str, owner: Connection) -> Iterator[BatchWriter]:
    with connect(database_url, DatabaseRole.INGEST) as connection:
        yield BatchWriter(connection, detect(connection).engine, 2, slot=0)


def message(payload: bytes = b"{}", minutes: float = 0) -> Message:
    received = NOON + timedelta(minutes=minutes)
    return Message(source=SOURCE, topic="hereabouts/d1/up", payload=payload, received_at=received)


def delivery(
    key: str | None, *values: tuple[float, float], payload: bytes | None = None, minutes: float = 0
) -> Delivery:
    """A delivery of device d1 with (minute, temperature) pairs."""
    found = tuple(
        Value(deployment_id=1, quantity="air_temperature", channel="", time=NOON + timedelta(minutes=m), value=v)
        for m, v in values
    )
    content = payload if payload is not None else repr((key, values)).encode()
    return Delivery(
        message=message(content, minutes), key=key, device_id="d1", observed_at=NOON, values=found,
        time_source=TimeSource.DEVICE, decoder="plain/1",
    )  # fmt: skip


def readings(owner: Connection) -> list[tuple[datetime, float]]:
    return owner.execute("SELECT time, value FROM reading ORDER BY time").fetchall()


def test_a_message_is_stored_once_and_then_a_duplicate(writer: BatchWriter, owner: Connection) -> None:
    assert writer.write([delivery("k1", (0, 20.5))]) == [STORED]
    assert writer.write([delivery("k1", (0, 20.5))]) == [DUPLICATE]
    assert readings(owner) == [(NOON, 20.5)]


def test_the_same_message_twice_in_one_batch(writer: BatchWriter, owner: Connection) -> None:
    assert writer.write([delivery("k1", (0, 20.5)), delivery("k1", (0, 20.5))]) == [STORED, DUPLICATE]
    assert readings(owner) == [(NOON, 20.5)]


def test_a_mangled_copy_never_blocks_the_good_one(writer: BatchWriter) -> None:
    mangled = replace(delivery("k1", payload=b"x"), verdict=SetAside(reason=Reason.NO_VALUE, detail="nothing in it"))
    assert writer.write([mangled, delivery("k1", (0, 20.5))]) == [QUARANTINED, STORED]


def test_a_key_wins_over_whatever_is_wrong_later(writer: BatchWriter) -> None:
    writer.write([delivery("k1", (0, 20.5))])
    unknown = replace(delivery("k1"), verdict=SetAside(reason=Reason.UNKNOWN_DEVICE, detail="who?"))
    assert writer.write([unknown]) == [DUPLICATE]


def test_another_key_with_nothing_new_is_a_duplicate_and_takes_no_key(writer: BatchWriter, owner: Connection) -> None:
    writer.write([delivery("k1", (0, 20.5))])
    assert writer.write([delivery("k2", (0, 20.5))]) == [DUPLICATE]
    assert owner.execute("SELECT count(*) FROM uplink_key").fetchone() == (1,)


def test_a_conflict_keeps_the_first_and_sets_the_second_aside(writer: BatchWriter, owner: Connection) -> None:
    writer.write([delivery("k1", (0, 20.5))])
    assert writer.write([delivery("k2", (0, 21.5)), delivery("k3", (0, 22.0), (15, 22.0))]) == [QUARANTINED, STORED]
    assert readings(owner) == [(NOON, 20.5), (NOON + timedelta(minutes=15), 22.0)]
    rows = owner.execute("SELECT kind, reason, raw FROM quarantine ORDER BY id").fetchall()
    assert sorted(rows) == [("message", "conflict", ""), ("value", "conflict", "22.0")]


def test_conflict_within_one_batch(writer: BatchWriter, owner: Connection) -> None:
    assert writer.write([delivery("k1", (0, 1.0)), delivery("k2", (0, 2.0))]) == [STORED, QUARANTINED]
    assert readings(owner) == [(NOON, 1.0)]


def test_the_same_bad_message_is_one_row_that_counts(writer: BatchWriter, owner: Connection) -> None:
    bad = Delivery(message=message(b"\x00\xff"), verdict=SetAside(reason=Reason.UNREADABLE, detail="not JSON"))
    again = replace(bad, message=message(b"\x00\xff", minutes=5))
    assert writer.write([bad, again]) == [QUARANTINED, QUARANTINED]
    assert writer.write([again]) == [QUARANTINED]
    row = owner.execute("SELECT deliveries, payload, received_at, last_at FROM quarantine").fetchall()
    assert row == [(3, b"\x00\xff", NOON, NOON + timedelta(minutes=5))]


def test_refused_values_of_a_stored_message_are_rows_and_do_not_change_its_outcome(
    writer: BatchWriter, owner: Connection
) -> None:
    refused = Refused(reason=Reason.SENTINEL, field="TempC_DS", raw="327.67", detail="no probe", time=NOON)
    assert writer.write([replace(delivery("k1", (0, 20.5)), refused=(refused,))]) == [STORED]
    assert owner.execute("SELECT kind, reason, field, raw FROM quarantine").fetchall() == [
        ("value", "sentinel", "TempC_DS", "327.67")
    ]
    assert owner.execute("SELECT values_stored, values_refused FROM ingest_count").fetchall() == [(1, 1)]


def test_a_crowd_of_refused_values_is_told_in_few_rows_and_counted_in_full(
    writer: BatchWriter, owner: Connection
) -> None:
    refused = tuple(
        Refused(reason=Reason.CLOCK, field="t", raw=str(n), detail="too old.", time=NOON + timedelta(seconds=n))
        for n in range(7000)
    )
    assert writer.write([replace(delivery("k1", (0, 20.5)), refused=refused)]) == [STORED]
    rows = owner.execute("SELECT detail FROM quarantine ORDER BY time").fetchall()
    assert len(rows) == 51
    assert rows[-1] == ("too old. And 6949 more values of this message.",)
    assert owner.execute("SELECT values_refused FROM ingest_count").fetchall() == [(7000,)]


def test_latest_moves_only_forward(writer: BatchWriter, owner: Connection) -> None:
    writer.write([delivery("k1", (30, 3.0))])
    writer.write([delivery("k2", (10, 1.0), (20, 2.0))])
    assert owner.execute("SELECT time, value FROM latest").fetchall() == [(NOON + timedelta(minutes=30), 3.0)]


def test_ignored_is_counted_and_kept_raw(writer: BatchWriter, owner: Connection) -> None:
    assert writer.write([Delivery(message=message(b"old"), verdict=Ignored.RETAINED)]) == [IGNORED]
    blob = owner.execute("SELECT blob FROM batch").fetchall()[0][0]
    assert [raw.payload for raw in unpack(blob)] == [b"old"]


def test_device_events_stay_once(writer: BatchWriter, owner: Connection) -> None:
    event = DeviceEvent(device_id="d1", time=NOON, code="tilt", detail="over 30 degrees")
    writer.write(
        [replace(delivery("k1", (0, 1.0)), events=(event,)), replace(delivery("k2", (5, 1.0)), events=(event,))]
    )
    assert owner.execute("SELECT code FROM device_event").fetchall() == [("tilt",)]


def test_months_are_made_when_needed(writer: BatchWriter, owner: Connection) -> None:
    year = timedelta(days=365) / timedelta(minutes=1)
    assert writer.write([delivery("k1", (0, 1.0), (-year, 2.0), (-5 * year, 3.0))]) == [STORED]
    assert len(readings(owner)) == 3


def test_a_failed_batch_leaves_nothing_and_the_next_works(writer: BatchWriter, owner: Connection) -> None:
    broken = replace(delivery("k1", (0, 1.0)), f_cnt=2**70)
    with pytest.raises(psycopg.DataError):
        writer.write([delivery("k0", (5, 1.0)), broken])
    assert readings(owner) == []
    assert owner.execute("SELECT count(*) FROM datastream").fetchone() == (0,)
    assert writer.write([delivery("k0", (5, 1.0))]) == [STORED]


messages = st.lists(
    st.tuples(st.integers(0, 5), st.lists(st.tuples(st.integers(0, 3)), min_size=1, max_size=3)),
    min_size=1,
    max_size=12,
)


def _value_at(minute: int) -> float:
    """A sensor tells one truth about an instant, so order cannot matter."""
    return 10.0 + minute


def _deliveries(spec: Sequence[tuple[int, list[tuple[int]]]]) -> list[Delivery]:
    return [delivery(f"k{key}-{sorted(minutes)}", *((m, _value_at(m)) for (m,) in minutes)) for key, minutes in spec]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=messages, order=st.randoms(use_true_random=False), cuts=st.lists(st.integers(1, 5), max_size=5))
def test_order_duplicates_and_batches_change_no_reading(
    writer: BatchWriter,
    owner: Connection,
    spec: list[tuple[int, list[tuple[int]]]],
    order: object,
    cuts: list[int],
) -> None:
    for table in ("reading", "latest", "uplink_key", "ingest_count", "quarantine"):
        owner.execute(f"DELETE FROM {table}")
    sent = _deliveries(spec) * 2
    order.shuffle(sent)  # type: ignore[attr-defined]
    outcomes: list[Outcome] = []
    for cut in [*cuts, len(sent)]:
        batch, sent = sent[:cut], sent[cut:]
        if batch:
            outcomes += writer.write(batch)
    expected = sorted({(NOON + timedelta(minutes=m), _value_at(m)) for _, minutes in spec for (m,) in minutes})
    assert readings(owner) == expected
    assert owner.execute("SELECT time, value FROM latest").fetchall() == [expected[-1]]
    assert set(outcomes) <= {STORED, DUPLICATE}
    counts = owner.execute("SELECT sum(received), sum(stored + duplicate + quarantined + ignored) FROM ingest_count")
    assert counts.fetchall() == [(len(outcomes), len(outcomes))]
