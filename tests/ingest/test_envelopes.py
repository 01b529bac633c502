"""Envelopes: each case is a folder with a topic, a payload and what the envelope makes of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hereabouts_ingest.envelopes import ENVELOPES
from hereabouts_ingest.mapping_file import shipped_mappings
from hereabouts_ingest.refusal import Refusal
from hereabouts_schemas.message import Message, Source, Uplink
from hereabouts_schemas.outcome import Ignored, Reason
from hereabouts_schemas.times import UNREADABLE, format_time

CASES = Path(__file__).parent / "envelopes"
RECORDED = Path(__file__).parents[3] / "shared" / "data" / "damp" / "homelink"
ARRIVED = datetime(2026, 3, 3, 14, 0, 30, tzinfo=UTC)


def message(envelope: str, topic: str, payload: bytes, received_at: datetime = ARRIVED) -> Message:
    source = Source(id=1, name=envelope, topic_filter="#", envelope=envelope)
    return Message(source=source, topic=topic, payload=payload, received_at=received_at)


def load(case: Path) -> Message:
    """A case's message: `mapping.txt` names the shipped mapping that reads it, `retained` says that it was kept."""
    topic = (case / "topic.txt").read_text(encoding="utf-8").strip()
    one = message(case.parent.name, topic, (case / "payload.json").read_bytes())
    if (case / "mapping.txt").is_file():
        name = (case / "mapping.txt").read_text(encoding="utf-8").strip()
        one = replace(one, source=replace(one.source, mapping=shipped_mappings()[name]))
    return replace(one, retained=(case / "retained").is_file())


def said(at: datetime) -> str:
    return "unreadable" if at == UNREADABLE else format_time(at)


def as_written(uplink: Uplink) -> dict[str, object]:
    """An uplink in the form of `uplink.json`."""
    clocks = [[said(c.at), c.source.value] for c in uplink.clocks]
    written = {
        "key": json.loads(uplink.key),
        "device": uplink.device,
        "clocks": clocks,
        "f_port": uplink.f_port,
        "f_cnt": uplink.f_cnt,
        "frame": None if uplink.frame is None else uplink.frame.hex(),
        "fields": uplink.fields,
    }
    more = {
        "topic_names": uplink.topic_names,
        "twin": uplink.twin,
        "table": None if uplink.table is None else [[s.path, s.quantity, s.unit] for s in uplink.table],
        "records": [[said(record.at), record.fields] for record in uplink.records],
        "events": [[e.code, e.detail, None if e.at is None else said(e.at)] for e in uplink.events],
        "heard": None if uplink.heard else "no",
    }
    return written | {name: value for name, value in more.items() if value}


@pytest.mark.parametrize("case", sorted(CASES.glob("*/*")), ids=lambda case: f"{case.parent.name}/{case.name}")
def test_each_case_is_read_as_written(case: Path) -> None:
    expected = json.loads((case / "uplink.json").read_text(encoding="utf-8"))
    read = ENVELOPES[case.parent.name]
    if "refused" in expected:
        with pytest.raises(Refusal) as refused:
            read(load(case))
        assert refused.value.reason is Reason(expected["refused"])
        assert expected["says"] in refused.value.detail
        return
    uplink = read(load(case))
    if isinstance(uplink, Ignored):
        assert expected == {"ignored": uplink.value}
    else:
        assert as_written(uplink) == expected


def test_every_envelope_has_cases_of_each_outcome() -> None:
    for name in ENVELOPES:
        outcomes = [json.loads(file.read_text(encoding="utf-8")) for file in CASES.glob(f"{name}/*/uplink.json")]
        assert any("key" in outcome for outcome in outcomes)
        assert any(outcome.get("refused") == "unreadable" for outcome in outcomes)
        assert any(outcome.get("refused") == "wrong_shape" for outcome in outcomes)


def key_of(envelope: str, topic: str, payload: bytes, received_at: datetime = ARRIVED) -> str:
    uplink = ENVELOPES[envelope](message(envelope, topic, payload, received_at))
    assert isinstance(uplink, Uplink)
    return uplink.key


def test_things_stack_copies_by_webhook_and_storage_share_the_key() -> None:
    case = CASES / "things_stack" / "uplink"
    copy = json.loads((case / "payload.json").read_bytes()) | {"correlation_ids": ["as:up:another"]}
    by_mqtt, by_webhook = load(case), json.dumps(copy).encode()
    assert key_of("things_stack", by_mqtt.topic, by_mqtt.payload) == key_of("things_stack", "webhook", by_webhook)


