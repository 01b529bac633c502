"""Vendors' published test vectors, when they lie beside the checkout: the expected values, or a reasoned refusal.

No third outcome: what a vector expects is either read with that value, or `vendor_vectors/<vendor>.json` says why not.
Such a file holds, for each codec of the library, our profile (or null and why), the vectors by id and which of them end
in quarantine and why; then which expected key is which quantity, channel and factor to its unit, and which keys are not
read. A key may be written `<topic>/<key>` or `<codec>/<key>`, where its topic or codec changes its meaning; `within`
says by how much a quantity (or `<codec>/<quantity>`) may differ, where the library rounds it; `beyond` of a codec lists
the quantity and channel of what its frames hold and the library leaves out.
The libraries that the vectors come from round, remember earlier frames and work out a battery's per cent from its
volts; only what the frame itself carries is compared.
"""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import load_profiles
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Delivery, Message, SetAside, Source
from hereabouts_schemas.times import format_time

VECTORS = Path(__file__).parents[3] / "shared" / "data" / "codecs" / "cases.json"
SOURCE = Source(id=1, name="chirpstack", topic_filter="application/+/device/+/event/up", envelope="chirpstack")
EUI = "8899aabbccddeeff"
NOW = datetime(2026, 3, 3, 14, tzinfo=UTC)
TABLES = {file.stem: json.loads(file.read_text()) for file in sorted(Path(__file__).parent.glob("vendor_vectors/*"))}

# Two of our own, so that what this module does is also proved where the vectors are not.
OWN = [
    {
        "id": "own/milesight/EM300-TH#reads",
        "vendor": "milesight",
        "codec": "EM300-TH",
        "bytes_hex": "0175550367e1ff04684b",
        "expected": {"data": {"batteryLevel": 85, "temperature": -3.1, "humidity": 37.5}},
    },
    {
        "id": "own/milesight/EM300-TH#cut-short",
        "vendor": "milesight",
        "codec": "EM300-TH",
        "bytes_hex": "0367e1",
        "expected": {"data": {}},
        "refused": "undecodable",
    },
]


def beside() -> list[dict[str, object]]:
    return json.loads(VECTORS.read_text()) if VECTORS.is_file() else []


def codec_of(vector: dict[str, object]) -> dict[str, object]:
    return TABLES[vector["vendor"]]["codecs"][vector["codec"]]


def vectors() -> list[object]:
    known = [row for row in beside() if row["vendor"] in TABLES]
    return [pytest.param(row, id=row["id"]) for row in OWN + known if codec_of(row)["profile"]]


