"""Interpretation as a whole: every message gives a delivery, with one verdict, and always the same one."""

import base64
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_ingest.envelopes import ENVELOPES
from hereabouts_ingest.interpret import MOST_BYTES, interpret
from hereabouts_ingest.mapping_file import shipped_mappings
from hereabouts_ingest.profiles import DecodeError, DeviceProfile, load_profiles
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Delivery, Message, SetAside, Source, TimeSource
from hereabouts_schemas.outcome import Ignored, Reason
from hereabouts_schemas.profile import FieldSpec, Profile

CASES = sorted((Path(__file__).parent / "envelopes").glob("*/*"))
ARRIVED = datetime(2026, 3, 3, 14, 0, 30, tzinfo=UTC)
EUI = "70B3D57ED0061234"


def decode(frame: bytes, f_port: int | None) -> Mapping[str, object]:
    """A maker's encoding for the tests: type byte, then a byte of temperature (1) or distance (2) or settings (3)."""
    if len(frame) % 2:
        raise DecodeError(f"The frame ends inside a value, after {len(frame)} bytes.")
    names = {1: "temperature", 2: "distance", 3: "interval"}
    return {names.get(kind, "?"): value for kind, value in zip(frame[::2], frame[1::2], strict=True)}


def row(path: str, quantity: str, unit: str, **more: object) -> FieldSpec:
    return FieldSpec(path=path, quantity=quantity, unit=unit, **more)  # type: ignore[arg-type]


SPEC = Profile(
    id="sample",
    title="Sample",
    maker="Nobody",
    version="3",
    interval_s=600,
    has_decoder=True,
    ports=(5, 85),
    history="history",
    fields=(
        row("temperature", "air_temperature", "Cel", sentinels=(-99.0,), absent=(327.67,)),
        row("humidity", "relative_humidity", "%"),
        row("distance", "distance", "mm"),
        row("filling", "fill_level", "%"),
        row("people", "occupancy", "{count}"),
        row("air_temperature", "air_temperature", "Cel"),
        row("relative_humidity", "relative_humidity", "%"),
        row("environment.temperature.indoor", "air_temperature", "Cel"),
    ),
)
PROFILES = {
    "sample": DeviceProfile(spec=SPEC, decode=decode),
    "no-bytes": DeviceProfile(spec=replace(SPEC, id="no-bytes", has_decoder=False), decode=None),
}


def device(identity: str, profile: str = "sample", **mount: object) -> Device:
    place = Deployment(
        id=7, device_id=identity, place_id="home/room", from_at=datetime(2026, 1, 1, tzinfo=UTC), mount=mount
    )
    return Device(id=identity, profile=profile, deployments=(place,))


DEVICES = {name: device(name) for name in (EUI, "A1B2C3D4-00E5F601", "attic-17")}


def message(body: object, envelope: str = "plain", topic: str = "hereabouts/feed/up", **more: object) -> Message:
    source = Source(id=1, name=envelope, topic_filter="#", envelope=envelope)
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Message(source=source, topic=topic, payload=payload, **({"received_at": ARRIVED} | more))  # type: ignore[arg-type]


def plain(more: Mapping[str, object], **message_parts: object) -> Message:
    return message({"device": EUI, "time": "2026-03-03T14:00:00Z"} | dict(more), **message_parts)  # type: ignore[arg-type]


def lorawan(frame: str = "", f_port: int = 5, fields: object = None, **more: object) -> Message:
    body = {"deduplicationId": "a", "time": "2026-03-03T14:00:00Z", "deviceInfo": {"devEui": EUI}, "fPort": f_port}
    data = base64.b64encode(bytes.fromhex(frame)).decode()
    return message(body | {"data": data, "object": fields} | more, "chirpstack", f"application/1/device/{EUI}/event/up")


def understand(one: Message, devices: Mapping[str, Device] = DEVICES) -> Delivery:
    return interpret(one, devices, PROFILES)


def readings(delivery: Delivery) -> dict[str, float]:
    return {value.quantity: value.value for value in delivery.values}


