"""A private mosquitto: its own configuration, logins and saved sessions, on loopback only.

What waits for ingest is held in memory, saved on a clean stop, whenever `save` is called and every 30 seconds: a broker
killed with -9 may lose the last 30 seconds of what ingest had not yet fetched.
"""

import base64
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from hereabouts_deploy.embedded.account import Account, run_as
from hereabouts_deploy.embedded.home import folder_for
from hereabouts_deploy.embedded.mqtt_probe import Answer, Login, probe
from hereabouts_deploy.embedded.ports import LOOPBACK
from hereabouts_deploy.embedded.processes import (
    end_child,
    find_running,
    is_running,
    living_pid,
    send,
    stop_processes,
    wait_for_child,
)
from hereabouts_deploy.environment import without_settings
from hereabouts_schemas.errors import BrokerUnavailable

START_TIMEOUT_S = 60.0  # a long queue takes its time to load
FIRM_STOP = ((signal.SIGTERM, 60.0), (signal.SIGKILL, 5.0))
# Debian and Homebrew keep it where an ordinary user's PATH does not look.
MORE_PATH = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")

QUEUE_BYTES = 512 * 1024 * 1024
IN_FLIGHT = 4000  # for clients of MQTT 3.1.1, which cannot say theirs; as wide as two batches of ingest
AUTOSAVE_S = 30


def find_mosquitto() -> Path | None:
    """The mosquitto of this machine, if it has one."""
    found = shutil.which("mosquitto", path=os.pathsep.join([os.environ.get("PATH", ""), *MORE_PATH]))
    return Path(found) if found else None


@dataclass(kw_only=True)
class Mosquitto:
    """One private mosquitto.

    Attributes:
        home: folder of its own (`server_home`), which `account` can enter when there is one.
        log: file that its messages go to.
        port: loopback port.
        login: ingest's.
    """

    binary: Path
    home: Path
    log: Path
    port: int
    login: Login
    account: Account | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    name: str = "broker"

    @property
    def config(self) -> Path:
        """Its configuration, which also tells it from every other mosquitto."""
        return _config_of(self.home)

    @property
    def pid(self) -> int | None:
        """Its number while it lives."""
        return living_pid(self.process)

    def start(self) -> None:
        """Write its files, start it, wait until it takes ingest's login.

        Raises:
            BrokerUnavailable: it ended or did not answer in time; the message names the log.
        """
        end_leftovers(self.home)
        folder_for(self.home.resolve(), "broker", self.account)
        self._write(self._password_file, f"{self.login.username}:{password_hash(self.login.password)}\n")
        self._write(
            self._acl_file, f"topic write #\nuser {self.login.username}\ntopic readwrite #\ntopic read $SYS/#\n"
        )
        self._write(self.config, self._settings())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - a program of this machine with our own file
                [self.binary, "-c", self.config], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                env=without_settings(), start_new_session=True, **run_as(self.account),
            )  # fmt: skip
        self._wait_until_ready()

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
    def _password_file(self) -> Path:
        return self.home.resolve() / "mosquitto-passwords"

    @property
    def _acl_file(self) -> Path:
        return self.home.resolve() / "mosquitto-acl"

    def _settings(self) -> str:
        return "\n".join([
            f"listener {self.port} {LOOPBACK}",
            "allow_anonymous true",
            f"password_file {self._password_file}",
            f"acl_file {self._acl_file}",
            "persistence true",
            f"persistence_location {self.home.resolve() / 'broker'}/",
            f"autosave_interval {AUTOSAVE_S}",
            "max_queued_messages 0",
            f"max_queued_bytes {QUEUE_BYTES}",
            f"max_inflight_messages {IN_FLIGHT}",
            "message_size_limit 0",
            "upgrade_outgoing_qos true",  # what a sensor sent with QoS 0 waits for ingest as well
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "",
        ])  # fmt: skip

    def _write(self, path: Path, text: str) -> None:
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        if self.account is not None:
            self.account.lend(path)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.pid is None:
                raise BrokerUnavailable(f"mosquitto ended while starting; see {self.log}")
            answer = probe(self.port, self.login)
            if answer is Answer.ACCEPTED:
                return
            if answer is Answer.REFUSED:
                self.stop()
                raise BrokerUnavailable("mosquitto refused the login that it was given; is it older than version 2?")
            time.sleep(0.02)
        self.stop()
        raise BrokerUnavailable(f"mosquitto did not answer within {START_TIMEOUT_S:.0f} s; see {self.log}")


def is_ours(pid: int, home: Path) -> bool:
    """Whether process `pid` is the mosquitto that reads the configuration of `home`."""
    return is_running(pid, program="mosquitto", argument=str(_config_of(home)))


def end_leftovers(home: Path) -> None:
    """End a mosquitto that an earlier, killed run left: the one that reads our configuration, no other."""
    config = str(_config_of(home))
    stop_processes(lambda: find_running(program="mosquitto", argument=config), signs=FIRM_STOP)


def _config_of(home: Path) -> Path:
    return home.resolve() / "mosquitto.conf"


def password_hash(password: str) -> str:
    """A password as mosquitto 2 keeps it: `$7$<iterations>$<salt>$<PBKDF2-HMAC-SHA512>`, both in base64."""
    salt, iterations = secrets.token_bytes(12), 101
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations)
    return f"$7${iterations}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
