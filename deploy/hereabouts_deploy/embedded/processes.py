"""Looking at operating system processes without trusting a number alone: PIDs are used again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path


def is_running(pid: int, *, program: str, argument: str) -> bool:
    """Whether `pid` lives, is no zombie, is `program` and was started with `argument` among its arguments."""
    if sys.platform == "linux":
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return False
        return state not in "ZX" and Path(arguments[0]).name == program and argument in arguments
    listing = subprocess.run(  # noqa: S603 - a fixed command with a number
        ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(listing) and not listing.startswith("Z") and program in listing and argument in listing


def stop_pid(pid: int, *, program: str, argument: str, sign: signal.Signals, timeout_s: float) -> None:
    """Ask a process that `is_running` recognises to end; kill it when it has not after `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    sent = sign
    while is_running(pid, program=program, argument=argument):
        os.kill(pid, sent)
        pause_until = time.monotonic() + 1
        while time.monotonic() < pause_until and is_running(pid, program=program, argument=argument):
            time.sleep(0.02)
        if time.monotonic() > deadline:
            sent = signal.SIGKILL


def free_port() -> int:
    """A loopback TCP port that nobody holds just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether `port` on loopback can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
