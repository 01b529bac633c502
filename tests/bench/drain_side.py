"""One side of `bench_drain.py`, as a process of its own: drains what is queued for it and says what that took.

`python drain_side.py SIDE`, with what it needs as JSON on standard input; prints one JSON line.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hereabouts_ingest.profiles import load_versions
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.worker import run_ingest

Wanted = dict[str, Any]
OnMessage = Callable[[mqtt.Client, mqtt.MQTTMessage], None]


def main() -> None:
    side, wanted = sys.argv[1], json.loads(sys.stdin.readline())
    took = {"bare": bare, "naive": naive, "ours": ours}[side](wanted)
    print(json.dumps(took))


def bare(wanted: Wanted) -> dict[str, float]:
    """Stock paho, MQTT 5: receive, orjson, one acknowledgement a message; nothing stored."""

    def on_message(client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
        orjson.loads(message.payload)
        client.ack(message.mid, message.qos)

    return loop(wanted, on_message, manual_ack=True)


def naive(wanted: Wanted) -> dict[str, float]:
    """What a first script does: one INSERT and COMMIT a row, paho's own acknowledgement."""
    with psycopg.connect(wanted["database_url"], autocommit=True) as connection:

        def on_message(_client: mqtt.Client, message: mqtt.MQTTMessage) -> None:
            body = orjson.loads(message.payload)
            up, eui = body["uplink_message"], body["end_device_ids"]["dev_eui"]
            at = datetime.fromisoformat(up["received_at"])
            for name, value in up["decoded_payload"].items():
                connection.execute("INSERT INTO naive VALUES (%s, %s, %s, %s)", (eui, name, at, value))

        return loop(wanted, on_message, manual_ack=False)


def loop(wanted: Wanted, on_message: OnMessage, *, manual_ack: bool) -> dict[str, float]:
    done, count, first = threading.Event(), 0, 0.0

    def received(client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        nonlocal count, first
        first = first or time.perf_counter()
        on_message(client, message)
        count += 1
        if count == wanted["count"]:
            done.set()

    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=wanted["client_id"], protocol=mqtt.MQTTv5, manual_ack=manual_ack
    )
    client.username_pw_set(wanted["username"], wanted["password"])
    client.on_message = received
    properties = Properties(PacketTypes.CONNECT)
    properties.ReceiveMaximum = 4000
    properties.SessionExpiryInterval = 3600
    cpu = time.process_time()
    client.connect("127.0.0.1", wanted["port"], clean_start=False, properties=properties)
    client.loop_start()
    assert done.wait(600)
    seconds, cpu = time.perf_counter() - first, time.process_time() - cpu
    client.disconnect()
    client.loop_stop()
    return {"seconds": seconds, "cpu_s": cpu}


def ours(wanted: Wanted) -> dict[str, float]:
    """One worker of ours; it ends when the store holds what all workers together were given."""
    settings = IngestSettings(
        database_url=wanted["database_url"],
        mqtt_host="127.0.0.1",
        mqtt_port=wanted["port"],
        username=wanted["username"],
        password=wanted["password"],
        spool_dir=Path(wanted["spool_dir"]),
        slot=wanted["slot"],
        shared=wanted["shared"],
    )
    stop = threading.Event()
    load_versions()  # as the imports above: before the clock starts
    cpu = time.process_time() - time.thread_time()  # not what this thread spends on looking whether all is done
    worker = threading.Thread(target=run_ingest, args=(settings, stop))
    worker.start()
    with psycopg.connect(wanted["database_url"], autocommit=True) as connection:
        while not is_done(connection, wanted["count"]):
            time.sleep(0.05)
        cpu = time.process_time() - time.thread_time() - cpu
        first, last = connection.execute("SELECT min(received_at), clock_timestamp() FROM batch").fetchone() or ("", "")
        (own,) = connection.execute(
            "SELECT coalesce(sum(received), 0)::int FROM ingest_count WHERE slot = %s", (wanted["slot"],)
        ).fetchone() or (0,)
    stop.set()
    worker.join(60)
    return {"seconds": (last - first).total_seconds(), "cpu_s": cpu, "own": own}


def is_done(connection: psycopg.Connection[Any], count: int) -> bool:
    row = connection.execute("SELECT coalesce(sum(stored), 0) >= %s FROM ingest_count", (count,)).fetchone()
    return row == (True,)


if __name__ == "__main__":
    main()
