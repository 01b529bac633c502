"""OSRM's data set of a class map: its own programs, run as processes of their own."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from hereabouts_schemas.errors import HereaboutsError

HAS_OSRM = sys.version_info >= (3, 12)  # its wheels begin there: pyproject.toml has the same condition
PROFILE = Path(__file__).with_name("streets.lua")
NAME = "osrm/roads.osrm"
_STEPS = {"extract": "OSRM: reading the streets", "contract": "OSRM: preparing the ways"}
_PATIENCE_S = 4 * 3600


class RoadsNotBuilt(HereaboutsError):
    """A road network could not be made; the message says what the program said."""


def osrm_version() -> str | None:
    """The version of OSRM's bindings here; None where there are none."""
    return metadata.version("osrm-bindings") if HAS_OSRM else None


def build_osrm(class_map: Path, folder: Path, tell: Callable[[str], None]) -> None:
    """Make OSRM's files in `folder`/osrm from a class map.

    Raises:
        RoadsNotBuilt: one of its programs failed.
    """
    base = folder / NAME
    base.parent.mkdir()
    for step, words in _STEPS.items():
        tell(words)
        given = ["-p", str(PROFILE), "-o", str(base), str(class_map)] if step == "extract" else [str(base)]
        _run(step, given)


def _run(step: str, given: list[str]) -> None:
    command = [sys.executable, "-m", "osrm", step, "--threads", str(os.cpu_count() or 1), *given]
    try:
        done = subprocess.run(  # noqa: S603 - our own Python, paths of our own making
            command, capture_output=True, text=True, errors="replace", timeout=_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RoadsNotBuilt(f"OSRM's {step} could not be run: {error}.") from error
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if "error" in line.lower()]
        last = said[-1] if said else (done.stderr or done.stdout).strip()[-300:]
        raise RoadsNotBuilt(f"OSRM's {step} failed with exit code {done.returncode}: {last or 'it said nothing'}")
