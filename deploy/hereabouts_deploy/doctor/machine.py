"""This machine: Python, settings, disk, what was left behind."""

import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_deploy.embedded.home import abandoned_homes
from hereabouts_deploy.settings import unknown_settings
from hereabouts_platform.geography.grid import has_shifts

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 1_000_000_000


def check_python() -> Check:
    """Whether this Python is one of ours."""
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        return Check(name="python", state=State.BROKEN, message=f"Python {version} is too old; 3.11 is needed.")
    return Check(name="python", state=State.OK, message=f"Python {version}.", detail={"version": version})


def check_grid() -> Check:
    """How exactly positions of the National Grid are converted."""
    shifts = has_shifts()
    message = (
        "Positions of the National Grid are converted by OSTN15, as Ordnance Survey does."
        if shifts
        else "PROJ lacks OSTN15: positions of the National Grid may be 2 m off, at the edges of the country 5 m. "
        "`pyproj sync --file uk_os_OSTN15` brings it, for what comes in afterwards."
    )
    return Check(name="national grid", state=State.OK, message=message, detail={"ostn15": shifts})


def check_settings() -> Iterator[Check]:
    """Environment variables that look like ours and are not."""
    for stranger in unknown_settings():
        yield Check(name="settings", state=State.WARNING, message=f"{stranger} is set and is no setting of ours.")


def check_disk(folder: Path) -> Check:
    """Whether there is room left where the data lies; the folder need not exist yet."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    state = State.OK if free >= LEAST_FREE_BYTES else State.WARNING
    few = "" if state is State.OK else " Make room: a full disk stops the database."
    return Check(
        name="disk",
        state=state,
        message=f"{free / 1e9:.1f} GB free at {existing}.{few}",
        detail={"path": str(existing), "free_bytes": free},
    )


def check_leftovers() -> Iterator[Check]:
    """Servers' folders whose data folder has gone (as root)."""
    for home, data_dir in abandoned_homes():
        message = (
            f"{home} holds the database of {data_dir}, which no longer points to it. Remove it if nobody needs it."
        )
        yield Check(name="leftovers", state=State.WARNING, message=message, detail={"path": str(home)})