def samples(expected: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """(topic, values) pairs of a vector: several in akenza's form, one in ChirpStack's."""
    if "data" in expected:
        yield "default", expected["data"]
    for emit in expected.get("emits", ()):
        if emit["type"] == "sample" and emit["topic"] not in ("configuration", "system"):
            yield emit["topic"] or "default", emit["data"]


def wanted(vector: dict[str, object]) -> Iterator[tuple[str, str, float]]:
    table = TABLES[vector["vendor"]]
    not_read = {key for keys in table["not_read"].values() for key in keys}
    for topic, data in samples(vector["expected"]):
        for key, value in data.items():
            names = (f"{vector['codec']}/{key}", f"{topic}/{key}", key)
            name = next((name for name in names if name in not_read or name in table["read"]), key)
            if name not in not_read and value is not None:
                quantity, channel, factor = table["read"][name]  # a KeyError is a third outcome: name it in the table
                number = value["value"] if isinstance(value, dict) else value
                yield quantity, topic.removeprefix("line_") if "line_" in topic else channel, float(number) * factor


def deliver(vector: dict[str, object], profile: str) -> Delivery:
    """The vector's frame, without any decoded object, as ChirpStack delivers it; of a cloud, its JSON as the object."""
    frame = bytes.fromhex((vector.get("bytes_hex") or "").removesuffix("="))  # one vector of Pressac's ends so
    now = shortly_after_history(profile, frame, vector.get("fPort"))
    known = load_profiles().get(profile)
    ports = known.spec.ports if known else ()
    body = {
        "deduplicationId": "3f0e7a8e-0000-4000-8000-000000000001",
        "time": format_time(now),
        "deviceInfo": {"devEui": EUI},
        "fCnt": 3,
        "fPort": vector.get("fPort") or (ports or (85,))[0],
        "data": base64.b64encode(frame).decode(),
    }
    if not frame:
        body["object"] = {key: v for key, v in vector["event"]["data"].items() if key != "payloadHex"}
    topic = f"application/1/device/{EUI}/event/up"
    message = Message(source=SOURCE, topic=topic, payload=json.dumps(body).encode(), received_at=now)
    deployment = Deployment(id=1, device_id=EUI.upper(), place_id="place", from_at=datetime(2015, 1, 1, tzinfo=UTC))
    device = Device(id=EUI.upper(), profile=profile, deployments=(deployment,))
    return interpret(message, {device.id: device}, load_profiles())


def shortly_after_history(profile: str, frame: bytes, f_port: int | None) -> datetime:
    """History in a vector is years old; it is delivered an hour after it was recorded."""
    known = load_profiles().get(profile)
    if known is None or known.decode is None or known.spec.history is None or not frame:
        return NOW
    try:
        records = known.decode(frame, f_port or 85).get(known.spec.history)
    except Exception:  # noqa: BLE001 - the delivery will say so
        return NOW
    return datetime.fromtimestamp(records[-1][known.spec.history_time], UTC) + timedelta(hours=1) if records else NOW


@pytest.mark.parametrize("vector", vectors())
def test_vector_is_read_or_refused_for_a_stated_reason(vector: dict[str, object]) -> None:
    codec = codec_of(vector)
    delivery = deliver(vector, codec["profile"])
    reason = vector.get("refused") or codec.get("refused", {}).get(vector["id"], [None])[0]
    if reason:
        assert isinstance(delivery.verdict, SetAside), delivery
        assert delivery.verdict.reason.value == reason
        assert not delivery.values
        return
    assert delivery.verdict is None, delivery.verdict
    assert not delivery.refused
    beyond = {tuple(row) for row in codec.get("beyond", ())}
    read = sorted((v.quantity, v.channel, v.value) for v in delivery.values if (v.quantity, v.channel) not in beyond)
    expected = sorted(wanted(vector))
    if len(expected) > len(read):
        expected = sorted(set(expected))  # the library says twice what is one reading of one instant
    assert [row[:2] for row in read] == [row[:2] for row in expected]
    within = TABLES[vector["vendor"]].get("within", {})
    for (quantity, _channel, value), (*_same, wished) in zip(read, expected, strict=True):
        spread = within.get(f"{vector['codec']}/{quantity}", within.get(quantity, 1e-9))
        assert value == pytest.approx(wished, abs=spread), quantity


@pytest.mark.parametrize("vendor", TABLES)
def test_the_tables_name_profiles_and_reasons(vendor: str) -> None:
    for name, codec in TABLES[vendor]["codecs"].items():
        assert codec["profile"] in load_profiles() or (codec["profile"] is None and codec["why"]), name
        assert codec["vectors"] == sorted(codec["vectors"])
        assert codec.get("refused", {}).keys() <= set(codec["vectors"]), name


def test_a_device_without_a_profile_of_this_release_is_set_aside_whole() -> None:
    delivery = deliver(OWN[0], "not-yet")
    assert isinstance(delivery.verdict, SetAside)
    assert delivery.verdict.reason.value == "no_decoder"
    assert not delivery.values


def test_every_vector_beside_us_is_in_the_tables() -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for row in beside():
        if row["vendor"] in TABLES:
            found.setdefault((row["vendor"], row["codec"]), []).append(row["id"])
    listed = {
        (vendor, name): codec["vectors"] for vendor, table in TABLES.items() for name, codec in table["codecs"].items()
    }
    assert not found or {key: sorted(ids) for key, ids in found.items()} == listed