def verdict(delivery: Delivery) -> tuple[Reason, str]:
    assert isinstance(delivery.verdict, SetAside)
    assert delivery.values == ()
    return delivery.verdict.reason, delivery.verdict.detail


def load(case: Path) -> Message:
    topic = (case / "topic.txt").read_text(encoding="utf-8").strip()
    one = message((case / "payload.json").read_bytes(), case.parent.name, topic, retained=(case / "retained").is_file())
    if (case / "mapping.txt").is_file():
        name = (case / "mapping.txt").read_text(encoding="utf-8").strip()
        one = replace(one, source=replace(one.source, mapping=shipped_mappings()[name]))
    return one


# -- the way of a good message


def test_a_delivery_carries_all_that_was_understood() -> None:
    delivery = understand(lorawan("0115", fCnt=3))
    assert delivery.verdict is None
    assert delivery.key == '["a"]'
    assert (delivery.device_id, delivery.f_port, delivery.f_cnt) == (EUI, 5, 3)
    assert delivery.decoder == "sample/3"
    assert (delivery.observed_at, delivery.time_source) == (datetime(2026, 3, 3, 14, tzinfo=UTC), TimeSource.NETWORK)
    assert not delivery.clock_bad
    assert readings(delivery) == {"air_temperature": 21.0}
    assert delivery.values[0].deployment_id == 7


def test_decoded_fields_come_first_and_bytes_when_the_table_knows_none_of_them() -> None:
    assert readings(understand(lorawan("0115", fields={"temperature": 20.9}))) == {"air_temperature": 20.9}
    assert readings(understand(lorawan("0115", fields={"bytes": [1, 21]}))) == {"air_temperature": 21.0}
    assert readings(understand(lorawan("0115", fields={}))) == {"air_temperature": 21.0}


def test_ports_bind_the_bytes_not_what_the_network_has_decoded() -> None:
    reason, says = verdict(understand(lorawan("0115", f_port=6)))
    assert reason is Reason.NO_VALUE
    assert "port 6" in says
    assert readings(understand(lorawan("0115", f_port=6, fields={"temperature": 20}))) == {"air_temperature": 20.0}


def test_homelinks_unit_is_held_against_the_profile() -> None:
    late = load(CASES[0].parents[1] / "homelink" / "reading_five_hours_late")
    delivery = understand(late)
    assert readings(delivery) == {"air_temperature": 17.4}
    assert delivery.observed_at == datetime(2026, 3, 3, 9, 6, 47, tzinfo=UTC)
    fahrenheit = replace(late, payload=late.payload.replace(b'"unit": "C"', b'"unit": "F"'))
    reason, says = verdict(understand(fahrenheit))
    assert reason is Reason.UNIT
    assert "'F'" in says


def test_a_distance_gives_a_fill_level_unless_the_device_reports_one() -> None:
    bins = {EUI: device(EUI, bin_depth_mm=1000)}
    assert readings(understand(plain({"distance": 250}), bins)) == {"distance": 250.0, "fill_level": 75.0}
    reported = understand(plain({"distance": 250, "filling": 60}), bins)
    assert readings(reported) == {"distance": 250.0, "fill_level": 60.0}
    beyond = understand(plain({"distance": 1400}), bins)
    assert readings(beyond) == {"distance": 1400.0}
    assert [one.reason for one in beyond.refused] == [Reason.RANGE]


# -- what is ignored


def test_retained_without_a_time_of_its_own_is_ignored() -> None:
    body = {"device": EUI, "temperature": 20}
    assert understand(message(body, retained=True)).verdict is Ignored.RETAINED
    assert readings(understand(message(body))) == {"air_temperature": 20.0}
    assert readings(understand(plain({"temperature": 20}, retained=True))) == {"air_temperature": 20.0}


def test_unreadable_comes_before_ignored() -> None:
    assert verdict(understand(message(b"off", retained=True)))[0] is Reason.UNREADABLE


# -- what is set aside


