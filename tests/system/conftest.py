"""Starting `hereabouts up` for real, as a process of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import paho.mqtt.client as mqtt
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from psycopg.types.json import Json
from timescale_server import TimescaleServer, server_in

from hereabouts_deploy.supervise.supervisor import Supervisor
from hereabouts_ingest.profiles import load_profiles
from hereabouts_platform.store.engine import Engine

DEADLINE_S = 120
# How many people are present is never kept of a home, so what tells it stands at a counting line.
COUNTERS = {name for name, known in load_profiles().items() if "occupancy" in known.spec.quantities} - {"plain"}


@dataclass
class Up:
    """A `hereabouts up` on one data folder; may be ended and started again."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    @property
    def run_file(self) -> Path:
        return self.data_dir / "run.json"

    @property
    def run(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.run_file.read_text())
        return content

    @property
    def pids(self) -> dict[str, int]:
        found: dict[str, int] = self.run["pids"]
        return found

    def start(self) -> "Up":
        """Start it and wait for its ready line, which must be the first on standard output."""
        self.process = self.launch()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line == "ready\n", self.errors()
        return self

    def launch(self) -> subprocess.Popen[str]:
        others = {name: value for name, value in os.environ.items() if not name.startswith("HEREABOUTS_")}
        settings = {f"HEREABOUTS_{name.upper()}": value for name, value in self.settings.items()}
        return subprocess.Popen(
            [sys.executable, "-m", "hereabouts_deploy", "up", "--data-dir", self.data_dir,
             "--http-port", "0", "--mqtt-port", "0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._error_log(), text=True,
            env=others | settings, start_new_session=True,
        )  # fmt: skip

    def ask(self, sign: signal.Signals) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process is not None
        self.process.send_signal(sign)
        code = self.process.wait(DEADLINE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def errors(self) -> str:
        return (self.data_dir.parent / "up.err").read_text()

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition, with a deadline."""
        deadline = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain: {what}"
            time.sleep(0.05)

    def lives(self, pid: int) -> bool:
        """Whether a process of this number lives and is no zombie."""
        command = ["/bin/ps", "-o", "stat=", "-p", str(pid)]
        listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return listing.strip()[:1] not in ("", "Z")

    def processes(self) -> list[str]:
        """Every process whose command line names the data folder."""
        listing = subprocess.run(
            ["/bin/ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True
        )
        return [line for line in listing.stdout.splitlines() if str(self.data_dir) in line]

    def clean_up(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.ask(signal.SIGTERM)
        server = self.data_dir / "server"
        if server.is_symlink():
            shutil.rmtree(server.resolve())

    def _error_log(self) -> int:
        return os.open(self.data_dir.parent / "up.err", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


@pytest.fixture(scope="module")
def make_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Up]]:
    """Makes an `up` on a data folder of its own; settings by name, without their prefix."""
    made: list[Up] = []

    def make(**settings: str) -> Up:
        made.append(Up(data_dir=tmp_path_factory.mktemp("system") / "data", settings=settings))
        return made[-1]

    yield make
    for up in made:
        up.clean_up()


@dataclass
class Wire:
    """The outside of a running `up`: its broker, its API, and its database as the owner.

    `database` is the server where it is not `up`'s own.
    """

    up: Up
    database: TimescaleServer | None = None

    @property
    def pids(self) -> dict[str, int]:
        """Every process that may be killed; one that is away just now is not among them."""
        own = self.database.pid if self.database is not None else None
        return self.up.pids | ({"postgres": own} if own is not None else {})

    def get(self, path: str) -> Any:
        """JSON of one API address."""
        request = urllib.request.Request(
            self.up.run["http"] + path, headers={"Authorization": f"Bearer {self.up.run['admin_key']}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def every(self, path: str) -> list[Any]:
        """All items of a list, page after page."""
        items, cursor = [], ""
        while cursor is not None:
            page = self.get(path + cursor)
            items += page["items"]
            cursor = None if page["next"] is None else f"{'&' if '?' in path else '?'}cursor={quote(page['next'])}"
        return items

    def rows(self, statement: str, *parameters: object) -> list[Any]:
        with psycopg.connect(self.up.run["database_url"], autocommit=True) as connection:
            return connection.execute(statement, parameters).fetchall()

    def register(self, devices: list[tuple[str, str, str, dict[str, object]]]) -> None:
        """Register (device, profile, place, mount), each deployed since 2015; people counters at a counting line."""
        places = {place: "counting_line" if profile in COUNTERS else "home" for _, profile, place, _ in devices}
        with psycopg.connect(self.up.run["database_url"]) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO place (id, kind, name) VALUES (%s, %s, 'Place') ON CONFLICT DO NOTHING",
                sorted(places.items()),
            )
            cursor.executemany(
                "INSERT INTO device (id, profile_id) VALUES (%s, %s)",
                [(device, profile) for device, profile, *_ in devices],
            )
            cursor.executemany(
                "INSERT INTO deployment (device_id, place_id, from_at, mount) VALUES (%s, %s, '2015-01-01Z', %s)",
                [(device, place, Json(mount)) for device, _, place, mount in devices],
            )

    def publish(self, messages: list[tuple[str, bytes]]) -> None:
        """Publish at QoS 1 and wait until the broker has acknowledged every one."""
        address = urlsplit(self.up.run["mqtt"])
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        client.max_queued_messages_set(0)
        client.connect(address.hostname, address.port)
        client.loop_start()
        sent = [client.publish(topic, payload, qos=1) for topic, payload in messages]
        for one in sent:
            one.wait_for_publish(DEADLINE_S)
            assert one.is_published()
        client.disconnect()
        client.loop_stop()

    def counts(self, source: str) -> dict[str, int]:
        """What `/v1/sources` says of one source."""
        return next(item for item in self.get("/v1/sources")["items"] if item["name"] == source)


@pytest.fixture(scope="module")
def own_database(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimescaleServer | None]:
    """A TimescaleDB that is kept alive as a service manager would; plain PostgreSQL is brought by `up` itself."""
    if engine is Engine.PLAIN:
        yield None
        return
    server = server_in(tmp_path_factory.mktemp("own"))
    supervisor = Supervisor(lambda _service: None)
    supervisor.start(server)
    yield server
    supervisor.stop()
    shutil.rmtree(server.home)


@pytest.fixture(scope="module")
def wire_of() -> Callable[[Up], Wire]:
    """The outside of a given `up`, on its own database."""
    return Wire


@pytest.fixture(scope="module")
def wire(make_up: Callable[..., Up], own_database: TimescaleServer | None) -> Wire:
    """A running system, seen from outside, that the tests of a module share."""
    settings = {"database_url": own_database.url()} if own_database is not None else {}
    return Wire(make_up(**settings).start(), own_database)
