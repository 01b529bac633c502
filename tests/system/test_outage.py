"""A minute without the database: nothing is lost, of quality 1 or 0; memory stays flat; then all of it is stored."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.broker import Broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_deploy.mqtt_address import MqttAddress
from hereabouts_ingest.profiles import load_profiles
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.migrate import migrate
from hereabouts_platform.store.registry import sync_profiles

AWAY_S = 60
PACE_PER_S = 100
DEADLINE_S = 120
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=20)
DEVICES = 20
MOST_GROWTH_BYTES = 50 * 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server that only this module stops and starts."""
    folder = tmp_path_factory.mktemp("postgres")
    account = choose_account(None)
    postgres = Postgres(
        home=server_home(folder, account), log=folder / "postgres.log", account=account,
        passwords={role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)},
    )  # fmt: skip
    postgres.start()
    migrate(postgres.url())
    with connect(postgres.url(), DatabaseRole.OWNER) as owner:
        sync_profiles(owner, [profile.spec for profile in load_profiles().values()])
        for number in range(DEVICES):
            owner.execute("INSERT INTO place (id, kind, name) VALUES (%s, 'home', 'Home')", (f"h{number}",))
            owner.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'generic-indoor')", (f"s{number}",))
            owner.execute(
                "INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, %s, '2020-01-01Z')",
                (f"s{number}", f"h{number}"),
            )
    yield postgres
    postgres.stop()
    shutil.rmtree(postgres.home)


@pytest.fixture
def ingest(
    server: Postgres, brokers: Callable[[BrokerKind], Broker], tmp_path: Path
) -> Iterator[tuple[subprocess.Popen[str], Broker]]:
    """`hereabouts ingest` as a process, on a mosquitto."""
    broker = brokers(BrokerKind.MOSQUITTO)
    login = broker.login
    feed = MqttAddress(host="127.0.0.1", port=broker.port, username=login.username, password=login.password)
    settings = {
        "HEREABOUTS_DATABASE_URL": server.url(), "HEREABOUTS_MQTT_URL": feed.url, "HEREABOUTS_DATA_DIR": str(tmp_path)
    }  # fmt: skip
    with (tmp_path / "ingest.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hereabouts_deploy", "ingest"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ | settings,
        )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process, broker
    process.terminate()
    assert process.wait(DEADLINE_S) == 0
    process.stdout.close()


class Publisher(threading.Thread):
    """Publishes readings without pause, every other one at quality 0, until told to stop."""

    def __init__(self, broker: Broker) -> None:
        super().__init__()
        self.sent = 0
        self._enough = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.connect("127.0.0.1", broker.port)
        self._client.loop_start()

    def run(self) -> None:
        while not self._enough.wait(1 / PACE_PER_S):
            topic, payload = message(self.sent)
            self._client.publish(topic, payload, qos=self.sent % 2).wait_for_publish(DEADLINE_S)
            self.sent += 1

    def finish(self) -> None:
        self._enough.set()
        self.join(DEADLINE_S)
        self._client.disconnect()
        self._client.loop_stop()


def message(number: int) -> tuple[str, bytes]:
    device, at = f"s{number % DEVICES}", START + timedelta(seconds=number)
    body = {"device": device, "time": at.isoformat(), "temperature": number % 100 / 4}
    return f"hereabouts/{device}/up", json.dumps(body).encode()


def resident_bytes(pid: int) -> int:
    kilobytes = subprocess.run(["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True).stdout
    return int(kilobytes) * 1024


def stored(server: Postgres) -> list[tuple[str, datetime, float]]:
    with connect(server.url(), DatabaseRole.OWNER) as owner:
        return owner.execute(
            "SELECT p.device_id, r.time, r.value FROM reading r JOIN datastream s ON s.id = r.datastream_id"
            " JOIN deployment p ON p.id = s.deployment_id ORDER BY r.time"
        ).fetchall()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_minute_without_the_database(server: Postgres, ingest: tuple[subprocess.Popen[str], Broker]) -> None:
    process, broker = ingest
    publisher = Publisher(broker)
    publisher.start()
    until(lambda: len(stored(server)) > 100)
    before = resident_bytes(process.pid)
    server.stop()
    away_until = time.monotonic() + AWAY_S
    most = before
    while time.monotonic() < away_until:
        most = max(most, resident_bytes(process.pid))
        time.sleep(0.5)
    server.start()
    publisher.finish()
    assert publisher.sent > AWAY_S * PACE_PER_S / 4
    until(lambda: len(stored(server)) >= publisher.sent)
    bodies = [json.loads(message(number)[1]) for number in range(publisher.sent)]
    wanted = [(b["device"], datetime.fromisoformat(b["time"]), b["temperature"]) for b in bodies]
    assert stored(server) == wanted
    assert most - before < MOST_GROWTH_BYTES
    with connect(server.url(), DatabaseRole.OWNER) as owner:
        counts = owner.execute(
            "SELECT sum(received) = sum(stored + duplicate + quarantined + ignored), sum(stored)::int FROM ingest_count"
        ).fetchone()
        assert counts == (True, publisher.sent)
        assert owner.execute("SELECT count(*) FROM loss_estimate").fetchone() == (0,)
