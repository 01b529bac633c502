"""Roads: which engine answers here, and which maps there are."""

from collections.abc import Iterator
from pathlib import Path

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_platform.roads.folder import Kept, kept_roads
from hereabouts_platform.roads.osrm_build import osrm_version


def check_roads(folder: Path) -> Iterator[Check]:
    """Each vehicle class whose roads lie in `folder`; one sentence where there is none."""
    version = osrm_version()
    engine = f"OSRM {version}" if version else "Hereabouts' own shortest paths (OSRM needs Python 3.12 or newer)"
    found = list(kept_roads(folder))
    if not found:
        message = f"No map of roads is here. Once there is one, {engine} will answer."
        yield Check(name="roads", state=State.OK, message=message, detail={"osrm": version, "classes": []})
    for kept in found:
        yield _check(kept, engine, version)


def _check(kept: Kept, engine: str, version: str | None) -> Check:
    detail = {"osrm": version, "class": kept.name}
    if kept.fault is not None or kept.manifest is None:
        message = f"{kept.fault} `hereabouts roads import` makes them anew."
        return Check(name="roads", state=State.WARNING, message=message, detail=detail)
    made = kept.manifest
    of_date = f" of {made.map_date:%d %B %Y}" if made.map_date else ""
    words = f"{kept.name}: {made.streets - made.shut:,} of {made.streets:,} streets of {made.map_name}{of_date}"
    return Check(name="roads", state=State.OK, message=f"{words}; {engine} answers. {made.attribution}.", detail=detail)