def test_oversize_is_set_aside_unread() -> None:
    assert verdict(understand(message(b" " * (MOST_BYTES + 1)))) == (
        Reason.OVERSIZE,
        "The message has 262,145 bytes; more than 262,144 are not read.",
    )
    assert verdict(understand(message(b" " * MOST_BYTES)))[0] is Reason.UNREADABLE


def test_an_unknown_device_is_named_with_the_cure() -> None:
    delivery = understand(message({"device": "nobody\x00", "temperature": 20}))
    reason, says = verdict(delivery)
    assert reason is Reason.UNKNOWN_DEVICE
    assert says == "The device nobody\\x00 is not registered. Add it with `hereabouts import devices`."
    assert delivery.device_id == "nobody\\x00"
    assert delivery.key is not None


def test_a_topic_that_names_a_registered_device_carries_no_other() -> None:
    body = {"temperature": 20}
    reason, says = verdict(understand(plain(body, topic="hereabouts/attic-17/up")))
    assert reason is Reason.DEVICE_MISMATCH
    assert "attic-17" in says
    assert understand(plain(body, topic="hereabouts/gateway-1/up")).verdict is None
    assert understand(plain(body, topic="hereabouts/70-b3-d5-7e-d0-06-12-34/up")).verdict is None


def test_no_clock_that_can_be_believed() -> None:
    reason, says = verdict(understand(plain({"temperature": 20, "time": "1970-01-01T00:00:00Z"})))
    assert reason is Reason.CLOCK
    assert "1 January 1970" in says
    assert verdict(understand(plain({"temperature": 20, "time": "noon"})))[0] is Reason.CLOCK


def test_a_bad_clock_falls_to_the_next_for_the_frames_own_values_only() -> None:
    case = load(CASES[0].parents[1] / "things_stack" / "uplink")
    body = json.loads(case.payload)
    body["uplink_message"]["settings"]["time"] = "2036-03-03T14:00:00Z"
    body["uplink_message"]["decoded_payload"] = {
        "temperature": 20,
        "history": [{"timestamp": 1772535600, "temperature": 19}, {"timestamp": 0, "temperature": 18}],
    }
    delivery = understand(replace(case, payload=json.dumps(body).encode()))
    assert delivery.clock_bad
    assert delivery.time_source is TimeSource.NETWORK
    network = datetime(2026, 3, 3, 14, 0, 0, 89585, tzinfo=UTC)
    assert [(v.time, v.value) for v in delivery.values] == [
        (network, 20.0),
        (datetime(2026, 3, 3, 11, tzinfo=UTC), 19.0),
    ]
    assert [one.reason for one in delivery.refused] == [Reason.CLOCK]


def test_no_decoder_and_no_profile() -> None:
    by_name = {EUI: device(EUI, "no-bytes")}
    assert verdict(understand(lorawan("0115"), by_name))[0] is Reason.NO_DECODER
    assert readings(understand(lorawan("0115", fields={"temperature": 20}), by_name)) == {"air_temperature": 20.0}
    unmapped = verdict(understand(lorawan("0115", fields={"temp": 20}), by_name))
    assert unmapped[0] is Reason.NO_VALUE
    reason, says = verdict(understand(lorawan("0115"), {EUI: device(EUI, "gone")}))
    assert reason is Reason.NO_DECODER
    assert "gone" in says


def test_a_frame_that_breaks_its_makers_encoding() -> None:
    assert verdict(understand(lorawan("011502"))) == (
        Reason.UNDECODABLE,
        "The frame ends inside a value, after 3 bytes.",
    )


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (lorawan("0305"), "settings"),
        (lorawan(""), "neither decoded fields nor bytes"),
        (plain({"temp": 20, "hum": 50}), "The message holds temp, hum; the profile sample reads temperature, humidity"),
        (plain({}), "neither"),
        (plain({"temperature": None}), "holds temperature"),
        (plain({"temperature": 327.67}), "holds temperature"),
    ],
)
def test_nothing_that_the_table_knows(one: Message, says: str) -> None:
    reason, detail = verdict(understand(one))
    assert reason is Reason.NO_VALUE
    assert says in detail


