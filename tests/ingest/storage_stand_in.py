"""A stand-in of The Things Stack's Storage Integration on a real port, with the faults that tests ask for."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "NNSXS.STAND-IN"
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

    def keep(self, body: dict[str, Any]) -> None:
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


def uplink(number: int, at: datetime, *, device: str = "sensor-1", nanos: str = "", **more: Any) -> dict[str, Any]:
    """The `number`-th frame of an Elsys sensor, received by the network at `at` (UTC)."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%f") + nanos + "Z"
    eui = device.upper().encode().hex().upper()[-16:].rjust(16, "0")
    return {
        "end_device_ids": {
            "device_id": device,
            "application_ids": {"application_id": "council"},
            "dev_eui": eui,
            "dev_addr": "00BCB929",
        },
        "received_at": stamp,
        "uplink_message": {
            "session_key_id": "AXA50tHUGUucuzS/bCGMNw==",
            "f_port": 1,
            "f_cnt": number,
            "frm_payload": "AQDi",  # Elsys: temperature 22.6
            "decoded_payload": {"temperature": 22.6, "humidity": 40 + number % 20},
            "received_at": stamp,
            "settings": {"time": stamp},
        },
        **more,
    }


def eui_of(device: str) -> str:
    return uplink(0, datetime(2026, 1, 1), device=device)["end_device_ids"]["dev_eui"]  # noqa: DTZ001
