"""Messages of quality 0, which no broker sends twice: while the store is away they wait on disk, restarts included."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count as count_up
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hereabouts_deploy.embedded.mosquitto import find_mosquitto
from hereabouts_deploy.embedded.ports import free_port, port_is_free
from hereabouts_ingest.losses import Losses
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.store.connection import Connection

DEADLINE_S = 60
Working = Callable[[IngestSettings], AbstractContextManager[None]]  # of conftest.py
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)

WORKER = """
import sys, threading
from pathlib import Path
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.worker import run_ingest
url, port, folder = sys.argv[1:]
settings = IngestSettings(
    database_url=url, mqtt_host="127.0.0.1", mqtt_port=int(port), spool_dir=Path(folder), spool_bytes=5_000
)
run_ingest(settings, threading.Event(), lambda: print("ready", flush=True))
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A mosquitto as it comes: it passes quality 0 on as quality 0 (ours raises it, so that it waits at the broker)."""
    binary = find_mosquitto()
    assert binary is not None
    found = free_port()
    (tmp_path / "mosquitto.conf").write_text(f"listener {found} 127.0.0.1\nallow_anonymous true\n")
    with (tmp_path / "mosquitto.log").open("w") as log:
        process = subprocess.Popen([binary, "-c", tmp_path / "mosquitto.conf"], stdout=log, stderr=log)
    until(lambda: not port_is_free(found))
    yield found
    process.terminate()
    process.wait(DEADLINE_S)


def publish(port: int, first: int, count: int) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for number in range(first, first + count):
        body = {"device": "sensor-1", "time": (START + timedelta(seconds=number)).isoformat(), "temperature": 20}
        client.publish("hereabouts/gateway/up", json.dumps(body), qos=0).wait_for_publish(DEADLINE_S)
    client.disconnect()
    client.loop_stop()


def until(condition: object) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def count(owner: Connection, table: str) -> int:
    row = owner.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def spooled(folder: Path) -> int:
    return sum(path.read_bytes().count(b'"sensor-1"') for path in folder.rglob("*.spool"))


def settings_of(database_url: str, port: int, folder: Path) -> IngestSettings:
    return IngestSettings(database_url=database_url, mqtt_host="127.0.0.1", mqtt_port=port, spool_dir=folder)


def be_full(owner: Connection) -> None:
    owner.execute(
        "CREATE FUNCTION be_full() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$"
    )
    owner.execute("CREATE TRIGGER be_full BEFORE INSERT ON batch FOR EACH ROW EXECUTE FUNCTION be_full()")


def test_they_wait_on_disk_and_survive_a_restart(
    owner: Connection, port: int, database_url: str, tmp_path: Path, working: Working
) -> None:
    settings = settings_of(database_url, port, tmp_path / "spool")
    be_full(owner)
    with working(settings):
        publish(port, 0, 300)
        until(lambda: spooled(settings.spool_dir) == 300)
    assert count(owner, "reading") == 0
    owner.execute("DROP TRIGGER be_full ON batch")
    with working(settings):
        until(lambda: count(owner, "reading") == 300)
        publish(port, 300, 10)
        until(lambda: count(owner, "reading") == 310)
    assert spooled(settings.spool_dir) == 0
    assert owner.execute("SELECT sum(received)::int, sum(stored)::int FROM ingest_count").fetchone() == (310, 310)


def test_what_a_full_spool_refuses_is_counted_as_lost(
    owner: Connection, port: int, database_url: str, tmp_path: Path, working: Working
) -> None:
    settings = replace(settings_of(database_url, port, tmp_path / "spool"), spool_bytes=5_000)
    be_full(owner)
    with working(settings):
        publish(port, 0, 300)
        until(lambda: spooled(settings.spool_dir) > 0)
    until(lambda: lost(owner) + spooled(settings.spool_dir) == 300)  # what was in memory found no room at the end
    assert lost(owner) > 200
    owner.execute("DROP TRIGGER be_full ON batch")
    with working(settings):
        until(lambda: count(owner, "reading") + lost(owner) == 300)


def test_what_it_refused_stays_counted_when_the_worker_is_killed(
    owner: Connection, port: int, database_url: str, tmp_path: Path, working: Working
) -> None:
    settings = replace(settings_of(database_url, port, tmp_path / "spool"), spool_bytes=5_000)
    be_full(owner)
    arguments = [database_url, str(port), str(settings.spool_dir)]
    with subprocess.Popen([sys.executable, "-c", WORKER, *arguments], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        worker.stdout.readline()
        firsts = count_up(0, 500)

        def has_refused() -> bool:
            publish(port, next(firsts), 500)  # again and again: of a worker that reads slowly the broker drops some
            return refused(settings.spool_dir) > 400

        until(has_refused)
        worker.send_signal(signal.SIGKILL)
    counted = refused(settings.spool_dir)
    owner.execute("DROP TRIGGER be_full ON batch")
    with working(settings):
        until(lambda: lost(owner) >= counted)
    assert lost(owner) == counted
    assert refused(settings.spool_dir) == 0


def refused(folder: Path) -> int:
    """How many refused messages stand on disk and the store has not been told of."""
    losses = Losses(copied(folder))
    found = losses.next_batch()
    losses.close()
    return 0 if found is None else sum(found[1].values())


def copied(folder: Path) -> Path:
    """The files of losses as they are now, to look at."""
    there = folder.parent / "looked-at"
    shutil.rmtree(there, ignore_errors=True)
    shutil.copytree(folder / "0", there, ignore=shutil.ignore_patterns("*.spool"))
    return there


def lost(owner: Connection) -> int:
    row = owner.execute("SELECT coalesce(sum(count), 0)::int FROM loss_estimate WHERE kind = 'spool_full'").fetchone()
    return int(row[0]) if row else 0
