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
        return profiles_of(shelf, self._runner)


def checked(shelf: Shelf, runner: ScriptRunner) -> Shelf:
    """A shelf without the scripts that cannot even be loaded; those are among the refused."""
    refused = list(shelf.refused)

    def loads(script: Script) -> bool:
        try:
            runner.check(script)
        except InputError as error:
            refused.append(error)
            return False
        except ScriptKilled as error:  # each of its messages will say so; perhaps only the machine was busy
            log.warning("a vendor's script was stopped", action="script_killed", why=str(error))
        return True

    scripts, older = tuple(filter(loads, shelf.scripts)), tuple(filter(loads, shelf.older))
    return Shelf(scripts=scripts, older=older, refused=tuple(refused))


def profiles_of(shelf: Shelf, runner: ScriptRunner) -> dict[str, DeviceProfile]:
    """The profiles of a shelf: the current ones by their ids, and each version by its keys."""
    found: dict[str, DeviceProfile] = {}
    for script in (*shelf.older, *shelf.scripts):
        found |= dict.fromkeys(script.keys, script_profile(script, runner))
    return found | {script.spec.id: found[script.keys[0]] for script in shelf.scripts}


def script_profile(script: Script, runner: ScriptRunner) -> DeviceProfile:
    """A device profile whose bytes are read by a script."""
    return DeviceProfile(spec=script.spec, decode=None, script=partial(runner.decode, script))
