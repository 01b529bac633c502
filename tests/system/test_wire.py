"""From the wire to HTTP: every case of every device, and makers' vectors and payloads where they lie beside us."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import load_profiles
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Message, SetAside, Source
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.times import format_time

INGEST = Path(__file__).parents[1] / "ingest"
SHARED = Path(__file__).parents[3] / "shared" / "data"
VECTORS = SHARED / "codecs" / "cases.json"
HOMELINK = SHARED / "damp" / "homelink" / "mqtt_device_reading.json"
NOW = datetime.now(UTC).replace(microsecond=0)
Reading = tuple[str, str, str, float]


def eui(number: int) -> str:
    return f"A84041{number:010X}"


def case_runs() -> Iterator[tuple[Path, Path | None]]:
    """Each case whose readings are of now, with its bytes alone and with each decoded object."""
    for folder in sorted((INGEST / "cases").glob("*/*")):
        if all(reading["at"] is None for reading in json.loads((folder / "readings.json").read_text())["readings"]):
            if (folder / "frame.hex").is_file():
                yield folder, None
            yield from ((folder, file) for file in sorted(folder.glob("decoded*.json")))


def things_stack(device: str, folder: Path, decoded: Path | None) -> tuple[str, bytes]:
    """A case as The Things Stack sends it, with what it leaves out when it is zero left out."""
    uplink: dict[str, object] = {"session_key_id": "c2Vzc2lvbg==", "received_at": format_time(NOW)}
    if (folder / "frame.hex").is_file():
        uplink["frm_payload"] = base64.b64encode(bytes.fromhex((folder / "frame.hex").read_text())).decode()
        port = int((folder / "f_port").read_text())
        uplink |= {"f_port": port} if port else {}
    if decoded is not None:
        uplink["decoded_payload"] = json.loads(decoded.read_text())
    body = {"end_device_ids": {"device_id": device.lower(), "dev_eui": device}, "uplink_message": uplink}
    return f"v3/council@tenant/devices/{device.lower()}/up", json.dumps(body).encode()


def read_back(wire: Any, home: str) -> list[Reading]:
    items = wire.every(f"/v1/places/{home}/readings?datetime=2015-01-01T00:00:00Z/..&limit=1000")
    assert all(item["unit"] == QUANTITIES[item["quantity"]].unit for item in items)
    return sorted((item["quantity"], item["channel"], item["time"], item["value"]) for item in items)


def reasons(wire: Any) -> dict[str, set[str]]:
    """Device -> the reasons for which whole messages of it are in quarantine."""
    found: dict[str, set[str]] = {}
    for row in wire.every("/v1/quarantine?limit=500"):
        if row["kind"] == "message":
            found.setdefault(row["device"], set()).add(row["reason"])
    return found


def test_every_case_of_every_device(wire: Any) -> None:
    runs = list(case_runs())
    devices = [eui(number) for number in range(len(runs))]
    wire.register(
        [(d, folder.parent.name.replace("_", "-"), d, {}) for d, (folder, _) in zip(devices, runs, strict=True)]
    )
    wire.publish([things_stack(device, *run) for device, run in zip(devices, runs, strict=True)])
    wire.up.until(lambda: wire.counts("things_stack")["received"] >= len(runs), "all cases received")

    quarantined = reasons(wire)
    for device, (folder, _) in zip(devices, runs, strict=True):
        expected = json.loads((folder / "readings.json").read_text())
        wanted = sorted((r["quantity"], r["channel"], format_time(NOW), r["value"]) for r in expected["readings"])
        found = read_back(wire, device)
        assert [row[:3] for row in found] == [row[:3] for row in wanted], folder
        assert [row[3] for row in found] == pytest.approx([row[3] for row in wanted], abs=1e-9), folder
        assert quarantined.get(device, set()) == ({expected["verdict"]} if expected["verdict"] else set()), folder
    counts = wire.counts("things_stack")
    assert counts["received"] == sum(counts[name] for name in ("stored", "duplicate", "quarantined", "ignored"))


def chirpstack(device: str, vector: dict[str, Any], number: int) -> tuple[str, bytes]:
    body = {
        "deduplicationId": f"3ac7e3c4-4401-4b8d-9386-{number:012d}",
        "time": format_time(NOW),
        "deviceInfo": {"devEui": device.lower()},
        "fPort": vector.get("fPort", 85),
        "data": base64.b64encode(bytes.fromhex(vector["bytes_hex"].removesuffix("="))).decode(),
    }
    return f"application/a/device/{device.lower()}/event/up", json.dumps(body).encode()


def vectors() -> list[tuple[dict[str, Any], str]]:
    """Makers' vectors with our profile for each; one of our own where the recordings are not beside us."""
    table = {}
    for file in (INGEST / "vendor_vectors").glob("*.json"):
        codecs = json.loads(file.read_text())["codecs"]
        table |= {(file.stem, name): codec["profile"] for name, codec in codecs.items() if codec["profile"]}
    own = [({"codec": "EM300-TH", "bytes_hex": "0175550367e1ff04684b", "id": "own"}, "milesight-em300")]
    beside = json.loads(VECTORS.read_text()) if VECTORS.is_file() else []
    return own + [
        (row, table[row["vendor"], row["codec"]])
        for row in beside
        if row.get("bytes_hex") and (row["vendor"], row["codec"]) in table
    ]


