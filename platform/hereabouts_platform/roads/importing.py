"""Making the roads of a vehicle class from a map, and mending those that are broken."""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hereabouts_platform.roads.class_map import MapSummary, write_class_map
from hereabouts_platform.roads.folder import (
    ATTRIBUTION,
    FORMAT,
    NETWORK,
    Manifest,
    keep_map,
    look,
    map_of,
    put_in_place,
    sha256_of,
    sizes_of,
)
from hereabouts_platform.roads.network import save_network
from hereabouts_platform.roads.network_build import build_network
from hereabouts_platform.roads.osrm_build import HAS_OSRM, build_osrm, osrm_version
from hereabouts_platform.roads.vehicles import VehicleClass
from hereabouts_schemas.errors import NotFound

Tell = Callable[[str], None]


def import_roads(source: Path, vehicle: VehicleClass, folder: Path, tell: Tell) -> Manifest:
    """Make the network of `vehicle` from a map, and put it in place of one that was there.

    Raises:
        InputError: the map cannot be used.
        RoadsNotBuilt: OSRM failed.
    """
    with _alone(folder / vehicle.name):
        return _make(source, source.name, vehicle, folder, tell)


def mend_roads(folder: Path, name: str, tell: Tell) -> Manifest:
    """Make a network that is broken, or of another release, anew of the map that is kept; one that is whole stays.

    Raises:
        NotFound: its map is not kept any more.
        InputError, RoadsNotBuilt: as `import_roads`.
    """
    with _alone(folder / name):
        kept = look(folder, name)  # another process may have done it while we waited
        if kept.manifest is not None and kept.fault is None:
            return kept.manifest
        source = map_of(folder, kept.manifest)
        if kept.manifest is None or source is None:
            raise NotFound(f"{kept.fault} Import the map again: hereabouts roads import FILE --vehicle {name}")
        tell(f"{kept.fault} Making them anew")
        return _make(source, kept.manifest.map_name, kept.manifest.vehicle, folder, tell)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Hold the folder of a class, so that no two processes make its roads at once."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            if not any(path for path in place.iterdir() if path.name != "lock"):
                shutil.rmtree(place)  # nothing came of it: no class without roads


def _make(source: Path, map_name: str, vehicle: VehicleClass, folder: Path, tell: Tell) -> Manifest:
    data = Path(tempfile.mkdtemp(prefix="data-", dir=folder / vehicle.name))
    try:
        summary = _build(source, data, vehicle, tell)
        manifest = _manifest(summary, vehicle, source, data, map_name)
        keep_map(source, manifest.map_sha256, folder)
    except BaseException:
        shutil.rmtree(data)
        raise
    put_in_place(folder, manifest)
    return manifest


def _build(source: Path, data: Path, vehicle: VehicleClass, tell: Tell) -> MapSummary:
    class_map = data / "streets.osm.pbf"
    summary = write_class_map(source, class_map, vehicle, tell)
    tell("Joining streets into a network")
    save_network(build_network(class_map), data / NETWORK)
    if HAS_OSRM:
        build_osrm(class_map, data, tell)
    class_map.unlink()
    return summary


def _manifest(summary: MapSummary, vehicle: VehicleClass, source: Path, data: Path, map_name: str) -> Manifest:
    return Manifest(
        format=FORMAT,
        data=data.name,
        vehicle=vehicle,
        map_sha256=sha256_of(source),
        map_name=map_name,
        map_date=summary.map_date,
        imported_at=datetime.now(UTC),
        attribution=ATTRIBUTION,
        osrm=osrm_version(),
        streets=summary.streets,
        shut=summary.shut,
        barriers=summary.barriers,
        turn_rules=summary.turns,
        unread=tuple(summary.unread),
        sizes=sizes_of(data),
    )
