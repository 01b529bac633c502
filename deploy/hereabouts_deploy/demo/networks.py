"""Messages as four networks publish them: The Things Stack v3, ChirpStack v4, HomeLINK, and plain JSON."""

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from hereabouts_deploy.demo.frames import Frame
from hereabouts_deploy.demo.makes import Fitted
from hereabouts_schemas.times import format_time

APPLICATION = "demo-town"
LANDLORD = "demo-town"
CHIRPSTACK_APPLICATION = "0de30000-0000-4000-8000-000000000001"
#: HomeLINK's reading type and unit for each quantity.
HOMELINK_TYPES = {
    "air_temperature": ("environment.temperature.indoor", "celsius"),
    "relative_humidity": ("environment.humidity.indoor", "RH"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wire:
    """One message: where it is published, and its bytes."""

    topic: str
    payload: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Uplinked:
    """One frame of one device as a network received it: `count` is its frame counter, `session` its join."""

    eui: str
    frame: Frame
    at: datetime
    count: int
    session: bytes


def things_stack(uplink: Uplinked, rng: np.random.Generator, *, decoded: bool, simulated: bool = False) -> Wire:
    """A message of The Things Stack v3. As the real one does, it leaves out a frame counter of zero."""
    device = f"eui-{uplink.eui.lower()}"
    received = uplink.at + timedelta(milliseconds=int(rng.integers(60, 400)))
    message: dict[str, object] = {
        "session_key_id": base64.b64encode(uplink.session).decode(),
        "f_port": uplink.frame.port,
        "frm_payload": base64.b64encode(uplink.frame.data).decode(),
        "rx_metadata": [{"gateway_ids": {"gateway_id": "demo-gateway-1"}, "time": _nanos(uplink.at), **_radio(rng)}],
        "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}}, "time": _nanos(uplink.at)},
        "received_at": _nanos(received),
    }
    if uplink.count:
        message["f_cnt"] = uplink.count
    if decoded:
        message["decoded_payload"] = uplink.frame.fields
    body: dict[str, object] = {
        "end_device_ids": {
            "device_id": device,
            "application_ids": {"application_id": APPLICATION},
            "dev_eui": uplink.eui,
        },
        "correlation_ids": [f"as:up:{uuid.UUID(bytes=rng.bytes(16))}"],
        "received_at": _nanos(received + timedelta(milliseconds=12)),
        "uplink_message": message,
    }
    if simulated:
        body["simulated"] = True
    return Wire(topic=f"v3/{APPLICATION}@demo/devices/{device}/up", payload=json.dumps(body).encode())


def chirpstack(uplink: Uplinked, rng: np.random.Generator, *, decoded: bool) -> Wire:
    """A message of ChirpStack v4."""
    eui = uplink.eui.lower()
    body: dict[str, object] = {
        "deduplicationId": str(uuid.UUID(bytes=rng.bytes(16), version=4)),
        "time": _nanos(uplink.at).replace("Z", "+00:00"),
        "deviceInfo": {"applicationId": CHIRPSTACK_APPLICATION, "applicationName": APPLICATION, "deviceName": eui,
                       "devEui": eui, "tags": {}},
        "devAddr": uplink.session[:4].hex(),
        "adr": True,
        "dr": 5,
        "fCnt": uplink.count,
        "fPort": uplink.frame.port,
        "confirmed": False,
        "data": base64.b64encode(uplink.frame.data).decode(),
        "rxInfo": [{"gatewayId": "02de30fffe000001", "uplinkId": int(rng.integers(2**31)), **_radio(rng)}],
        "txInfo": {"frequency": 868100000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7}}},
    }  # fmt: skip
    if decoded:
        body["object"] = uplink.frame.fields
    topic = f"application/{CHIRPSTACK_APPLICATION}/device/{eui}/event/up"
    return Wire(topic=topic, payload=json.dumps(body).encode())


def homelink(device: Fitted, quantity: str, value: float, *, at: datetime, collected: datetime) -> Wire:
    """One reading as HomeLINK publishes it; `collected` is when its gateway fetched it, often much later."""
    kind, unit = HOMELINK_TYPES[quantity]
    serial, home, room = device.id, device.place, str(device.mount["room"])
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, serial))
    body = {
        "__IDENTITY": f"{identity}-{kind}-{int(at.timestamp()) * 1000}",
        "collectionDate": _millis(collected),
        "deviceId": identity,
        "devicePhySerialNumber": serial,
        "deviceSerialNumber": serial,
        "landlordReference": LANDLORD,
        "location": room.upper().replace(" ", ""),
        "propertyReference": home,
        "readingDate": _millis(at.replace(microsecond=0)),
        "readingTypeId": kind,
        "room": room.capitalize(),
        "sourceModel": "EI1025",
        "sourceModelType": "ENVCO2SENSOR",
        "unit": unit,
        "value": value,
        "action": "ADD",
        "actionTimestamp": _millis(collected),
    }
    return Wire(topic=f"{LANDLORD}/reading/{home}/{serial}/{kind}".lower(), payload=json.dumps(body).encode())


def plain(device: str, at: datetime, values: Mapping[str, float]) -> Wire:
    """A message in the vocabulary's own names and units."""
    body = {"device": device, "time": format_time(at), **values}
    return Wire(topic=f"hereabouts/{device}/up", payload=json.dumps(body).encode())


def _radio(rng: np.random.Generator) -> dict[str, float]:
    return {"rssi": int(rng.integers(-118, -60)), "snr": round(float(rng.uniform(-5, 11)), 1)}


def _nanos(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def _millis(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