def test_makers_vectors_give_their_readings_or_a_reason(wire: Any) -> None:
    """tests/ingest/test_vendor_vectors.py holds interpretation to the makers' values; this holds the wire to it."""
    found = vectors()
    devices = [eui(10_000 + number) for number in range(len(found))]
    wire.register([(device, profile, device, {}) for device, (_, profile) in zip(devices, found, strict=True)])
    messages = [chirpstack(device, row, n) for n, (device, (row, _)) in enumerate(zip(devices, found, strict=True))]
    wire.publish(messages)
    wire.up.until(lambda: wire.counts("chirpstack")["received"] >= len(found), "all vectors received")

    quarantined = reasons(wire)
    source = Source(id=2, name="chirpstack", topic_filter="application/+/device/+/event/up", envelope="chirpstack")
    for device, (row, profile), (topic, payload) in zip(devices, found, messages, strict=True):
        deployment = Deployment(id=1, device_id=device, place_id=device, from_at=datetime(2015, 1, 1, tzinfo=UTC))
        known = {device: Device(id=device, profile=profile, deployments=(deployment,))}
        message = Message(source=source, topic=topic, payload=payload, received_at=NOW + timedelta(seconds=1))
        delivery = interpret(message, known, load_profiles())
        wanted = sorted((v.quantity, v.channel, format_time(v.time), v.value) for v in delivery.values)
        assert read_back(wire, device) == wanted, row["id"]
        verdict = {delivery.verdict.reason.value} if isinstance(delivery.verdict, SetAside) else set()
        assert quarantined.get(device, set()) == verdict, row["id"]
        assert wanted or verdict or delivery.events, "a third outcome"


def homelink_payload(read_at: datetime, collected_at: datetime) -> dict[str, Any]:
    """The maker's own payload where it lies beside us, else one of its shape; brought to today."""
    body: dict[str, Any] = {
        "deviceSerialNumber": "0A1B2C3D-4E5F6071",
        "readingTypeId": "environment.humidity.indoor",
        "unit": "RH",
        "value": 81.6,
        "action": "ADD",
    }
    body |= json.loads(HOMELINK.read_text()) if HOMELINK.is_file() else {}
    at = format_time(read_at)
    return body | {"readingDate": at, "collectionDate": format_time(collected_at), "__IDENTITY": f"identity-{at}"}


def test_homelink_readings_are_late_and_stay_at_their_own_time(wire: Any) -> None:
    read_at = NOW - timedelta(minutes=67)
    body = homelink_payload(read_at, NOW)
    serial = body["deviceSerialNumber"]
    wire.register([(serial, "homelink", "homelink-home", {"room": "hall"})])
    topic = f"council/reading/home/{serial.lower()}/humidity"
    wire.publish([(topic, json.dumps(body).encode())] * 2)
    year_ago = NOW - timedelta(days=400)
    wire.publish([(topic, json.dumps(homelink_payload(year_ago, year_ago)).encode())])
    wire.up.until(lambda: wire.counts("homelink")["received"] >= 3, "HomeLINK's messages received")
    assert read_back(wire, "homelink-home") == [("relative_humidity", "", format_time(read_at), 81.6)]
    counts = wire.counts("homelink")
    assert (counts["stored"], counts["duplicate"], counts["quarantined"]) == (1, 1, 1)


def test_a_bin_distance_becomes_a_fill_level(wire: Any) -> None:
    wire.register([("bin-1", "plain", "bin-1", {"bin_depth_mm": 1200})])
    body = {"device": "bin-1", "time": format_time(NOW), "distance": 300}
    wire.publish([("hereabouts/bin-1/up", json.dumps(body).encode())])
    wire.up.until(lambda: len(read_back(wire, "bin-1")) == 2, "distance and fill level")
    assert [(q, v) for q, _, _, v in read_back(wire, "bin-1")] == [("distance", 300.0), ("fill_level", 75.0)]


BAD = [
    ("hereabouts/x/up", b"\x00\xff not JSON", "unreadable"),
    ("hereabouts/x/up", b"[1, 2]", "wrong_shape"),
    ("hereabouts/x/up", b'{"device": "nobody", "air_temperature": 20}', "unknown_device"),
    ("hereabouts/x/up", b'{"device": "clockless", "time": "1970-01-01T00:00:00Z", "air_temperature": 20}', "clock"),
    ("hereabouts/x/up", b'{"device": "clockless", "air_temperature": 900}', "range"),
    ("hereabouts/x/up", b'{"device": "clockless", "mood": "good"}', "no_value"),
    ("hereabouts/x/up", b'{"device": "clockless", "air_temperature": "warm"}', "wrong_shape"),
    ("hereabouts/x/up", b'{"device": "' + b"x" * 5_000_000 + b'"}', "oversize"),
]


@pytest.mark.parametrize(("topic", "payload", "reason"), BAD, ids=[reason for _, _, reason in BAD])
def test_bad_messages_are_kept_with_a_reason_and_stop_nothing(
    wire: Any, topic: str, payload: bytes, reason: str
) -> None:
    if reason == "unreadable":
        wire.register([("clockless", "plain", "clockless", {})])
    before = wire.counts("plain")["quarantined"]
    wire.publish([(topic, payload)])
    wire.up.until(lambda: wire.counts("plain")["quarantined"] > before, "the bad message in quarantine")
    row = next(row for row in wire.every(f"/v1/quarantine?reason={reason}&source=plain") if row["topic"] == topic)
    assert base64.b64decode(row["payload"]) == payload
    assert row["detail"]
