"""One transmission that a network publishes twice is stored once; a counter that began again loses nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_schemas.message import Delivery, DeviceEvent, Message, Refused, Source, TimeSource, Value
from hereabouts_schemas.outcome import Outcome, Reason

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
SOURCE = Source(id=2, name="chirpstack", topic_filter="application/#", envelope="chirpstack")
STORED, DUPLICATE = Outcome.STORED, Outcome.DUPLICATE


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('street', 'street', 'Street')")
        connection.execute(
            "INSERT INTO profile (id, title, maker, version, interval_s, quantities)"
            " VALUES ('plain', 'Plain', 'any', '1', 900, '{people_in}')"
        )
        for name in ("d1", "d2"):
            connection.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'plain')", (name,))
            connection.execute(
                "INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, 'street', '2020-01-01T00:00Z')",
                (name,),
            )
        yield connection


@pytest.fixture
def writer(database_url: str, owner: Connection) -> Iterator[BatchWriter]:
    with connect(database_url, DatabaseRole.INGEST) as connection:
        yield BatchWriter(connection, detect(connection).engine, 2, slot=0)


def frame(id_: str, f_cnt: int, seconds: float, count: float = 5, device: str = "d1") -> Delivery:
    """A frame of `device` that counts people, `seconds` after noon; its twin is device, counter and count."""
    at = NOON + timedelta(seconds=seconds)
    message = Message(source=SOURCE, topic="application/up", payload=id_.encode(), received_at=at)
    value = Value(deployment_id=int(device[1:]), quantity="people_in", channel="", time=at, value=count)
    return Delivery(
        message=message, key=id_, twin=f"{device} {f_cnt} {count}" if f_cnt else None, device_id=device, observed_at=at,
        time_source=TimeSource.NETWORK, f_cnt=f_cnt, decoder="plain/1", values=(value,),
    )  # fmt: skip


def written(writer: BatchWriter, batches: Sequence[Sequence[Delivery]]) -> list[Outcome]:
    return [outcome for batch in batches for outcome in writer.write(batch)]


def one_batch_or_each(frames: Sequence[Delivery]) -> list[list[list[Delivery]]]:
    return [[list(frames)], [[one] for one in frames]]


def counted(owner: Connection) -> float:
    row = owner.execute("SELECT coalesce(sum(value), 0) FROM reading").fetchone()
    return float(row[0]) if row else 0.0


@pytest.mark.parametrize("split", [0, 1], ids=["one batch", "a batch each"])
def test_heard_on_two_frequencies_and_published_twice_is_counted_once(
    writer: BatchWriter, owner: Connection, split: int
) -> None:
    frames = [frame("a", 16, 0), frame("b", 17, 60), frame("c", 17, 60.004), frame("d", 18, 120)]
    assert written(writer, one_batch_or_each(frames)[split]) == [STORED, STORED, DUPLICATE, STORED]
    assert counted(owner) == 15


@pytest.mark.parametrize("split", [0, 1], ids=["one batch", "a batch each"])
def test_a_counter_that_began_again_comes_round_to_the_same_bytes_and_is_stored(
    writer: BatchWriter, owner: Connection, split: int
) -> None:
    first = [frame(f"a{n}", n, 60 * n) for n in range(4)]
    again = [frame(f"b{n}", n, 6000 + 60 * n) for n in range(4)]
    assert written(writer, one_batch_or_each([*first, *again])[split]) == [STORED] * 8
    assert counted(owner) == 40


def test_two_rounds_with_a_copy_in_one_batch(writer: BatchWriter, owner: Connection) -> None:
    rounds = [frame("a1", 1, 0), frame("a1 too", 1, 0.01), frame("a2", 2, 60), frame("b1", 1, 120), frame("b2", 2, 180)]
    assert written(writer, [rounds]) == [STORED, DUPLICATE, STORED, STORED, STORED]
    assert counted(owner) == 20


def test_a_copy_of_the_second_round_is_a_copy_still(writer: BatchWriter, owner: Connection) -> None:
    rounds = [frame("a1", 1, 0), frame("a2", 2, 60), frame("b1", 1, 600), frame("b1 too", 1, 600.01)]
    assert written(writer, [[one] for one in rounds]) == [STORED, STORED, STORED, DUPLICATE]
    assert counted(owner) == 15


def test_a_copy_delivered_again_is_known_by_its_own_key(writer: BatchWriter) -> None:
    copy = frame("c", 17, 60.004)
    assert written(writer, [[frame("b", 17, 60), copy], [frame("d", 18, 120)], [copy]]) == [
        STORED,
        DUPLICATE,
        STORED,
        DUPLICATE,
    ]


def test_a_frame_delivered_again_between_does_not_hide_a_copy(writer: BatchWriter) -> None:
    older = frame("a", 16, 0)
    frames = [[older], [frame("b", 17, 60)], [older], [frame("c", 17, 60.004)]]
    assert written(writer, frames) == [STORED, STORED, DUPLICATE, DUPLICATE]


def test_devices_that_lose_their_counter_in_every_sleep_lose_no_reading(writer: BatchWriter, owner: Connection) -> None:
    assert written(writer, [[frame(f"z{n}", 0, 60 * n)] for n in range(3)]) == [STORED] * 3
    assert counted(owner) == 15


def test_devices_do_not_stand_in_for_each_other(writer: BatchWriter) -> None:
    frames = [frame("a", 17, 0), frame("x", 4, 1, device="d2"), frame("b", 17, 0.004)]
    assert written(writer, [frames]) == [STORED, STORED, DUPLICATE]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=1, max_size=8), st.integers(0, 8))
def test_however_batches_are_cut_each_transmission_is_counted_once(
    writer: BatchWriter, owner: Connection, sent: list[tuple[int, bool]], cut: int
) -> None:
    owner.execute("TRUNCATE reading, uplink, uplink_key, latest")
    frames, honest, before = [], 0, 0
    for place, (f_cnt, twice) in enumerate(sent):
        if f_cnt == before:  # a counter never stands still
            continue
        before = f_cnt
        honest += 1
        frames.append(frame(f"{place}", f_cnt, 60 * place))
        if twice:
            frames.append(frame(f"{place} too", f_cnt, 60 * place + 0.01))
    written(writer, [batch for batch in (frames[:cut], frames[cut:]) if batch])
    assert counted(owner) == 5 * honest


# -- events


def event(id_: str, code: str, minutes: float, *, heard: bool = True) -> Delivery:
    at = NOON + timedelta(minutes=minutes)
    message = Message(source=SOURCE, topic="application/join", payload=id_.encode(), received_at=at)
    told = DeviceEvent(device_id="d1", time=at, code=code, detail="x")
    return Delivery(message=message, key=id_, device_id="d1", observed_at=at, events=(told,), heard=heard)


def test_a_message_of_events_alone_is_stored_and_takes_its_key(writer: BatchWriter, owner: Connection) -> None:
    assert written(writer, [[event("e1", "join", 0)], [event("e1", "join", 0)]]) == [STORED, DUPLICATE]
    assert owner.execute("SELECT device_id, time, code FROM device_event").fetchall() == [("d1", NOON, "join")]


def test_events_stand_beside_values_that_were_refused(writer: BatchWriter, owner: Connection) -> None:
    refused = Refused(reason=Reason.RANGE, field="batteryLevel", raw="400", detail="too much", quantity="battery_level")
    assert written(writer, [[replace(event("e1", "device_status", 0), refused=(refused,))]]) == [STORED]
    assert owner.execute("SELECT kind, reason FROM quarantine").fetchall() == [("value", "range")]


def test_a_note_about_a_device_is_no_sign_of_life_of_it(writer: BatchWriter, owner: Connection) -> None:
    written(writer, [[event("e1", "join", 0), event("e2", "DOWNLINK_GATEWAY", 5, heard=False)]])
    assert owner.execute("SELECT device_id, at FROM device_heard").fetchall() == [("d1", NOON)]


def test_the_frame_before_in_the_same_read_came_before_though_it_has_the_same_arrival(writer: BatchWriter) -> None:
    first, copied = frame("a", 4, 0), frame("b", 5, 1)
    first = replace(first, message=replace(first.message, received_at=copied.message.received_at))
    assert written(writer, [[first, copied], [frame("c", 5, 2)]]) == [STORED, STORED, DUPLICATE]