def test_plain_messages_of_one_instant_with_other_values_are_two() -> None:
    warm = b'{"device": "a", "time": "2026-03-03T14:00:00Z", "air_temperature": 19}'
    damp = b'{"device": "a", "time": "2026-03-03T14:00:00Z", "relative_humidity": 60}'
    assert key_of("plain", "hereabouts/a/up", warm) != key_of("plain", "hereabouts/a/up", damp)
    later = ARRIVED + timedelta(days=3)
    assert key_of("plain", "hereabouts/a/up", warm) == key_of("plain", "hereabouts/a/up", warm, later)


def test_plain_without_time_is_a_copy_within_its_minute_and_an_honest_repeat_after_it() -> None:
    same = b'{"device": "a", "fill_level": 50}'
    first = key_of("plain", "hereabouts/a/up", same)
    assert key_of("plain", "hereabouts/a/up", same, ARRIVED + timedelta(seconds=29)) == first
    assert key_of("plain", "hereabouts/a/up", same, ARRIVED + timedelta(seconds=31)) != first
    assert key_of("plain", "hereabouts/b/up", same) != first


def homelink_payloads(case: str, kind: str) -> list[Path]:
    """A payload of our own and, where they lie beside the checkout, HomeLINK's of that kind."""
    return [CASES / "homelink" / case / "payload.json", *sorted(RECORDED.glob(f"mqtt_*_{kind}.json"))]


def named(file: Path) -> str:
    return f"{file.parent.name}-{file.stem}"


@pytest.mark.parametrize("file", homelink_payloads("reading_five_hours_late", "reading"), ids=named)
def test_homelink_readings_keep_device_value_and_the_devices_own_time(file: Path) -> None:
    body = json.loads(file.read_bytes())
    uplink = ENVELOPES["homelink"](message("homelink", "council/reading/somewhere", file.read_bytes()))
    assert isinstance(uplink, Uplink)
    assert uplink.device == body["deviceSerialNumber"]
    assert uplink.fields == {body["readingTypeId"]: {"value": body["value"], "unit": body["unit"]}}
    assert uplink.clocks[0].at == datetime.fromisoformat(body["readingDate"])


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        *(("alert", file) for file in homelink_payloads("alert_raised", "alert")),
        *(("event", file) for file in homelink_payloads("event_date_without_a_zone_is_utc", "event")),
        *(("device", file) for file in homelink_payloads("device_added", "add")),
    ],
)
def test_homelink_tells_of_devices_by_its_own_codes_and_nothing_of_homes(kind: str, file: Path) -> None:
    body = json.loads(file.read_bytes())
    uplink = ENVELOPES["homelink"](message("homelink", f"council/{kind}/somewhere", file.read_bytes()))
    if body.get("deviceSerialNumber") is None:
        assert uplink is Ignored.OTHER_KIND
        return
    assert isinstance(uplink, Uplink)
    (event,) = uplink.events
    assert event.code == {"event": body.get("eventTypeId"), "alert": f"{body.get('eventTypeId')}:alert"}.get(
        kind, "device_add"
    )
    assert body.get("propertyReference", "x") not in event.detail
    stated = body.get("raisedDate") or body["actionTimestamp"]
    assert uplink.clocks[0].at == datetime.fromisoformat(stated).replace(tzinfo=UTC)


def test_chirpstack_events_of_one_uplink_never_take_its_key() -> None:
    bodies = {
        kind: json.loads((CASES / "chirpstack" / case / "payload.json").read_bytes()) | {"deduplicationId": "same"}
        for kind, case in (("up", "uplink"), ("status", "status_event"), ("join", "join"))
    }
    keys = {
        key_of("chirpstack", f"application/1/device/70b3d57ed0061234/event/{kind}", json.dumps(body).encode())
        for kind, body in bodies.items()
    }
    assert len(keys) == 3


def test_senml_with_relative_times_may_honestly_come_again_and_absolute_times_may_not() -> None:
    relative = b'[{"bn": "bin-7/", "n": "fill_level", "v": 50}]'
    absolute = b'[{"bn": "bin-7/", "n": "fill_level", "v": 50, "t": 1772546400}]'
    later = ARRIVED + timedelta(minutes=20)
    assert key_of("senml", "senml/bin-7", relative) != key_of("senml", "senml/bin-7", relative, later)
    assert key_of("senml", "senml/bin-7", absolute) == key_of("senml", "senml/bin-7", absolute, later)
