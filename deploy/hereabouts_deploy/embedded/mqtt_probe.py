"""Asking a broker whether it takes our login: one CONNECT of MQTT 3.1.1, which every broker speaks."""

import socket
from dataclasses import dataclass, field
from enum import Enum

from hereabouts_deploy.embedded.ports import LOOPBACK

TIMEOUT_S = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """What ingest logs in with. Publishers on loopback may stay anonymous; an anonymous client may not subscribe."""

    username: str
    password: str = field(repr=False)


class Answer(Enum):
    """What came of it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SILENT = "silent"


def probe(port: int, login: Login) -> Answer:
    """Connect to the broker at `port` on loopback, log in, leave."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=TIMEOUT_S) as connection:
            connection.sendall(_connect_packet(login))
            reply = connection.recv(4)
            connection.sendall(b"\xe0\x00")  # DISCONNECT
    except OSError:
        return Answer.SILENT
    if len(reply) < 4 or reply[0] != 0x20:
        return Answer.SILENT
    return Answer.ACCEPTED if reply[3] == 0 else Answer.REFUSED


def _connect_packet(login: Login) -> bytes:
    clean_session_with_name_and_password = 0b1100_0010
    body = _text("MQTT") + bytes([4, clean_session_with_name_and_password]) + (10).to_bytes(2, "big")
    body += _text("hereabouts-probe") + _text(login.username) + _text(login.password)
    if len(body) > 127:
        raise ValueError("a login this long needs a longer length field")
    return b"\x10" + bytes([len(body)]) + body


def _text(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded
