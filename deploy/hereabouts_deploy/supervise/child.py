"""One of our own processes, `python -m hereabouts_deploy <command>`, as a child."""

import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from hereabouts_deploy.embedded.processes import end_child, living_pid, wait_for_child
from hereabouts_deploy.environment import PREFIX, without_settings
from hereabouts_deploy.supervise.parent import SUPERVISED

FIRM_STOP = ((signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0))
READY = "ready"


@dataclass(kw_only=True)
class Child:
    """A process of ours that ends when we do, and says `ready` on its standard output once it is.

    Attributes:
        name: what run.json calls it.
        arguments: what follows `python -m`.
        environment: what it gets on top of our environment, from which all settings of ours are taken away: it knows
            only those that it needs. Secrets travel this way: command lines can be seen by everybody.
        log: file that its messages go to.
        ready: set once it has said so; not cleared when it is started again.
    """

    name: str
    arguments: tuple[str, ...]
    environment: dict[str, str] = field(repr=False)
    log: Path
    ready: threading.Event = field(default_factory=threading.Event)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """Its number while it lives."""
        return living_pid(self.process)

    def start(self) -> None:
        """Start it; it becomes ready later."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-m", *self.arguments],
                stdin=subprocess.PIPE,  # never written to: its end tells the child that we are gone
                stdout=subprocess.PIPE,
                stderr=log,
                env=without_settings() | self.environment | {SUPERVISED: "1"},
                start_new_session=True,  # so that Ctrl-C reaches us alone, and we stop in order
            )
        threading.Thread(target=self._listen, args=(self.process,), name=f"listen-{self.name}", daemon=True).start()

    def wait(self) -> int:
        """Block until it ends; its exit code (negative: the signal that ended it)."""
        return wait_for_child(self.process)

    def stop(self) -> None:
        """Ask it to finish what it is at, then end it."""
        end_child(self.process, FIRM_STOP)

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is None:
            return
        with process.stdout:
            for line in process.stdout:
                if line.strip() == READY.encode():
                    self.ready.set()


def child(command: str, log: Path, *, name: str | None = None, **settings: str) -> Child:
    """`hereabouts <command>` with these settings and no others; called `name`, else as the command."""
    return Child(
        name=name or command,
        arguments=("hereabouts_deploy", command),
        environment={f"{PREFIX}{setting.upper()}": value for setting, value in settings.items()},
        log=log,
    )
