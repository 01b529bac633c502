"""The embedded amqtt, for machines without a mosquitto: a child process of its own, on loopback only.

What waits for ingest is held in memory without a limit of its own, saved on a clean stop, whenever `save` is called and
every 30 seconds: a broker killed with -9 may lose the last 30 seconds of what ingest had not yet fetched.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from hereabouts_deploy.embedded.mqtt_probe import Answer, Login, probe
from hereabouts_deploy.embedded.processes import end_child, living_pid, send, wait_for_child
from hereabouts_deploy.supervise.parent import SUPERVISED
from hereabouts_schemas.errors import BrokerUnavailable

START_TIMEOUT_S = 60.0
FIRM_STOP = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0))


@dataclass(kw_only=True)
class Amqtt:
    """One private amqtt.

    Attributes:
        folder: where its configuration and its saved sessions lie.
        log: file that its messages go to.
        port: loopback port.
        login: ingest's.
    """

    folder: Path
    log: Path
    port: int
    login: Login
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    name: str = "broker"

    @property
    def pid(self) -> int | None:
        """Its number while it lives."""
        return living_pid(self.process)

    def start(self) -> None:
        """Start it, wait until it takes ingest's login.

        Raises:
            BrokerUnavailable: it ended or did not answer in time; the message names the log.
        """
        config = self._write_config()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", "hereabouts_deploy.embedded.amqtt_broker", config],
                stdin=subprocess.PIPE, stdout=log, stderr=log, env={**os.environ, SUPERVISED: "1"},
                start_new_session=True,
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

    def _write_config(self) -> Path:
        path = self.folder / "amqtt.json"
        path.touch(mode=0o600)
        state = str(self.folder / "amqtt-sessions.json")
        login = {"username": self.login.username, "password": self.login.password}
        path.write_bytes(orjson.dumps({"port": self.port, "state": state, **login}))
        return path
