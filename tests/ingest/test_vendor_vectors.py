"""Vendors' published test vectors, when they lie beside the checkout: the expected values, or a reasoned refusal.

No third outcome: what a vector expects is either read with that value, or stands in a list here that says why not.
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

# codec of the library -> our profile, and why some have none; tests/system reads the same table
TABLE = json.loads((Path(__file__).parent / "vendor_profiles.json").read_text())
PROFILES: dict[str, str] = TABLE["profiles"]
NO_PROFILE: dict[str, str] = TABLE["no_profile"]

# expected key -> quantity, channel, factor to the quantity's unit
READ: dict[str, tuple[str, str, float]] = {
    "temperature": ("air_temperature", "", 1),
    "humidity": ("relative_humidity", "", 1),
    "co2": ("co2", "", 1),
    "pressure": ("air_pressure", "", 1),
    "distance": ("distance", "", 1),
    "Distance": ("distance", "", 1),
    "externalTemperature": ("probe_temperature", "1", 1),
    "externalTemperature1": ("probe_temperature", "1", 1),
    "tempDS": ("probe_temperature", "", 1),
    "waterleak": ("water_leak", "", 1),
    "pulse1": ("pulses", "1", 1),
    "pulseAbs1": ("pulses_total", "1", 1),
    "batteryVoltage": ("battery_voltage", "", 1),
    "Bat": ("battery_voltage", "", 1),
    "vdd": ("battery_voltage", "", 0.001),
    "hcho": ("formaldehyde", "", 1),
    "pm2_5": ("pm2_5", "", 1),
    "pm10": ("pm10", "", 1),
    "remaining": ("fill_level", "", 1),
    "totalCounterIn": ("people_in_total", "1", 1),
    "totalCounterOut": ("people_out_total", "1", 1),
    "periodicCounterIn": ("people_in", "1", 1),
    "periodicCounterOut": ("people_out", "1", 1),
    "totalCountIn": ("people_in_total", "", 1),
    "totalCountOut": ("people_out_total", "", 1),
    "periodicCountIn": ("people_in", "", 1),
    "periodicCountOut": ("people_out", "", 1),
    **{f"region{n}Count": ("occupancy", str(n), 1) for n in range(1, 5)},
}
NOT_READ = {
    **dict.fromkeys(("light", "visibleInfrared", "infrared", "pir", "motion", "accMotion", "reed"), "tells who is in"),
    **dict.fromkeys(("occupancy", "occupied", "occupancyStatus", "occupiedOrWarm", "warm"), "tells who is in"),
    **dict.fromkeys(("minutesSinceLastOccupied", "occupiedMinutes", "reportType"), "tells who is in"),
    **dict.fromkeys(("accX", "accY", "accZ", "digital", "analog1"), "no quantity of the vocabulary"),
    **dict.fromkeys((f"region{n}{what}Dwell" for n in range(1, 5) for what in ("Avg", "Max")), "no quantity"),
    **dict.fromkeys(("totalCountAlarm", "periodicCountAlarm", "temperatureAlarm", "alarmFlag"), "a setting's alarm"),
    **dict.fromkeys(("batteryStatus", "extSensor", "pa8", "modStatus", "currentSensitivity"), "a code"),
    **dict.fromkeys(
        ("protocolVersion", "sn", "hardwareVersion", "firmwareVersion", "deviceStatus"), "about the device"
    ),
    **dict.fromkeys(("temperatureEnabled", "humidityEnabled", "targetTemperature"), "a setting"),
    **dict.fromkeys(("Interrupt_flag", "Sensor_flag"), "a code"),
    "tvoc": "an index or µg/m³, the field does not tell which",
    "TempC_DS18B20": "0.0 is what the device says without a probe",
}
# The library works it out from the volts; Milesight's frames carry it.
BATTERY_LEVEL_IN_FRAME = ("milesight",)

REFUSED = {
    "akenza/milesight/AM308#0": ("undecodable", "the vector's frame is cut short in the pressure"),
    "akenza/elsys/ers-interact-lite#1": ("no_value", "the frame holds a set point; the rest is remembered"),
    "akenza/elsys/ers-eye#0": ("no_value", "the frame holds motion and occupancy only"),
    "akenza/elsys/elt-2#1": ("no_value", "a settings frame"),
    "akenza/elsys/elt-2i#1": ("no_value", "a settings frame"),
    "akenza/milesight/AM102#0": ("no_value", "a join frame"),
    "akenza/milesight/VS133#4": ("no_value", "dwell times only"),
    "own/cut-short": ("undecodable", "the temperature has one of its two bytes"),
}

# Two of our own, so that what this module does is also proved where the vectors are not.
OWN = [
    {
        "id": "own/reads",
        "vendor": "milesight",
        "codec": "EM300-TH",
        "bytes_hex": "0175550367e1ff04684b",
        "expected": {"data": {"batteryLevel": 85, "temperature": -3.1, "humidity": 37.5}},
    },
    {
        "id": "own/cut-short",
        "vendor": "milesight",
        "codec": "EM300-TH",
        "bytes_hex": "0367e1",
        "expected": {"data": {}},
    },
]


def vectors() -> list[object]:
    beside = json.loads(VECTORS.read_text()) if VECTORS.is_file() else []
    ours = [row for row in beside if row["vendor"] in ("elsys", "milesight", "dragino")]
    return [pytest.param(row, id=row["id"]) for row in OWN + ours if row["codec"] not in NO_PROFILE]


def samples(expected: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """(topic, values) pairs of a vector: several in akenza's form, one in ChirpStack's."""
    if "data" in expected:
        yield "default", expected["data"]
    for emit in expected.get("emits", ()):
        if emit["type"] == "sample" and emit["topic"] not in ("configuration", "system"):
            yield emit["topic"], emit["data"]


def wanted(vector: dict[str, object], profile: str) -> Iterator[tuple[str, str, float]]:
    for topic, data in samples(vector["expected"]):
        for key, value in data.items():
            if key == "batteryLevel":
                if profile.startswith(BATTERY_LEVEL_IN_FRAME):
                    yield "battery_level", "", float(value)
            elif key not in NOT_READ:
                quantity, channel, factor = READ[key]  # a KeyError is a third outcome: name it above
                yield quantity, topic.removeprefix("line_") if "line_" in topic else channel, float(value) * factor


def deliver(vector: dict[str, object], profile: str) -> Delivery:
    """The vector's frame, without any decoded object, as ChirpStack delivers it."""
    frame = bytes.fromhex(vector["bytes_hex"])
    now = shortly_after_history(profile, frame)
    body = {
        "deduplicationId": "3f0e7a8e-0000-4000-8000-000000000001",
        "time": format_time(now),
        "deviceInfo": {"devEui": EUI},
        "fCnt": 3,
        "fPort": vector.get("fPort", 85),
        "data": base64.b64encode(frame).decode(),
    }
    topic = f"application/1/device/{EUI}/event/up"
    message = Message(source=SOURCE, topic=topic, payload=json.dumps(body).encode(), received_at=now)
    deployment = Deployment(id=1, device_id=EUI.upper(), place_id="place", from_at=datetime(2015, 1, 1, tzinfo=UTC))
    device = Device(id=EUI.upper(), profile=profile, deployments=(deployment,))
    return interpret(message, {device.id: device}, load_profiles())


