"""Which operating system account the embedded servers run as."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hereabouts_schemas.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An unprivileged account; PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int

    def give(self, path: Path) -> None:
        """Let this account own `path` (not what is above it), closed to all others."""
        os.chown(path, self.uid, self.gid)
        path.chmod(0o700)

    def lend(self, path: Path) -> None:
        """Let this account read `path`, which stays root's: what root writes there, the account cannot redirect."""
        os.chown(path, 0, self.gid)
        path.chmod(0o750 if path.is_dir() else 0o640)

    def can_enter(self, path: Path) -> bool:
        """Whether every folder down to `path` lets this account pass."""
        path = path.resolve()
        return all(self._may_pass(folder) for folder in (path, *path.parents))

    def _may_pass(self, folder: Path) -> bool:
        stat = folder.stat()
        if stat.st_uid == self.uid:
            return bool(stat.st_mode & 0o100)
        if stat.st_gid == self.gid:
            return bool(stat.st_mode & 0o010)
        return bool(stat.st_mode & 0o001)


def run_as(account: Account | None) -> dict[str, Any]:
    """Arguments of `subprocess` that drop to `account`, with none of root's groups."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def choose_account(wanted: str | None) -> Account | None:
    """The account to drop to: None for an ordinary user; as root `wanted`, else `postgres`, else `nobody`.

    Raises:
        ConfigError: the account named does not exist or is root itself. No account is ever created.
    """
    if os.geteuid() != 0:
        if wanted is not None:
            raise ConfigError("--run-as works only as root; started as an ordinary user, everything runs as you.")
        return None
    names = [wanted] if wanted else ["postgres", "nobody"]
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid == 0:
            raise ConfigError("--run-as must not be root: PostgreSQL refuses to run as root.")
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise ConfigError(f"There is no account {' or '.join(names)} here. Name an unprivileged one with --run-as.")


def name_of(uid: int) -> str:
    """The name of account number `uid`, or the number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
