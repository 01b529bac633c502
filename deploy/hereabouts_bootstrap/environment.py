"""The environment of a checkout: whether it still stands, made anew when not, brought up to date when it does."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from hereabouts_bootstrap.errors import SetupError
from hereabouts_bootstrap.installers import find_uv, get_installer, install
from hereabouts_bootstrap.interpreters import Interpreter, Refused, choose, probe

RECORD = "hereabouts.json"


class Kind(str, Enum):
    """What an environment is for: running alone, or developing and testing too."""

    RUN = "run"
    DEV = "dev"

    @property
    def lock(self) -> str:
        """The lock file that holds its packages."""
        return {"run": "requirements.lock", "dev": "requirements-dev.lock"}[self.value]


class Checkout(NamedTuple):
    """A folder with this project in it."""

    root: Path

    @property
    def venv(self) -> Path:
        """Its environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return self.venv / "bin" / "python"

    def digest(self, kind: Kind) -> str:
        """SHA-256 of what an environment of `kind` is made from."""
        parts = [(self.root / name).read_bytes() for name in (kind.lock, "pyproject.toml")]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()


class Record(NamedTuple):
    """What stands in an environment that was finished; written last, so that its absence says 'not finished'."""

    home: str
    interpreter: str
    kind: str
    digest: str
    packages: list[str]


class Outcome(NamedTuple):
    """What `prepare` did: `why` it had to install (None = it had not), and for how many seconds."""

    why: str | None
    install_s: float


def prepare(checkout: Checkout, kind: Kind, environ: Mapping[str, str]) -> Outcome:
    """Make sure that the checkout's environment holds exactly what it must for `kind`.

    Raises:
        SetupError: it cannot be made; the message says why and how to cure it.
    """
    with _alone(checkout):
        record = read_record(checkout)
        damage = find_damage(checkout, record, environ)
        if record is None or damage is not None:
            why = damage or "there is none"
            uv = find_uv(environ)
            interpreter = make_anew(checkout, environ, uv, why)
            return Outcome(why, _fill(checkout, kind, interpreter, uv, environ))
        kind = Kind.DEV if record.kind == Kind.DEV.value else kind  # what was there for tests stays
        if record.digest == checkout.digest(kind):
            return Outcome(None, 0.0)
        return Outcome(f"{kind.lock} or pyproject.toml is new", _bring_up_to_date(checkout, kind, record, environ))


def find_damage(checkout: Checkout, record: Record | None, environ: Mapping[str, str]) -> str | None:
    """Why the environment must be made anew, as words; None where it stands as it was recorded."""
    if record is None:
        return "it was never finished" if checkout.venv.exists() else "there is none"
    if record.home != str(checkout.venv):
        return "the checkout was moved"
    missing = sorted(set(record.packages) - set(_installed(checkout)))
    if missing:
        return f"{missing[0]} is missing in it"
    return _changed_python(checkout, record, environ)


def _changed_python(checkout: Checkout, record: Record, environ: Mapping[str, str]) -> str | None:
    answer = probe(str(checkout.python))
    if isinstance(answer, Refused):
        return f"its Python {answer.why}"
    if str(answer) != record.interpreter:
        return f"it was made with {record.interpreter}, which is now {answer}"
    if environ.get("PYTHON") and str(choose(environ, None)) != record.interpreter:
        return "PYTHON names another Python"
    return None


def read_record(checkout: Checkout) -> Record | None:
    """The record of a finished environment, None where there is none that can be read."""
    try:
        return Record(**json.loads((checkout.venv / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def make_anew(checkout: Checkout, environ: Mapping[str, str], uv: str | None, why: str) -> Interpreter:
    """An empty environment in the place of whatever was there, with the best Python of this machine."""
    interpreter = choose(environ, uv)
    print(f"Making .venv with {interpreter}: {why}.", flush=True)
    _remove(checkout.venv)
    # --without-pip needs no ensurepip, which Debian keeps in a package of its own.
    command = [interpreter.executable, "-m", "venv", "--without-pip", str(checkout.venv)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SetupError(f"{checkout.venv} cannot be made: {(done.stderr or done.stdout).strip()}")
    return interpreter


def _bring_up_to_date(checkout: Checkout, kind: Kind, record: Record, environ: Mapping[str, str]) -> float:
    """Install on top of what stands; where that fails (no network, say), what stood before still counts."""
    answer = probe(str(checkout.python))
    if isinstance(answer, Refused):
        raise SetupError(f"{answer.executable} {answer.why}. Run make clean, then make again.")
    (checkout.venv / RECORD).unlink()
    uv = find_uv(environ, own=checkout.venv / "bin" / "uv")
    try:
        return _fill(checkout, kind, answer, uv, environ)
    except SetupError:
        _write_record(checkout, record)
        raise


def _fill(
    checkout: Checkout, kind: Kind, interpreter: Interpreter, uv: str | None, environ: Mapping[str, str]
) -> float:
    started = time.monotonic()
    installer = get_installer(checkout.python, interpreter.executable, uv, environ)
    print(f"Installing {kind.lock} with {installer.name} ...", flush=True)
    install(installer, checkout.python, checkout.root, checkout.root / kind.lock, environ)
    installed = _installed(checkout)
    record = Record(str(checkout.venv), str(interpreter), kind.value, checkout.digest(kind), installed)
    _write_record(checkout, record)
    return time.monotonic() - started


def _write_record(checkout: Checkout, record: Record) -> None:
    (checkout.venv / RECORD).write_text(json.dumps(record._asdict(), indent=1), encoding="utf-8")


def _installed(checkout: Checkout) -> list[str]:
    """The names in the environment's site-packages, commands included."""
    folders = [*checkout.venv.glob("lib/python3.*/site-packages"), checkout.venv / "bin"]
    entries = (entry.name for folder in folders if folder.is_dir() for entry in folder.iterdir())
    return sorted(set(entries) - {"__pycache__"})


def _remove(venv: Path) -> None:
    if venv.is_symlink():
        venv.unlink()
        return
    if not venv.exists():
        return
    if not (venv / "pyvenv.cfg").is_file() and any(venv.iterdir()):
        raise SetupError(f"{venv} is in the way and is no Python environment. Move it elsewhere, then run make again.")
    shutil.rmtree(venv)


@contextmanager
def _alone(checkout: Checkout) -> Iterator[None]:
    """One set-up at a time in a checkout: a second waits for the first."""
    with (checkout.root / "pyproject.toml").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
