"""Messages of The Things Stack for the benches that drain a broker, and how they are put there."""

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hereabouts_deploy.embedded.broker import Broker

SIDE = Path(__file__).with_name("drain_side.py")
DEVICES = 500
FILTER = "v3/+/devices/+/up"
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)  # a turn of all devices is a minute later


def connected(broker: Broker, client_id: str, *, expiry_s: int) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5)
    client.username_pw_set(broker.login.username, broker.login.password)
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = expiry_s
    client.connect("127.0.0.1", broker.port, clean_start=True, properties=properties)
    client.loop_start()
    return client


def subscribe(broker: Broker, client_id: str, topic_filter: str) -> None:
    client = connected(broker, client_id, expiry_s=3600)
    granted = threading.Event()
    client.on_subscribe = lambda *_: granted.set()
    client.subscribe(topic_filter, qos=1)
    assert granted.wait(60)
    client.disconnect()
    client.loop_stop()


def forget(broker: Broker, client_id: str) -> None:
    client = connected(broker, client_id, expiry_s=0)
    client.disconnect()
    client.loop_stop()


def publisher(broker: Broker) -> mqtt.Client:
    """A client that may publish: it does not log in."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(2000)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    return client


def queue(broker: Broker, bodies: Iterable[tuple[str, bytes]]) -> None:
    """Publish with quality 1 and wait until the broker has taken every one."""
    client = publisher(broker)
    sent = [client.publish(topic, payload, qos=1) for topic, payload in bodies]
    for each in sent:
        each.wait_for_publish(600)
    client.disconnect()
    client.loop_stop()


def body(number: int, at: datetime | None = None) -> tuple[str, bytes]:
    """A Things Stack uplink of about 0.9 kB with three values, of a time of its own where none is given."""
    device, turn = number % DEVICES + 1, number // DEVICES
    at = at or START + timedelta(seconds=60 * turn, milliseconds=device)
    stated = at.isoformat(timespec="microseconds").removesuffix("+00:00") + "123Z"
    up = {
        "session_key_id": "AXA50tHUGUucuzS/bCGMNw==",
        "f_port": 5,
        "f_cnt": turn + 1,
        "frm_payload": base64.b64encode(bytes.fromhex("0100e20229070e1a")).decode(),
        "decoded_payload": {"temperature": 20 + number % 100 / 10, "humidity": 40 + number % 30, "vdd": 3600},
        "rx_metadata": [
            {
                "gateway_ids": {"gateway_id": "gateway-1", "eui": "9C5C8E00001A05C4"},
                "time": stated, "rssi": -35, "snr": 5,
                "location": {"latitude": 53.8, "longitude": -1.55, "source": "SOURCE_REGISTRY"},
            }
        ],
        "settings": {
            "data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}}, "frequency": "868300000",
            "time": stated,
        },
        "received_at": stated,
        "consumed_airtime": "0.056576s",
    }  # fmt: skip
    message = {
        "end_device_ids": {
            "device_id": f"dev{device}", "application_ids": {"application_id": "app1"},
            "dev_eui": f"A81758FFFE{device:06X}", "join_eui": "800000000000000C", "dev_addr": "00BCB929",
        },
        "correlation_ids": ["as:up:01E0WZGT6Y7657CPFPE5WEYDSQ"],
        "received_at": stated,
        "uplink_message": up,
    }  # fmt: skip
    return f"v3/app1@tenant/devices/dev{device}/up", json.dumps(message, separators=(",", ":")).encode()


def start_side(side: str, wanted: dict[str, Any]) -> subprocess.Popen[str]:
    """Start one side of a bench, a process of its own, and tell it what it needs."""
    process = subprocess.Popen([sys.executable, SIDE, side], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(wanted) + "\n")
    process.stdin.flush()
    return process


@contextmanager
def side_running(side: str, wanted: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """The same for as long as it is looked at; it ends with that."""
    process = start_side(side, wanted)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
