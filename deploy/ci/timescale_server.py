"""A private TimescaleDB for the tests, run by chroot in the Debian that `deploy/ci/timescale` makes.

It has the face of the embedded PostgreSQL (`hereabouts_deploy.embedded.postgres`), as far as the tests and the
supervisor use one. Each server has a mount namespace of its own: its data folder and the shared memory that PostgreSQL
needs are mounted for it alone, and are gone with it, however it ends.
"""
# ruff: noqa: INP001 - lies beside the script it belongs to; pytest finds it by `pythonpath`

import secrets
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg

from hereabouts_deploy.embedded.account import Account
from hereabouts_deploy.embedded.ports import LOOPBACK, free_port
from hereabouts_deploy.embedded.postgres import FIRM_STOP, SETTINGS, SUPERUSER
from hereabouts_deploy.embedded.processes import end_child, living_pid, wait_for_child
from hereabouts_platform.store.connection import DatabaseRole
from hereabouts_platform.store.roles import provision
from hereabouts_schemas.errors import ConfigError, StoreUnavailable

SCRIPT = Path(__file__).with_name("timescale")
PROGRAMS = "/usr/lib/postgresql/17/bin"
DATA = "/srv/data"  # as seen from inside
START_TIMEOUT_S = 60.0
EXTENSIONS = ("timescaledb", "postgis", "h3")

FOR_TESTS = {
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "timescaledb.max_background_workers": "0",  # one that is connected to a template would forbid cloning it
    "shared_buffers": "64MB",
    "fsync": "off",  # a killed server loses nothing by this, a machine that loses its power does
    "full_page_writes": "off",
    "wal_compression": "off",
    "max_wal_size": "512MB",  # the databases of tests lie in memory, see memory_folder
    "synchronous_commit": "off",
}

# $1 the data folder, $2 the root, $3 and $4 the account; then the command, which takes this shell's place and number.
_ENTER = """
mount --bind "$1" "$2/srv/data" && mount -t tmpfs -o mode=1777 tmpfs "$2/dev/shm" || exit 1
root=$2 account=$3:$4
shift 4
exec chroot --userspec="$account" --groups= "$root" "$@"
"""


def find_root() -> Path | None:
    """The Debian that has TimescaleDB, where this machine has it and may use it."""
    found = subprocess.run([SCRIPT, "--find"], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return Path(found.stdout.strip()) if found.returncode == 0 else None


def server_in(folder: Path) -> "TimescaleServer":
    """A server, not started yet, that keeps its data and its log in `folder`.

    Raises:
        ConfigError: this machine has no TimescaleDB for tests.
    """
    root = find_root()
    if root is None:
        raise ConfigError("TimescaleDB for the tests is not here. Make it, as root: deploy/ci/timescale")
    passwords = {role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)}
    return TimescaleServer(root=root, home=folder / "timescale", log=folder / "postgres.log", passwords=passwords)


@dataclass(kw_only=True)
class TimescaleServer:
    """One private server, with the four roles and the extensions in every database that is made.

    Attributes:
        root: the Debian it runs in.
        home: folder of its own, for its data.
        log: file that its messages go to.
        passwords: role name -> password, for the superuser `postgres` and the four roles.
        extra_settings: what differs from the embedded server's.
        port: chosen at the first start and kept over restarts.
    """

    root: Path
    home: Path
    log: Path
    passwords: dict[str, str] = field(repr=False)
    extra_settings: dict[str, str] = field(default_factory=lambda: dict(FOR_TESTS))
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    name: str = "postgres"

    @property
    def pid(self) -> int | None:
        """The postmaster's number while it lives."""
        return living_pid(self.process)

    @cached_property
    def account(self) -> Account:
        """PostgreSQL's own account, as the Debian inside numbers it."""
        lines = (self.root / "etc" / "passwd").read_text(encoding="utf-8").splitlines()
        name, _, uid, gid, *_ = next(line for line in lines if line.startswith("postgres:")).split(":")
        return Account(name=name, uid=int(uid), gid=int(gid))

    def url(self, role: str = DatabaseRole.OWNER, database: str = "hereabouts") -> str:
        """Where `role` connects."""
        return f"postgresql://{role}:{self.passwords[role]}@{LOOPBACK}:{self.port}/{database}"

    def start(self) -> None:
        """Make the cluster if there is none, start it, wait until it answers, see to roles and extensions.

        Raises:
            StoreUnavailable: it ended or did not answer in time; the message holds its last words.
        """
        self.port = self.port or free_port()
        is_new = not (self.home / "pg").exists()
        if is_new:
            self._initialise()
        self._run_until_ready()
        if is_new:
            with psycopg.connect(self.url(SUPERUSER, "template1"), autocommit=True) as connection:
                for extension in EXTENSIONS:
                    connection.execute(f"CREATE EXTENSION {extension}".encode())
        provision(self.url(SUPERUSER, "postgres"), {role: self.passwords[role] for role in DatabaseRole})

    def wait(self) -> int:
        """Block until the server ends; its exit code (negative: the signal that ended it)."""
        return wait_for_child(self.process)

    def stop(self) -> None:
        """Fast shutdown."""
        end_child(self.process, FIRM_STOP)

    def _initialise(self) -> None:
        self.home.mkdir(exist_ok=True)
        password_file = self.home / "password"
        password_file.write_text(self.passwords[SUPERUSER], encoding="utf-8")
        self.account.lend(password_file)
        self.account.give(self.home)
        process = self._spawn(
            "initdb", "-D", f"{DATA}/pg", "-U", SUPERUSER, f"--pwfile={DATA}/password", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync",
        )  # fmt: skip
        if wait_for_child(process) != 0:
            raise StoreUnavailable(f"TimescaleDB could not be made: {self._last_words()}")
        password_file.unlink()

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        enter = ["unshare", "--mount", "sh", "-c", _ENTER, "enter"]
        where = [str(self.home), str(self.root), str(self.account.uid), str(self.account.gid)]
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own programs and folders
                [*enter, *where, f"{PROGRAMS}/{program}", *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, cwd="/", start_new_session=True,
            )  # fmt: skip

    def _run_until_ready(self) -> None:
        """The backends of a killed server take a moment to end, and until then no other may start: tried again."""
        settings = [f"--{name}={value}" for name, value in {**SETTINGS, **self.extra_settings}.items()]
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.pid is None:
                self.process = self._spawn("postgres", "-D", f"{DATA}/pg", "-p", str(self.port), *settings)
            try:
                psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        self.stop()
        raise StoreUnavailable(f"TimescaleDB did not start: {self._last_words()}")

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:])
