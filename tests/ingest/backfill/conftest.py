"""A stand-in of The Things Stack's Storage Integration on a real port, with the faults that tests ask for; a town."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hereabouts_ingest.backfill.settings import SLOT, Pace, ThingsStack
from hereabouts_ingest.desk import Desk
from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.registry import sync_profiles

KEY = "NNSXS.STAND-IN"
EUIS = {f"sensor-{number}": f"A81758FFFE0000{number:02X}" for number in range(1, 31)}
ROOT = "/api/v3/as/applications/council"
TAIL = "/packages/storage/uplink_message"


@dataclass
class Storage:
    """What it keeps, in order of `received_at`, and how it misbehaves.

    Attributes:
        lines: (received_at as the server wrote it, device, line).
        faults: one is taken for each request: a status, or a word that `answer` knows; None: a proper answer.
        most: longest page it allows, whatever is asked for.
        gate: held back while it is cleared.
    """

    lines: list[tuple[str, str, bytes]] = field(default_factory=list)
    faults: deque[Any] = field(default_factory=deque)
    most: int = 10_000
    asked: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def keep(self, *bodies: dict[str, Any]) -> None:
        """Keep messages as the network would."""
        for body in bodies:
            self._keep(body)

    def keep_garbage(self, at: datetime, line: bytes) -> None:
        """Keep a line that is no message."""
        self.lines.append((stamp_of(at), "sensor-1", line))
        self.lines.sort(key=lambda kept: kept[0])

    @property
    def stack(self) -> ThingsStack:
        """What is set up to fetch from it."""
        return ThingsStack(source="things_stack", server=self.address, application="council", key=KEY)

    def uplink(self, number: int, at: datetime, **more: Any) -> dict[str, Any]:
        """The `number`-th frame of a sensor, received by the network at `at` (UTC), as MQTT would bring it."""
        return uplink(number, at, **more)

    def _keep(self, body: dict[str, Any]) -> None:
        line = json.dumps({"result": body}, separators=(",", ":")).encode()
        self.lines.append((body["received_at"], body["end_device_ids"]["device_id"], line))
        self.lines.sort(key=lambda kept: kept[0])

    def page(self, device: str | None, asked: dict[str, str]) -> list[bytes]:
        """`after` leaves its instant out, to the nanosecond, and `before` too: the less convenient reading."""
        after, before = _instant(asked["after"]), _instant(asked["before"])
        kept = [
            line for at, of, line in self.lines if after < _instant(at) < before and (device is None or of == device)
        ]
        return kept[: min(int(asked["limit"]), self.most)]


def _instant(text: str) -> tuple[datetime, str]:
    """An instant to the nanosecond."""
    bare = text.removesuffix("Z").removesuffix("+00:00")
    seconds, _, digits = bare.partition(".")
    return datetime.fromisoformat(seconds), digits.ljust(9, "0")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    storage: Storage

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        storage = self.storage
        storage.asked.append({name: values[0] for name, values in parse_qs(parts.query).items()})
        storage.paths.append(parts.path)
        storage.gate.wait(30)
        fault = storage.faults.popleft() if storage.faults else None
        if self.headers["Authorization"] != f"Bearer {KEY}":
            self._refuse(401)
        elif not (parts.path.startswith(ROOT) and parts.path.endswith(TAIL)):
            self._refuse(404)
        elif isinstance(fault, int):
            self._refuse(fault)
        elif isinstance(fault, dict):
            self._refuse(429, fault)
        else:
            middle = parts.path.removeprefix(ROOT).removesuffix(TAIL)
            device = middle.removeprefix("/devices/") or None
            self._answer(storage.page(device, storage.asked[-1]), fault)

    def _refuse(self, status: int, headers: dict[str, str] | None = None) -> None:
        body = json.dumps({"code": status, "message": f"error {KEY}", "details": []}).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, lines: list[bytes], fault: str | None) -> None:
        whole = b"".join(line + b"\n\n" for line in lines)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if fault == "cut":  # in the middle of the last line, without the end of the answer
            self._chunk(whole[: -len(lines[-1]) // 2])
            self.close_connection = True
            return
        if fault == "broken off":
            whole += b'{"error":{"code":14,"message":"unavailable"}}\n'
        if fault == "half a line":  # the answer is ended, the line is not
            whole = whole[: -len(lines[-1]) // 2]
        for start in range(0, len(whole), 700):  # chunks part lines
            self._chunk(whole[start : start + 700])
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))


@contextmanager
def serving() -> Iterator[Storage]:
    """A storage that answers on a port of its own."""
    storage = Storage()
    storage.gate.set()
    handler = type("Bound", (Handler,), {"storage": storage})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    storage.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield storage
    finally:
        storage.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


def stamp_of(at: datetime, nanos: str = "") -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + nanos + "Z"


def uplink(number: int, at: datetime, *, device: str = "sensor-1", nanos: str = "", **more: Any) -> dict[str, Any]:
    """The `number`-th frame of an Elsys sensor, received by the network at `at` (UTC)."""
    stamp = stamp_of(at, nanos)
    return {
        "end_device_ids": {
            "device_id": device,
            "application_ids": {"application_id": "council"},
            "dev_eui": EUIS[device],
            "dev_addr": "00BCB929",
        },
        "received_at": stamp,
        "uplink_message": {
            "session_key_id": "AXA50tHUGUucuzS/bCGMNw==",
            "f_port": 1,
            "f_cnt": number,
            "frm_payload": "AQDi",  # Elsys: temperature 22.6
            "decoded_payload": {"temperature": 22.6},
            "received_at": stamp,
            "settings": {"time": stamp},
        },
        **more,
    }


@pytest.fixture
def storage() -> Iterator[Storage]:
    """An empty storage of the application `council`."""
    with serving() as started:
        yield started


@pytest.fixture
def pace() -> Pace:
    """As fast as it goes, in pages of 100."""
    return Pace(
        page=100,
        pause_s=0,
        timeout_s=2,
        first_wait_s=0.01,
        longest_wait_s=5,
        look_s=0.05,
        overlap=timedelta(seconds=1),
        settle=timedelta(),
        put_off_s=0.05,
    )


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    """The owner, in a home with thirty Elsys sensors."""
    with connect(database_url, DatabaseRole.OWNER) as connection:
        sync_profiles(connection, [profile.spec for profile in load_profiles().values()])
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1')")
        for eui in EUIS.values():
            connection.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'elsys')", (eui,))
            connection.execute(
                "INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, 'h1', '2020-01-01Z')", (eui,)
            )
        yield connection


@pytest.fixture
def settings(database_url: str, owner: Connection, storage: Storage, pace: Pace, tmp_path: Path) -> IngestSettings:
    """A worker's settings, set up to fetch from `storage`; no broker."""
    return IngestSettings(
        database_url=database_url,
        mqtt_host="127.0.0.1",
        mqtt_port=1,
        spool_dir=tmp_path / "spool",
        things_stack=(storage.stack,),
        pace=pace,
    )


@pytest.fixture
def desk(settings: IngestSettings) -> Iterator[Desk]:
    """A desk of backfill's slot."""
    opened = Desk(replace(settings, slot=SLOT))
    yield opened
    opened.close()
