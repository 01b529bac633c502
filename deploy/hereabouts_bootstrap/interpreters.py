"""Which Python the environment is made with: 3.13, 3.12, then newer, then 3.11; tried, never believed."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from hereabouts_bootstrap.errors import SetupError

WANTED = "Hereabouts needs Python 3.11 or newer (3.13 at best)"
_ON_PATH = re.compile(r"^python(?:3(?:\.(\d+))?)?$")
_PYENV_FOLDER = re.compile(r"^3\.(\d+)")
_UV_REQUESTS = ("3.13", "3.12", ">=3.14", "3.11")
# Resolves a virtual environment's Python to the one below it: .venv may be remade while it is on PATH.
_PROBE = """
import ctypes, json, os, ssl, sys, sysconfig, venv, zlib
print(json.dumps({
    "executable": os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable),
    "version": sys.version_info[:3],
    "usual": sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED"),
}))
"""


class Interpreter(NamedTuple):
    """A Python that was started and answered."""

    executable: str
    version: tuple[int, int, int]

    def __str__(self) -> str:
        """As the reader is told of it."""
        return f"Python {'.'.join(map(str, self.version))} ({self.executable})"


class Refused(NamedTuple):
    """A Python that cannot be used, and why."""

    executable: str
    why: str


class Candidate(NamedTuple):
    """Where a Python may be; `minor` is what its name promises, None where the name does not say."""

    executable: str
    minor: int | None


def probe(executable: str) -> Interpreter | Refused:
    """Start `executable` and ask what it is."""
    try:
        done = subprocess.run([executable, "-E", "-c", _PROBE], capture_output=True, text=True, timeout=30, check=False)
    except FileNotFoundError:
        return Refused(executable, "is not there")
    except (OSError, subprocess.TimeoutExpired) as error:
        return Refused(executable, f"does not start ({type(error).__name__})")
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no word why"]
        return Refused(executable, f"does not run: {lines[-1][:120]}")
    try:
        facts = json.loads(done.stdout)
        major, minor, patch = facts["version"]
    except (ValueError, KeyError, TypeError):
        return Refused(executable, "answers like no Python")
    if not facts["usual"]:
        return Refused(executable, "is not the usual CPython")
    return Interpreter(facts["executable"], (major, minor, patch))


def rank(version: tuple[int, int]) -> int | None:
    """Place of a version in the order of preference, 0 first; None where it is too old."""
    major, minor = version
    if (major, minor) < (3, 11):
        return None
    order = {(3, 13): 0, (3, 12): 1, (3, 11): 1000}
    return order.get((major, minor), 2 + (major - 3) * 100 + minor - 14)


def candidates(environ: Mapping[str, str], uv: str | None) -> list[Candidate]:
    """Every place a Python may be: on PATH, known to uv, below pyenv's versions; in that order."""
    return [*_on_path(environ), *(_of_uv(uv) if uv else ()), *_of_pyenv(environ)]


def choose(environ: Mapping[str, str], uv: str | None) -> Interpreter:
    """The Python to use: the one that `PYTHON` names, else the best that answers.

    Raises:
        SetupError: none will do; the message lists what was tried.
    """
    if environ.get("PYTHON"):
        return _named(environ["PYTHON"])
    answers: dict[str, Interpreter | Refused] = {}
    best: tuple[int, Interpreter] | None = None
    for promised, candidate in _by_promise(candidates(environ, uv)):
        if best is not None and best[0] <= promised:
            break
        answer = answers[candidate.executable] = probe(candidate.executable)
        place = rank(answer.version[:2]) if isinstance(answer, Interpreter) else None
        if isinstance(answer, Interpreter) and place is not None and (best is None or place < best[0]):
            best = (place, answer)
    if best is None:
        raise SetupError(_nothing_found(answers.values()))
    return best[1]


def _named(executable: str) -> Interpreter:
    answer = probe(executable)
    if isinstance(answer, Refused):
        raise SetupError(f"PYTHON={executable} {answer.why}. Name a Python from 3.11, or leave PYTHON out.")
    if rank(answer.version[:2]) is None:
        raise SetupError(f"PYTHON={executable} is {answer}. {WANTED}.")
    return answer


def _by_promise(found: Iterable[Candidate]) -> list[tuple[int, Candidate]]:
    """The candidates by what their names promise; those that promise nothing are tried first, too old ones never."""
    ranked = [(-1 if c.minor is None else rank((3, c.minor)), c) for c in found]
    return sorted(((place, c) for place, c in ranked if place is not None), key=lambda pair: pair[0])


def _on_path(environ: Mapping[str, str]) -> Iterable[Candidate]:
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        try:
            places = sorted(Path(folder or ".").iterdir())
        except OSError:
            continue
        for place in places:
            match = _ON_PATH.match(place.name)
            if match and os.access(place, os.X_OK):
                yield Candidate(str(place), int(match[1]) if match[1] else None)


def _of_uv(uv: str) -> Iterable[Candidate]:
    for request in _UV_REQUESTS:
        command = [uv, "python", "find", "--no-python-downloads", "--no-project", "--system", request]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode == 0 and done.stdout.strip():
            yield Candidate(done.stdout.strip(), None if ">" in request else int(request.split(".")[1]))


def _of_pyenv(environ: Mapping[str, str]) -> Iterable[Candidate]:
    root = environ.get("PYENV_ROOT") or str(Path(environ.get("HOME", "/nonexistent"), ".pyenv"))
    for python in sorted(Path(root, "versions").glob("3.*/bin/python3"), reverse=True):
        match = _PYENV_FOLDER.match(python.parent.parent.name)
        if match:
            yield Candidate(str(python), int(match[1]))


def _nothing_found(answers: Iterable[Interpreter | Refused]) -> str:
    tried = [f"  {a.executable}: {a.why}" if isinstance(a, Refused) else f"  {a}: too old" for a in answers]
    cure = "Debian 12 and Ubuntu 24.04: apt install python3. With uv: uv python install 3.13. Then run make again."
    once_each = dict.fromkeys(tried or ["  nothing: no Python at all"])
    return "\n".join([f"{WANTED}, and none was found. Tried:", *once_each, cure])