def test_no_value_accepted_keeps_the_common_reason() -> None:
    one = understand(plain({"temperature": 900}))
    assert verdict(one)[0] is Reason.RANGE
    assert [refused.field for refused in one.refused] == ["temperature"]
    assert verdict(understand(plain({"temperature": -99})))[0] is Reason.SENTINEL
    reason, says = verdict(understand(plain({"temperature": -99, "humidity": 0, "distance": "far"})))
    assert reason is Reason.NO_VALUE
    assert says.count("Relative humidity: 0 % is outside 1 % to 100 %") == 1


def test_refused_values_do_not_change_a_good_message() -> None:
    delivery = understand(plain({"temperature": 20, "humidity": 140}))
    assert delivery.verdict is None
    assert [(one.reason, one.quantity, one.raw) for one in delivery.refused] == [
        (Reason.RANGE, "relative_humidity", "140")
    ]


def test_a_device_that_was_nowhere() -> None:
    early = plain({"temperature": 20, "time": "2025-12-30T00:00:00Z"}, received_at=datetime(2026, 1, 2, tzinfo=UTC))
    assert verdict(understand(early))[0] is Reason.UNKNOWN_DEVICE


def test_one_instant_keeps_its_first_value() -> None:
    records = [{"timestamp": 1772535600, "temperature": n} for n in (19, 18, 19)]
    delivery = understand(plain({"temperature": 20, "history": records}))
    assert [value.value for value in delivery.values] == [20.0, 19.0]
    assert [(one.reason, one.raw) for one in delivery.refused] == [(Reason.CONFLICT, "18.0")]


def test_a_decoder_that_breaks_its_promise_still_ends_in_quarantine() -> None:
    def careless(frame: bytes, f_port: int | None) -> Mapping[str, object]:
        return {"temperature": frame[9]}

    profiles = {"sample": DeviceProfile(spec=SPEC, decode=careless)}
    reason, says = verdict(interpret(lorawan("0115"), DEVICES, profiles))
    assert reason is Reason.UNDECODABLE
    assert "IndexError" in says


# -- any message at all

BROKEN = "Reading this message failed"


def check(one: Message, profiles: Mapping[str, DeviceProfile] = PROFILES) -> Delivery:
    """What holds of every delivery: one verdict, no fault of ours, the same again, and texts that can be stored."""
    delivery = interpret(one, DEVICES, profiles)
    assert delivery == interpret(one, DEVICES, profiles)
    assert delivery.message is one
    assert (delivery.verdict is None) == bool(delivery.values or delivery.events)
    if isinstance(delivery.verdict, SetAside):
        assert BROKEN not in delivery.verdict.detail
    for part in (delivery, delivery.verdict, *delivery.values, *delivery.refused, *delivery.events):
        texts = [getattr(part, name.name) for name in fields(part)] if is_dataclass(part) else []
        assert not any("\x00" in text.encode().decode() for text in texts if isinstance(text, str))
    return delivery


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_every_envelope_case_has_the_verdict_it_says(case: Path) -> None:
    expected = json.loads((case / "uplink.json").read_text(encoding="utf-8"))
    delivery = check(load(case))
    if "refused" in expected:
        assert verdict(delivery)[0] == expected["refused"]
    elif "ignored" in expected:
        assert delivery.verdict == expected["ignored"]
    else:
        assert delivery.key is not None
        assert json.loads(delivery.key) == expected["key"]


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["", "2026-03-03T14:00:00Z", "AQ==", EUI, "\x00", 2**70, 1e308, [], {}, {"value": 1, "unit": "x"}]
    )
)
anything = st.recursive(
    leaves, lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text(), child, max_size=3)
)


def is_json(payload: bytes) -> bool:
    try:
        return isinstance(json.loads(payload), dict | list)
    except ValueError:
        return False


