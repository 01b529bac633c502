"""Vendors' decoder scripts: which there are, and what is wrong with the others."""

from collections.abc import Iterator

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_deploy.settings import Settings
from hereabouts_ingest.profiles import ScriptKilled, load_profiles
from hereabouts_ingest.scripts.folder import Script, read_shelf
from hereabouts_ingest.scripts.runner import ScriptRunner
from hereabouts_schemas.errors import InputError


def check_scripts(settings: Settings) -> Iterator[Check]:
    """Read the folder of scripts and load each; nothing is said where nobody has put one."""
    folder = settings.scripts
    if settings.scripts_dir is not None and not folder.is_dir():
        message = f"HEREABOUTS_SCRIPTS_DIR names {folder}, which is no folder: no vendor's script is used."
        yield Check(name="scripts", state=State.WARNING, message=message)
        return
    shelf = read_shelf(folder, load_profiles())
    faults = [str(error) for error in shelf.refused]
    well: list[str] = []
    runner = ScriptRunner()
    for script in (*shelf.scripts, *shelf.older):
        fault = _fault(script, runner)
        if fault:
            faults.append(fault)
        else:
            well.append(script.spec.id if script in shelf.scripts else script.keys[0])
    runner.close()
    for fault in faults:
        yield Check(name="scripts", state=State.WARNING, message=fault)
    if well:
        message = f"Vendors' scripts in {folder}: {', '.join(well)}."
        yield Check(name="scripts", state=State.OK, message=message, detail={"profiles": well})


def _fault(script: Script, runner: ScriptRunner) -> str | None:
    try:
        runner.check(script)
    except (InputError, ScriptKilled) as error:
        return str(error)
    return None
