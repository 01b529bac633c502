"""The embedded amqtt, for machines without a mosquitto: a child process of its own, on loopback only.

What waits for ingest is held in memory without a limit of its own, saved on a clean stop, whenever `save` is called and
every 30 seconds: a broker killed with -9 may lose the last 30 seconds of what ingest had not yet fetched.

It takes messages from anybody on this machine, so as root it runs as the account of the embedded servers.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import structlog

from hereabouts_deploy.embedded.account import Account, run_as
from hereabouts_deploy.embedded.home import folder_for
from hereabouts_deploy.embedded.mqtt_probe import Answer, Login, probe
from hereabouts_deploy.embedded.processes import end_child, living_pid, send, wait_for_child
from hereabouts_deploy.environment import without_settings
from hereabouts_deploy.private_file import write_private
from hereabouts_deploy.supervise.parent import SUPERVISED
from hereabouts_schemas.errors import BrokerUnavailable

log = structlog.get_logger(__name__)

PROGRAM = "hereabouts_deploy.embedded.amqtt_broker"
SESSIONS = "amqtt-sessions.json"

START_TIMEOUT_S = 60.0
FIRM_STOP = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0))


@dataclass(kw_only=True)
class Amqtt:
    """One private amqtt.

    Attributes:
        folder: where its configuration and its saved sessions lie while it runs as ourselves.
        home: the servers' folder (`server_home`), where they lie while it runs as `account`.
        log: file that its messages go to.
        port: loopback port.
        login: ingest's.
    """

    folder: Path
    home: Path
    log: Path
    port: int
    login: Login
    account: Account | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    name: str = "broker"

    @property
    def pid(self) -> int | None:
        """Its number while it lives."""
        return living_pid(self.process)

    @cached_property
    def runs_as(self) -> Account | None:
        """The account it drops to; None: it runs as ourselves."""
        if self.account is None or _can_run(self.account):
            return self.account
        # The interpreter or the packages lie below a closed home. Opening that, or copying a whole environment out of
        # it, is not ours to do, and a pilot without a broker is no pilot: so it runs as root, and says so.
        log.warning(
            "The built-in MQTT broker runs as root, for its account may not read the Python environment. Install "
            "Hereabouts where every account may read it, or install mosquitto.",
            action="broker_runs_as_root",
            account=self.account.name,
            environment=sys.prefix,
        )
        return None

    @property
    def sessions(self) -> Path:
        """The file that sessions are saved in."""
        return (self.folder.resolve() if self.runs_as is None else self._lent_folder) / SESSIONS

    def start(self) -> None:
        """Start it, wait until it takes ingest's login.

        Raises:
            BrokerUnavailable: it ended or did not answer in time; the message names the log.
        """
        self._bring_sessions()
        config = self._write_config()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", PROGRAM, config], stdin=subprocess.PIPE, stdout=output, stderr=output,
                start_new_session=True, **_surroundings(self.runs_as),
            )  # fmt: skip
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.pid is None:
                raise BrokerUnavailable(f"The MQTT broker ended while starting; see {self.log}")
            if probe(self.port, self.login) is Answer.ACCEPTED:
                return
            time.sleep(0.05)
        self.stop()
        raise BrokerUnavailable(f"The MQTT broker did not answer within {START_TIMEOUT_S:.0f} s; see {self.log}")

    def wait(self) -> int:
        """Block until it ends; its exit code (negative: the signal that ended it)."""
        return wait_for_child(self.process)

    def stop(self) -> None:
        """A clean stop: sessions and what waits in them are saved."""
        end_child(self.process, FIRM_STOP)

    def save(self) -> None:
        """Have sessions and what waits in them saved now."""
        if self.pid is not None:
            send(self.pid, signal.SIGUSR1)

    @property
    def _lent_folder(self) -> Path:
        return folder_for(self.home.resolve(), "broker", self.account)

    def _bring_sessions(self) -> None:
        """Fetch the sessions that an earlier run saved as the other of root and the account; they lie in one place."""
        if self.account is None:
            return
        ours = self.sessions
        theirs = (self._lent_folder if self.runs_as is None else self.folder.resolve()) / SESSIONS
        if theirs.is_symlink() or not theirs.exists():
            return
        unfinished = self.home.resolve() / f"{SESSIONS}.unfinished"  # in a folder where nobody but root writes
        write_private(unfinished, _read(theirs))
        if self.runs_as is not None:
            os.chown(unfinished, self.runs_as.uid, self.runs_as.gid)
        shutil.move(unfinished, ours)  # the data folder may be on another disk
        theirs.unlink()

    def _write_config(self) -> Path:
        folder = self.folder if self.runs_as is None else self.home
        path = folder.resolve() / "amqtt.json"
        login = {"username": self.login.username, "password": self.login.password}
        write_private(path, orjson.dumps({"port": self.port, "state": str(self.sessions), **login}))
        if self.runs_as is not None:
            self.runs_as.lend(path)
        return path


def _surroundings(account: Account | None) -> dict[str, Any]:
    """Arguments of `subprocess`. Of root's environment the account sees only what Python needs."""
    if account is None:
        return {"env": {**without_settings(), SUPERVISED: "1"}}
    needed = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
    kept = {name: value for name, value in os.environ.items() if name in needed or name.startswith("PYTHON")}
    return {"env": {**kept, SUPERVISED: "1"}, "cwd": "/", **run_as(account)}


def _can_run(account: Account) -> bool:
    """Tried rather than reckoned from modes: interpreter, its libraries and our packages may lie in many places."""
    command = [sys.executable, "-c", f"import {PROGRAM}"]
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            command, stdin=subprocess.DEVNULL, capture_output=True, check=False, **_surroundings(account)
        )
    except OSError:
        return False
    return done.returncode == 0


def _read(path: Path) -> bytes:
    """What is in `path`; as root, in a folder of another account, no link is followed."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read()