def mutate(data: st.DataObject, node: object, depth: int = 0) -> object:
    """A JSON tree with something in it dropped, replaced or put in another order."""
    if not isinstance(node, dict | list) or not node or data.draw(st.integers(0, 4)) < 1 + depth // 3:
        return data.draw(anything)
    if isinstance(node, list):
        place = data.draw(st.integers(0, len(node) - 1))
        return [*node[:place], mutate(data, node[place], depth + 1), *node[place + 1 :]]
    name = data.draw(st.sampled_from(sorted(node)))
    if data.draw(st.booleans()):
        return {other: value for other, value in reversed(node.items()) if other != name}
    return node | {name: mutate(data, node[name], depth + 1)}


objects = [case for case in CASES if is_json((case / "payload.json").read_bytes())]


@given(st.data(), st.sampled_from(objects))
def test_any_change_to_a_message_ends_in_a_delivery(data: st.DataObject, case: Path) -> None:
    whole = load(case)
    body = json.loads(whole.payload)
    for _ in range(data.draw(st.integers(1, 3))):
        body = mutate(data, body)
    check(replace(whole, payload=json.dumps(body).encode(), retained=data.draw(st.booleans())))


@given(st.data(), st.sampled_from(CASES), st.text(st.characters(), max_size=30) | st.none())
def test_any_damage_to_the_bytes_or_the_topic_ends_in_a_delivery(
    data: st.DataObject, case: Path, topic: str | None
) -> None:
    whole = load(case)
    payload = bytearray(whole.payload or b"\xff")
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(payload) - 1))
        payload[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        payload = payload or bytearray(b"{")
    check(replace(whole, payload=bytes(payload), topic=whole.topic if topic is None else topic))


@given(st.binary(max_size=64), st.sampled_from([*ENVELOPES, "file"]))
def test_any_bytes_end_in_a_delivery(payload: bytes, envelope: str) -> None:
    delivery = check(message(payload, envelope, "council/reading/x"))
    assert isinstance(delivery.verdict, SetAside)


@given(st.binary(min_size=1, max_size=40), st.integers(0, 255), st.sampled_from(sorted(load_profiles())))
def test_any_frame_for_any_device_we_know_ends_in_a_delivery(frame: bytes, f_port: int, profile: str) -> None:
    known = {"sample": load_profiles()[profile]}
    check(lorawan(frame.hex(), f_port=f_port), known)


@given(st.dictionaries(st.text(), anything, max_size=3), st.data(), st.sampled_from(sorted(load_profiles())))
def test_any_decoded_object_for_any_device_we_know_ends_in_a_delivery(
    fields: dict[str, object], data: st.DataObject, profile: str
) -> None:
    known = load_profiles()[profile]
    paths = [spec.path.replace("{n}", "1") for spec in known.spec.fields] + [known.spec.history or "history"]
    chosen = data.draw(st.dictionaries(st.sampled_from(paths), anything, max_size=4))
    check(lorawan(fields=fields | chosen), {"sample": known})


@given(st.floats(), st.timedeltas(timedelta(days=-40), timedelta(days=1)))
def test_an_accepted_value_is_plausible_and_its_time_credible(temperature: float, offset: timedelta) -> None:
    stated = (ARRIVED + offset).isoformat()
    delivery = check(plain({"temperature": repr(temperature), "time": stated}))
    for value in delivery.values:
        assert -40 <= value.value <= 60
        assert timedelta(days=-35) <= value.time - ARRIVED <= timedelta(minutes=5)


def test_people_in_a_home_are_set_aside_and_the_rest_of_the_message_stands() -> None:
    known = device(EUI)
    home = replace(known, deployments=tuple(replace(d, place_kind="home") for d in known.deployments))
    delivery = understand(plain({"temperature": 21.5, "people": 2}), {EUI: home})
    assert delivery.verdict is None
    assert readings(delivery) == {"air_temperature": 21.5}
    assert [(one.quantity, one.reason, one.raw) for one in delivery.refused] == [("occupancy", Reason.NO_VALUE, "")]
