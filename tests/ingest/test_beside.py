"""What comes beside a frame's own values: events, late records, a table of the envelope's own."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hereabouts_ingest.beside import device_events
from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.mapping_file import shipped_mappings
from hereabouts_ingest.profiles import DeviceProfile
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Delivery, Message, SetAside, Source, UplinkEvent
from hereabouts_schemas.outcome import Reason
from hereabouts_schemas.profile import EventSpec, FieldSpec, Profile

CASES = Path(__file__).parent / "envelopes"
ARRIVED = datetime(2026, 3, 3, 14, 0, 30, tzinfo=UTC)
TWO = datetime(2026, 3, 3, 14, tzinfo=UTC)
EUI, SERIAL = "70B3D57ED0061234", "A1B2C3D4-00E5F601"

SPEC = Profile(
    id="sample",
    title="Sample",
    maker="Nobody",
    version="3",
    interval_s=600,
    has_decoder=True,
    history="history",
    fields=(
        FieldSpec(path="temperature", quantity="air_temperature", unit="Cel"),
        FieldSpec(path="humidity", quantity="relative_humidity", unit="%"),
    ),
    events=(EventSpec(path="tamper", code="tamper", when=(1.0, True)),),
)
PROFILES = {"sample": DeviceProfile(spec=SPEC, decode=lambda frame, _port: {"temperature": frame[0], "tamper": 1})}


def device(identity: str) -> Device:
    place = Deployment(id=7, device_id=identity, place_id="h/room", from_at=datetime(2026, 1, 1, tzinfo=UTC))
    return Device(id=identity, profile="sample", deployments=(place,))


DEVICES = {name: device(name) for name in (EUI, SERIAL, "attic-17")}


def sent(body: object, envelope: str, topic: str, mapping: str | None = None, **more: object) -> Message:
    source = Source(id=1, name="feed", topic_filter="#", envelope=envelope, mapping=mapping)
    parts = {"received_at": ARRIVED, "payload": json.dumps(body).encode()} | more
    return Message(source=source, topic=topic, **parts)  # type: ignore[arg-type]


def case(name: str, **changes: object) -> Message:
    folder = CASES / name
    body = json.loads((folder / "payload.json").read_bytes())
    for path, value in changes.items():
        body[path] = value
    topic = (folder / "topic.txt").read_text(encoding="utf-8").strip()
    mapping = folder / "mapping.txt"
    text = shipped_mappings()[mapping.read_text(encoding="utf-8").strip()] if mapping.is_file() else None
    return sent(body, folder.parent.name, topic, text)


def understand(message: Message) -> Delivery:
    return interpret(message, DEVICES, PROFILES)


def values(delivery: Delivery) -> list[tuple[str, datetime, float]]:
    return [(value.quantity, value.time, value.value) for value in delivery.values]


def reason(delivery: Delivery) -> Reason:
    assert isinstance(delivery.verdict, SetAside)
    return delivery.verdict.reason


# -- events


@pytest.mark.parametrize(
    ("name", "code", "says", "heard"),
    [
        ("chirpstack/join", "join", "00189440", True),
        ("chirpstack/log_retransmission", "UPLINK_F_CNT_RETRANSMISSION", "WARNING", False),
        ("things_stack/join_accept", "join", "260B1A2C", True),
        ("homelink/alert_raised", "HEAD_REMOVED:alert", "severity MEDIUM", False),
        ("homelink/alert_resolved", "HEAD_REMOVED:resolved", "Head removed", False),
    ],
)
def test_a_message_of_events_alone_has_no_verdict_against_it(name: str, code: str, says: str, heard: bool) -> None:
    delivery = understand(case(name))
    assert delivery.verdict is None
    assert delivery.values == ()
    (event,) = delivery.events
    assert (event.device_id, event.time, event.code) == (delivery.device_id, delivery.observed_at, code)
    assert says in event.detail
    assert delivery.heard is heard


def test_a_status_gives_the_battery_by_a_table_of_its_own_and_an_event() -> None:
    delivery = understand(case("chirpstack/status_event"))
    assert [(quantity, value) for quantity, _, value in values(delivery)] == [("battery_level", 75.5)]
    assert [event.code for event in delivery.events] == ["device_status"]
    assert delivery.decoder == "chirpstack"


def test_events_stand_though_every_value_is_refused() -> None:
    delivery = understand(case("chirpstack/status_event", batteryLevel=400))
    assert delivery.verdict is None
    assert [one.reason for one in delivery.refused] == [Reason.RANGE]
    assert len(delivery.events) == 1


def test_events_of_devices_that_are_not_registered_wait_in_quarantine() -> None:
    delivery = interpret(case("homelink/device_added"), DEVICES, PROFILES)
    assert reason(delivery) is Reason.UNKNOWN_DEVICE
    assert delivery.events == ()


@pytest.mark.parametrize(
    "body",
    [
        {"device": EUI, "time": "2026-03-03T14:00:00Z", "temperature": 20, "tamper": 1},
        {"device": EUI, "time": "2026-03-03T14:00:00Z", "tamper": True},
    ],
)
def test_a_profiles_events_are_told_at_the_frames_time(body: dict[str, object]) -> None:
    delivery = understand(sent(body, "plain", "hereabouts/x/up"))
    assert delivery.verdict is None
    assert [(event.code, event.time) for event in delivery.events] == [("tamper", TWO)]
    assert len(delivery.values) == ("temperature" in body)


def test_a_profiles_events_are_read_from_bytes_too() -> None:
    body = {"deduplicationId": "a", "time": "2026-03-03T14:00:00Z", "deviceInfo": {"devEui": EUI}, "data": "FQ=="}
    delivery = understand(sent(body, "chirpstack", f"application/1/device/{EUI}/event/up"))
    assert [(q, v) for q, _, v in values(delivery)] == [("air_temperature", 21.0)]
    assert [event.code for event in delivery.events] == ["tamper"]


def test_an_event_with_a_time_of_its_own_keeps_it_or_is_refused_for_it() -> None:
    told = [
        UplinkEvent(code="fire", at=TWO - timedelta(hours=3)),
        UplinkEvent(code="fire", at=TWO - timedelta(days=40)),
    ]
    events, refused = device_events(told, DEVICES[EUI], TWO, ARRIVED)
    assert [event.time for event in events] == [TWO - timedelta(hours=3)]
    assert [(one.reason, one.field) for one in refused] == [(Reason.CLOCK, "fire")]


# -- records


def test_records_are_readings_of_their_own_times() -> None:
    delivery = understand(case("senml/pack_with_late_records"))
    late = TWO - timedelta(minutes=15)
    assert sorted(values(delivery)) == [
        ("air_temperature", late, 19.1),
        ("air_temperature", TWO, 19.4),
        ("relative_humidity", late, 70.8),
        ("relative_humidity", TWO, 71.2),
    ]


def test_a_record_beyond_the_clock_gate_is_refused_and_the_rest_stands() -> None:
    delivery = understand(case("senml/one_record_a_year_ahead"))
    assert values(delivery) == [("air_temperature", TWO, 3.1)]
    assert [one.reason for one in delivery.refused] == [Reason.CLOCK]
    assert not delivery.clock_bad


def test_one_field_twice_at_one_time_keeps_the_first_and_tells_of_the_second() -> None:
    delivery = understand(case("senml/one_field_twice_at_one_time"))
    assert [value for _, _, value in values(delivery)] == [3.1]
    assert [one.reason for one in delivery.refused] == [Reason.CONFLICT]


def test_relative_times_count_from_the_arrival() -> None:
    delivery = understand(case("senml/relative_times_count_from_the_arrival"))
    assert [at for _, at, _ in values(delivery)] == [ARRIVED, ARRIVED - timedelta(minutes=15)]


def test_a_unit_that_the_profile_does_not_expect_is_refused() -> None:
    pack = [{"bn": f"urn:dev:mac:{EUI}:", "n": "temperature", "u": "K", "v": 292.5, "t": TWO.timestamp()}]
    assert reason(understand(sent(pack, "senml", "senml/x"))) is Reason.UNIT


def test_clock_bad_marks_own_values_that_fell_to_another_clock_and_nothing_else() -> None:
    up = json.loads((CASES / "things_stack" / "uplink" / "payload.json").read_bytes())
    up["uplink_message"]["settings"]["time"] = "2036-03-03T14:00:00Z"
    history = [{"timestamp": TWO.timestamp() - 900, "temperature": 19}, {"timestamp": 0, "temperature": 18}]
    topic = (CASES / "things_stack" / "uplink" / "topic.txt").read_text(encoding="utf-8").strip()
    for own, bad in (({"temperature": 20}, True), ({}, False)):
        up["uplink_message"]["decoded_payload"] = {**own, "history": history}
        delivery = understand(sent(up, "things_stack", topic))
        assert delivery.clock_bad is bad
        assert len(delivery.values) == 1 + len(own)
        assert [one.reason for one in delivery.refused] == [Reason.CLOCK]


def test_the_gate_measures_from_the_arrival_whenever_the_bytes_are_read_again() -> None:
    once = case("senml/pack_with_late_records")
    long_ago = replace(once, received_at=ARRIVED - timedelta(days=365))
    assert reason(understand(long_ago)) is Reason.CLOCK
    assert understand(once) == understand(once)


# -- mapped feeds


def test_a_mapped_feed_needs_no_profile_that_knows_its_fields() -> None:
    delivery = understand(case("mapped/zigbee_state"))
    assert [(quantity, value) for quantity, _, value in values(delivery)] == [
        ("air_temperature", 21.34),
        ("relative_humidity", 44.72),
        ("battery_level", 91.0),
        ("battery_voltage", 2.955),
    ]
    assert delivery.decoder is not None
    assert delivery.decoder.startswith("mapped/")


def test_fiware_lists_give_each_value_its_time_and_refuse_the_one_without() -> None:
    delivery = understand(case("mapped/fiware_list_of_values"))
    assert values(delivery) == [
        ("battery_level", TWO, 90.0),
        ("air_temperature", TWO - timedelta(hours=1), 20.5),
        ("air_temperature", TWO - timedelta(minutes=30), 21.0),
    ]
    assert [one.reason for one in delivery.refused] == [Reason.CLOCK]


def test_a_mapped_message_without_any_value_says_what_was_looked_for() -> None:
    delivery = understand(case("mapped/zigbee_state", temperature=None, humidity=None, battery=None, voltage=None))
    assert reason(delivery) is Reason.NO_VALUE
    assert isinstance(delivery.verdict, SetAside)
    assert "$.temperature" in delivery.verdict.detail
