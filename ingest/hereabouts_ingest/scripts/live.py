"""Every profile as it stands now: this release's own, and the scripts of the operator's folder beside them."""

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import structlog

from hereabouts_ingest.profiles import DeviceProfile, ScriptKilled, load_versions
from hereabouts_ingest.scripts.folder import Script, Shelf, changes_of, read_shelf
from hereabouts_ingest.scripts.runner import ScriptRunner
from hereabouts_schemas.errors import InputError

log = structlog.get_logger(__name__)

LOOK_S = 5.0


class LiveProfiles:
    """Profiles for a worker, with the process behind the scripts. Used by one thread.

    A script that was added, changed or taken away is noticed within `LOOK_S`; no restart is needed.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._native = load_versions()
        self._runner = ScriptRunner()
        self._found: dict[str, DeviceProfile] = self._native
        self._changes: frozenset[tuple[str, int, int]] = frozenset()
        self._look_at = 0.0

    def now(self) -> Mapping[str, DeviceProfile]:
        """Every profile by its id. A script that cannot be used is logged and left out."""
        if self._folder is not None and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_S
            changes = changes_of(self._folder)
            if changes != self._changes:
                self._changes = changes
                self._found = self._native | self._read(self._folder)
        return self._found

    def close(self) -> None:
        """End the process behind the scripts."""
        self._runner.close()

    def _read(self, folder: Path) -> dict[str, DeviceProfile]:
        shelf = checked(read_shelf(folder, self._native), self._runner)
        for error in shelf.refused:
            log.warning("a vendor's script cannot be used", action="script_refused", why=str(error))
        log.info("vendors' scripts read", action="scripts_read", scripts=[s.spec.id for s in shelf.scripts])
        return {script.spec.id: script_profile(script, self._runner) for script in shelf.scripts}


def checked(shelf: Shelf, runner: ScriptRunner) -> Shelf:
    """A shelf without the scripts that cannot even be loaded; those are among the refused."""
    scripts, refused = [], list(shelf.refused)
    for script in shelf.scripts:
        try:
            runner.check(script)
        except InputError as error:
            refused.append(error)
            continue
        except ScriptKilled as error:  # each of its messages will say so; perhaps only the machine was busy
            log.warning("a vendor's script was stopped", action="script_killed", why=str(error))
        scripts.append(script)
    return Shelf(scripts=tuple(scripts), refused=tuple(refused))


def script_profile(script: Script, runner: ScriptRunner) -> DeviceProfile:
    """A device profile whose bytes are read by a script."""
    return DeviceProfile(spec=script.spec, decode=None, script=partial(runner.decode, script))
