"""The live town: every message is read by ingest as it was meant, and none speaks of times to come."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from hereabouts_deploy.demo.clock import origin_before
from hereabouts_deploy.demo.faults import SENTINELS, STRANGER, Sent
from hereabouts_deploy.demo.frames import ENCODERS
from hereabouts_deploy.demo.makes import MAKES, Network
from hereabouts_deploy.demo.sensing import in_steps
from hereabouts_deploy.demo.traffic import Traffic
from hereabouts_deploy.demo.world import HISTORY_DAYS, World, live_through
from hereabouts_ingest.extract import extract
from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import load_profiles
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Delivery, Message, SetAside, Source
from hereabouts_schemas.outcome import Outcome, Reason

START = datetime(2026, 11, 22, 2, 36, 17, tzinfo=UTC)
SOURCES = [
    Source(id=1, name="things_stack", topic_filter="v3/+/devices/+/up", envelope="things_stack"),
    Source(id=2, name="chirpstack", topic_filter="application/+/device/+/event/up", envelope="chirpstack"),
    Source(id=3, name="homelink", topic_filter="+/reading/#", envelope="homelink"),
    Source(id=4, name="plain", topic_filter="hereabouts/+/up", envelope="plain"),
]
#: Values as ingest stores them may differ from what was meant by the rounding of unit conversions alone.
EXACT = 1e-6


@pytest.fixture(scope="module")
def world() -> World:
    return live_through(1, origin_before(START, HISTORY_DAYS), START)


@pytest.fixture(scope="module")
def devices(world: World) -> dict[str, Device]:
    return {
        device.id: Device(
            id=device.id,
            profile=device.make.profile,
            deployments=(
                Deployment(id=k, device_id=device.id, place_id=device.place, from_at=world.origin, mount=device.mount),
            ),
        )
        for k, device in enumerate(world.town.devices)
    }


@pytest.fixture(scope="module")
def twenty_minutes(world: World) -> list[tuple[datetime, Sent]]:
    """Everything sent in the first twenty minutes, with the moment at which it was published."""
    traffic = Traffic(world, START)
    moments = [START + timedelta(seconds=second) for second in range(0, 1200, 5)]
    return [(now, sent) for now in moments for sent in traffic.due(now)]


def source_of(topic: str) -> Source:
    (source,) = [s for s in SOURCES if s.topic_filter and topic_matches_sub(s.topic_filter, topic)]
    return source


def read(sent: Sent, now: datetime, devices: dict[str, Device]) -> Delivery:
    wire = sent.wire
    message = Message(source=source_of(wire.topic), topic=wire.topic, payload=wire.payload, received_at=now)
    return interpret(message, devices, load_profiles())


def test_every_message_is_read_as_it_was_meant(
    twenty_minutes: list[tuple[datetime, Sent]], devices: dict[str, Device]
) -> None:
    stored: set[tuple[int, str]] = set()
    for now, sent in twenty_minutes:
        delivery = read(sent, now, devices)
        key = (delivery.message.source.id, delivery.key or "")
        if sent.outcome is Outcome.QUARANTINED:
            assert isinstance(delivery.verdict, SetAside)
            assert delivery.verdict.reason is sent.reason
        elif sent.outcome is Outcome.DUPLICATE:
            assert key in stored
        else:
            assert delivery.verdict is None, delivery.verdict
            assert key not in stored
            stored.add(key)
            check_values(sent, delivery)


def check_values(sent: Sent, delivery: Delivery) -> None:
    assert delivery.device_id == sent.device
    assert not delivery.clock_bad
    assert delivery.observed_at == sent.at
    got = {value.quantity: value.value for value in delivery.values}
    assert {name: got.get(name) for name in sent.values} == pytest.approx(sent.values, abs=EXACT)
    assert set(got) - set(sent.values) <= {"fill_level", "tilt"}
    assert ("fill_level" in got) is ("distance" in got)
    assert {refused.reason for refused in delivery.refused} == ({sent.reason} if sent.reason else set())


def test_everybody_reports_within_the_first_minute(world: World, twenty_minutes: list[tuple[datetime, Sent]]) -> None:
    early = {sent.device for now, sent in twenty_minutes if now <= START + timedelta(minutes=1)}
    dead = {sensor.device.id for sensor in world.sensors if sensor.dies_at < world.seconds(START)}
    assert dead
    assert {device.id for device in world.town.devices} - dead <= early
    assert not dead & {sent.device for _, sent in twenty_minutes}


def test_then_it_flows(twenty_minutes: list[tuple[datetime, Sent]]) -> None:
    minutes = Counter(int((now - START).total_seconds() // 60) for now, _ in twenty_minutes)
    assert all(40 < minutes[minute] < 160 for minute in range(2, 20)), minutes


def test_all_four_formats_and_all_faults_come(twenty_minutes: list[tuple[datetime, Sent]]) -> None:
    assert {source_of(sent.wire.topic).name for _, sent in twenty_minutes} == {network.value for network in Network}
    outcomes = {(sent.outcome, sent.reason) for _, sent in twenty_minutes}
    assert outcomes == {
        (Outcome.STORED, None), (Outcome.STORED, Reason.SENTINEL), (Outcome.DUPLICATE, None),
        (Outcome.QUARANTINED, Reason.UNKNOWN_DEVICE), (Outcome.QUARANTINED, Reason.UNREADABLE),
        (Outcome.QUARANTINED, Reason.WRONG_SHAPE), (Outcome.QUARANTINED, Reason.UNDECODABLE),
        (Outcome.QUARANTINED, Reason.SIMULATED),
    }  # fmt: skip
    late = [now - sent.at for now, sent in twenty_minutes if sent.at and now - sent.at > timedelta(minutes=50)]
    assert 5 < len(late) < 60
    assert max(late) < timedelta(hours=6)
    assert {sent.device for _, sent in twenty_minutes} >= {STRANGER}


def test_nothing_speaks_of_times_to_come(twenty_minutes: list[tuple[datetime, Sent]]) -> None:
    assert all(sent.at is None or sent.at <= now for now, sent in twenty_minutes)
    stored = [(now, sent) for now, sent in twenty_minutes if sent.outcome is Outcome.STORED]
    for now, sent in stored:
        body = json.loads(sent.wire.payload)
        texts = [
            body.get("time"),
            body.get("readingDate"),
            body.get("uplink_message", {}).get("settings", {}).get("time"),
        ]
        stated = [datetime.fromisoformat(text) for text in texts if text]
        assert stated
        assert all(at <= now for at in stated)


def test_one_device_falls_silent_while_we_watch(world: World, twenty_minutes: list[tuple[datetime, Sent]]) -> None:
    dying = world.town.bins[0].id
    heard = [now for now, sent in twenty_minutes if sent.device == dying]
    assert heard
    assert max(heard) <= START + timedelta(minutes=10, seconds=5)


def test_some_say_it_in_bytes_alone(twenty_minutes: list[tuple[datetime, Sent]]) -> None:
    bodies = [json.loads(sent.wire.payload) for _, sent in twenty_minutes if sent.outcome is Outcome.STORED]
    uplinks = [body["uplink_message"] for body in bodies if "uplink_message" in body]
    assert {"decoded_payload" in uplink for uplink in uplinks} == {True, False}
    assert {"f_cnt" in uplink for uplink in uplinks} == {True, False}  # The Things Stack leaves zeros out
    assert {"object" in body for body in bodies if "deviceInfo" in body} == {True, False}


def test_a_pause_is_not_made_up(world: World) -> None:
    traffic = Traffic(world, START)
    traffic.due(START + timedelta(minutes=1))
    now = START + timedelta(days=9)
    after = [sent for sent in traffic.due(now) if sent.outcome is Outcome.STORED]
    fresh = [sent for sent in after if sent.at and now - sent.at < timedelta(minutes=1)]
    assert len(after) < 500
    assert len(fresh) > 0.9 * len(after)
    counts = [sent.values["people_in"] for sent in fresh if "people_in" in sent.values]
    assert len(counts) == len(world.town.lines)
    assert max(counts) < 500  # of the ten minutes before, not of nine days


def test_the_same_start_gives_the_same_messages(world: World) -> None:
    one, two = (Traffic(world, START).due(START + timedelta(minutes=3)) for _ in range(2))
    assert one == two
    later = Traffic(world, START + timedelta(seconds=1)).due(START + timedelta(minutes=3))
    assert not {sent.wire.payload for sent in one} & {
        sent.wire.payload for sent in later if b"frm_payload" in sent.wire.payload
    }


@given(st.data())
@pytest.mark.parametrize("profile", sorted(ENCODERS))
def test_frames_say_what_the_makers_decoders_read(profile: str, data: st.DataObject) -> None:
    """Bytes and decoded object give the same values, those that went in."""
    make, known = MAKES[profile], load_profiles()[profile]
    values = {
        "air_temperature": draw_steps(data, -30, 50, make.temperature_step),
        "relative_humidity": draw_steps(data, 5, 100, make.humidity_step),
        "battery_level": float(data.draw(st.integers(0, 100))),
        "battery_voltage": data.draw(st.integers(2000, 3700)) / 1000,
        "distance": float(data.draw(st.integers(21, 10_000))),
        **{name: float(data.draw(st.integers(0, 60_000))) for name in ("people_in", "people_out")},
        **{name: float(data.draw(st.integers(0, 2**32 - 1))) for name in ("people_in_total", "people_out_total")},
    }
    frame = ENCODERS[profile](values)
    objects = [frame.fields] if known.decode is None else [frame.fields, known.decode(frame.data, frame.port)]
    for decoded in objects:
        found = {one.spec.quantity: one for one in extract(known.spec, decoded)}
        for name in frame.carries:
            assert found[name].number is not None
            scale = 0.001 if found[name].spec.unit == "mV" else 1.0
            assert found[name].number * scale == pytest.approx(values[name], abs=EXACT)


def draw_steps(data: st.DataObject, low: float, high: float, step: float) -> float:
    import numpy as np

    return float(in_steps(np.array([data.draw(st.floats(low, high))]), step)[0])


@pytest.mark.parametrize("profile", sorted(SENTINELS))
def test_sentinels_are_bytes_that_the_maker_defines(profile: str) -> None:
    quantity, mark = SENTINELS[profile]
    known = load_profiles()[profile]
    assert known.decode is not None
    frame = ENCODERS[profile](
        {
            "air_temperature": 10.0,
            "relative_humidity": 50.0,
            "battery_level": 90.0,
            "battery_voltage": 3.5,
            "distance": 900.0,
        }
        | {quantity: mark}
    )
    for decoded in (frame.fields, known.decode(frame.data, frame.port)):
        (found,) = [one for one in extract(known.spec, decoded) if one.spec.quantity == quantity]
        assert found.is_marked(found.spec.sentinels)
