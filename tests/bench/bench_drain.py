"""Ingest end to end, as ratios in one run: a backlog of messages queued at the broker is drained. `make bench`.

Each side starts on the same broker with the same 50,000 messages queued for it and the publisher gone: a bare loop
(stock paho, MQTT 5, orjson, an acknowledgement a message, nothing stored), the naive script (an INSERT a row,
acknowledged on arrival), one worker of ours, and two. A side's time runs from its first message to its last one done.
"""

import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.broker import Broker, BrokerKind
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_ingest.profiles import load_profiles
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.migrate import migrate
from hereabouts_platform.store.registry import sync_profiles

SIDE = Path(__file__).with_name("drain_side.py")
MESSAGES = int(os.environ.get("BENCH_MESSAGES", "50000"))
NAIVE_MESSAGES = MESSAGES // 10  # a tenth of the backlog: its pace does not change
DEVICES = 500
FILTER = "v3/+/devices/+/up"
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server as `up` runs it: it waits for the disk at every commit."""
    folder = tmp_path_factory.mktemp("postgres")
    account = choose_account(None)
    postgres = Postgres(
        home=server_home(folder, account),
        log=folder / "postgres.log",
        passwords={role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)},
        account=account,
    )
    postgres.start()
    migrate(postgres.url())
    yield postgres
    postgres.stop()
    shutil.rmtree(postgres.home)


@pytest.fixture
def fresh(server: Postgres) -> Iterator[str]:
    """A database with the devices registered and a table for the naive script."""
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE hereabouts OWNER hereabouts_owner")
    url = server.url(database=name)
    with connect(url, DatabaseRole.OWNER) as owner:
        sync_profiles(owner, [profile.spec for profile in load_profiles().values()])
        numbers = (DEVICES,)
        owner.execute(
            "INSERT INTO place (id, kind, name) SELECT 'h' || n, 'home', 'Home' FROM generate_series(1, %s) n", numbers
        )
        owner.execute(
            "INSERT INTO device (id, profile_id)"
            " SELECT 'A81758FFFE' || lpad(to_hex(n), 6, '0'), 'elsys' FROM generate_series(1, %s) n", numbers
        )  # fmt: skip
        owner.execute("UPDATE device SET id = upper(id)")
        owner.execute(
            "INSERT INTO deployment (device_id, place_id, from_at)"
            " SELECT d.id, 'h' || row_number() OVER (ORDER BY d.id), '2020-01-01Z' FROM device d"
        )
        owner.execute(
            "CREATE TABLE naive (device text, quantity text, time timestamptz, value float8,"
            " PRIMARY KEY (device, quantity, time))"
        )
    yield url
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.timeout(1800)
def test_draining_a_backlog(
    fresh: str, server: Postgres, brokers: Callable[[BrokerKind], Broker], tmp_path: Path
) -> None:
    broker = brokers(BrokerKind.MOSQUITTO)
    bodies = [body(number) for number in range(MESSAGES)]
    wanted = {
        "port": broker.port, "username": broker.login.username, "password": broker.login.password,
        "database_url": fresh, "spool_dir": str(tmp_path / "spool"), "count": MESSAGES,
    }  # fmt: skip
    bare = drain(broker, bodies, [("bare", wanted | {"client_id": "bench-bare"})])
    naive = drain(
        broker, bodies[:NAIVE_MESSAGES], [("naive", wanted | {"client_id": "bench", "count": NAIVE_MESSAGES})]
    )
    one = drain(broker, bodies, [("ours", wanted | {"slot": 0, "shared": False})])
    empty(fresh)
    sides = [("ours", wanted | {"slot": slot, "shared": True}) for slot in (0, 1)]
    two = drain(broker, bodies, sides)
    say("a bare loop that stores nothing", MESSAGES, bare)
    say("the naive script", NAIVE_MESSAGES, naive)
    say("one worker", MESSAGES, one)
    say("two workers", MESSAGES, two)
    pace = MESSAGES / one["seconds"]
    print(f"one worker: {pace / (MESSAGES / bare['seconds']):.2f} times the bare loop (wanted: 0.8)")
    print(f"one worker: {pace / (NAIVE_MESSAGES / naive['seconds']):.1f} times the naive script (wanted: 5)")
    print(f"two workers: {one['seconds'] / two['seconds']:.2f} times one (wanted: 1.5)")
    print(f"one worker: {1000 * one['cpu_s'] / MESSAGES:.3f} CPU seconds a thousand messages (wanted: 0.08)")


def drain(broker: Broker, bodies: list[tuple[str, bytes]], sides: list[tuple[str, dict[str, Any]]]) -> dict[str, float]:
    """Subscribe for each side, queue the messages, then let the sides at them."""
    for _, wanted in sides:
        client_id = wanted.get("client_id") or f"hereabouts-ingest-{wanted['slot']}"
        subscribe(broker, client_id, f"$share/hereabouts/{FILTER}" if wanted.get("shared") else FILTER)
    queue(broker, bodies)
    running = [start(side, wanted) for side, wanted in sides]
    answers = [json.loads(process.communicate(timeout=1200)[0].splitlines()[-1]) for process in running]
    for _, wanted in sides:
        forget(broker, wanted.get("client_id") or f"hereabouts-ingest-{wanted['slot']}")
    return {
        "seconds": max(answer["seconds"] for answer in answers),
        "cpu_s": sum(answer["cpu_s"] for answer in answers),
    }


def start(side: str, wanted: dict[str, Any]) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, SIDE, side], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps(wanted) + "\n")
    process.stdin.flush()
    return process


def say(what: str, count: int, took: dict[str, float]) -> None:
    pace, cpu = count / took["seconds"], 1000 * took["cpu_s"] / count
    print(f"\n{what}: {pace:,.0f} messages a second, {cpu:.3f} CPU seconds a thousand")


def empty(url: str) -> None:
    with connect(url, DatabaseRole.OWNER) as owner:
        owner.execute("TRUNCATE batch, uplink, uplink_key, reading, latest, ingest_count")


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


def queue(broker: Broker, bodies: list[tuple[str, bytes]]) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(2000)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    sent = [client.publish(topic, payload, qos=1) for topic, payload in bodies]
    for each in sent:
        each.wait_for_publish(600)
    client.disconnect()
    client.loop_stop()


def body(number: int) -> tuple[str, bytes]:
    """A Things Stack uplink of about 0.9 kB with three values."""
    device, turn = number % DEVICES + 1, number // DEVICES
    at = START + timedelta(seconds=60 * turn, milliseconds=device)
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
