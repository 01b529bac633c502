"""The folder of an all-in-one system: who holds it, and what lies where in it."""

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path

from hereabouts_schemas.errors import ConfigError

LOCK_PATIENCE_S = 1.0
LARGE_LOG = 10 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class DataDir:
    """Where things lie in a data folder."""

    path: Path

    @property
    def run_file(self) -> Path:
        """What a running system says of itself."""
        return self.path / "run.json"

    @property
    def secrets_file(self) -> Path:
        """Passwords and the administrator's key, made once."""
        return self.path / "secrets.json"

    @property
    def lock_file(self) -> Path:
        """Held by the `up` that runs here."""
        return self.path / "up.lock"

    @property
    def roads(self) -> Path:
        """Maps of roads, by class of vehicle."""
        return self.path / "roads"

    @property
    def duty_rules(self) -> Path:
        """The council's own rule sets on drivers' hours; it need not be there."""
        return self.path / "duty_rules.toml"

    def make(self) -> None:
        """Make the folder if there is none; as root it stays open to the account that the servers run as.

        Raises:
            ConfigError: it cannot be made or written to.
        """
        try:
            self.path.mkdir(mode=0o755 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            (self.path / "logs").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"The data folder {self.path} cannot be used: {error.strerror}.") from error

    def log(self, name: str) -> Path:
        """The log of one process; one that has grown large is put aside, the one put aside before is dropped."""
        path = self.path / "logs" / f"{name}.log"
        if path.exists() and path.stat().st_size > LARGE_LOG:
            path.replace(path.with_suffix(".log.1"))
        path.touch(mode=0o600)
        return path

    def hold(self) -> int:
        """Hold the folder for this process; the system lets go of it whatever way the process ends.

        Raises:
            ConfigError: another `up` holds it.
        """
        handle = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + LOCK_PATIENCE_S  # `is_held` asks by holding it for a moment
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(handle)
                    raise ConfigError(
                        f"Another `hereabouts up` runs on {self.path}. Stop it first, or choose another --data-dir."
                    ) from None
                time.sleep(0.05)
            else:
                return handle

    def is_held(self) -> bool:
        """Whether an `up` runs here. Asked of the lock, never of a process number."""
        try:
            handle = os.open(self.lock_file, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False
