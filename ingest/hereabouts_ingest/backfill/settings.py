"""Where stored messages are fetched from, and how gently."""

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from hereabouts_schemas.errors import InputError

SLOT = 100  # what backfill writes and counts as, beside the workers' 0 to 99

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?")


@dataclass(frozen=True, kw_only=True, slots=True)
class ThingsStack:
    """An application on a server of The Things Stack whose Storage Integration keeps its messages.

    Attributes:
        source: name of the source that its messages belong to, so that copies are recognised.
        server: like `https://eu1.cloud.thethings.network`.
        key: an API key with the right to read application traffic.
    """

    source: str
    server: str
    application: str
    key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How gently a network and our own store are treated.

    Attributes:
        page: messages asked for at a time, and stored at a time.
        pause_s: between two pages.
        timeout_s: longest silence of the network, and longest wait for a connection.
        tries: of one page, before the request is put off.
        first_wait_s: before the second try; doubles from try to try.
        longest_wait_s: what the network may make us wait at a time; when it asks for more, the request is put off.
        look_s: between two looks for requests.
        overlap: fetched on both sides of an absence, for clocks that differ.
        settle: the network writes what it receives in batches; so long after the end of an absence all is there.
        put_off_s: after the first failure of a request; doubles up to an hour.
    """

    page: int = 1000
    pause_s: float = 1.0
    timeout_s: float = 15.0
    tries: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 120.0
    look_s: float = 5.0
    overlap: timedelta = timedelta(minutes=5)
    settle: timedelta = timedelta(minutes=5)
    put_off_s: float = 30.0


def check_server(field_name: str, server: str) -> str:
    """A server's address without a slash at the end.

    Raises:
        InputError: not https (http only to this machine), or more than scheme, host and port.
    """
    cure = "Give the server like https://eu1.cloud.thethings.network, without a path; http is for this machine alone."
    try:
        parts = urlsplit(server)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InputError(field_name, server, cure) from None
    extra = parts.username or parts.password or parts.query or parts.fragment or parts.path not in ("", "/")
    allowed = parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(host or ""))
    if extra or not host or not allowed:
        shown = "(not shown)" if parts.username or parts.password else server
        raise InputError(field_name, shown, cure)
    return f"{parts.scheme}://{parts.netloc}"


def is_this_machine(host: str) -> bool:
    """Whether a host is loopback by its name."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_id(text: str) -> bool:
    """Whether a text can be an application's or device's id on the network."""
    return bool(_ID.fullmatch(text))


def check_id(field_name: str, text: str) -> str:
    """An application's or device's id on the network.

    Raises:
        InputError: it can be none.
    """
    if not is_id(text):
        cure = "Give the id as the console shows it: letters, digits and dashes, without @tenant."
        raise InputError(field_name, text, cure)
    return text
