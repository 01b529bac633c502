"""Loopback ports."""

import random
import socket
import time

from hereabouts_schemas.errors import ConfigError

LOOPBACK = "127.0.0.1"
# Below what operating systems hand out to outgoing connections (from 32768 on Linux, 49152 elsewhere). In that range a
# client that keeps knocking at a server that is away can be given the server's own port and meet itself.
FIRST, LAST = 15_000, 32_000


def free_port() -> int:
    """A loopback TCP port that nobody holds just now."""
    for _ in range(1000):
        port = random.randint(FIRST, LAST)  # noqa: S311 - guards nothing
        if port_is_free(port):
            return port
    raise ConfigError(f"No port between {FIRST} and {LAST} is free.")


def choose_port(wanted: int, *, insist: bool, patience_s: float, setting: str) -> int:
    """`wanted` if it is or becomes free within `patience_s`, else another one; 0 wants any.

    Raises:
        ConfigError: it stays taken and somebody insists on it; the message names the setting.
    """
    if wanted == 0:
        return free_port()
    deadline = time.monotonic() + patience_s
    while not port_is_free(wanted):
        if time.monotonic() < deadline:
            time.sleep(0.1)
        elif insist:
            option = f"--{setting.replace('_', '-')}"
            raise ConfigError(f"Port {wanted} is taken by another program. Choose another with {option}, or 0 for any.")
        else:
            return free_port()
    return wanted


def port_is_free(port: int) -> bool:
    """Whether `port` on loopback can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