def shortly_after_history(profile: str, frame: bytes) -> datetime:
    """History in a vector is years old; it is delivered an hour after it was recorded."""
    decode = load_profiles()[profile].decode
    assert decode is not None
    if b"\x20\xce" not in frame:
        return NOW
    records = decode(frame, 85)["history"]
    return datetime.fromtimestamp(records[-1]["timestamp"], UTC) + timedelta(hours=1)


@pytest.mark.parametrize("vector", vectors())
def test_vector_is_read_or_refused_for_a_stated_reason(vector: dict[str, object]) -> None:
    profile = PROFILES[vector["codec"]]
    delivery = deliver(vector, profile)
    if vector["id"] in REFUSED:
        reason, _why = REFUSED[vector["id"]]
        assert isinstance(delivery.verdict, SetAside), delivery
        assert delivery.verdict.reason.value == reason
        assert not delivery.values
        return
    assert delivery.verdict is None, delivery.verdict
    assert not delivery.refused
    read = sorted((v.quantity, v.channel, v.value) for v in delivery.values)
    expected = sorted(wanted(vector, profile))
    assert [row[:2] for row in read] == [row[:2] for row in expected]
    assert [row[2] for row in read] == pytest.approx([row[2] for row in expected], abs=1e-9)


def test_every_vector_of_our_makers_has_a_profile_or_a_reason() -> None:
    beside = json.loads(VECTORS.read_text()) if VECTORS.is_file() else OWN
    codecs = {row["codec"] for row in beside if row["vendor"] in ("elsys", "milesight", "dragino")}
    assert codecs <= PROFILES.keys() | NO_PROFILE.keys()
    assert set(PROFILES.values()) <= load_profiles().keys()
