"""Where road networks lie: `roads/<vehicle class>/` with a manifest, made beside and then put in place.

`maps/<hash>.osm.pbf` keeps the map itself, once for all classes: a network that is broken, or that another release
made, is made anew of it.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hereabouts_platform.roads.class_map import MapSummary, Unread, write_class_map
from hereabouts_platform.roads.network import save_network
from hereabouts_platform.roads.network_build import build_network
from hereabouts_platform.roads.osrm_build import HAS_OSRM, build_osrm, osrm_version
from hereabouts_platform.roads.vehicles import VehicleClass

FORMAT = 1  # of what is kept: one more makes every network anew
ATTRIBUTION = "© OpenStreetMap contributors, ODbL"
MANIFEST, NETWORK, MAPS = "manifest.json", "network.npz", "maps"
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a road network was made of.

    Attributes:
        map_sha256, map_name, map_date: the file it came from; its own date, where it says one.
        osrm: version of OSRM that made its part; None where OSRM does not run: then our own network serves.
        streets, shut: of the map, and how many of them this class may not use.
        unread: values that could not be read and were taken for restrictions.
        sizes: of its files, by name, to tell a broken one.
    """

    format: int
    vehicle: VehicleClass
    map_sha256: str
    map_name: str
    map_date: datetime | None
    imported_at: datetime
    attribution: str
    osrm: str | None
    streets: int
    shut: int
    barriers: int
    turn_rules: int
    unread: tuple[Unread, ...]
    sizes: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A network as found in the folder.

    Attributes:
        manifest: None where it cannot be read.
        fault: what is wrong with it, as a sentence; None where it can be used.
    """

    name: str
    manifest: Manifest | None
    fault: str | None


def import_roads(source: Path, vehicle: VehicleClass, folder: Path, tell: Tell) -> Manifest:
    """Make the network of `vehicle` from a map, and put it in place of one that was there.

    Raises:
        InputError: the map cannot be used.
        RoadsNotBuilt: OSRM failed.
    """
    digest = sha256_of(source)
    kept = keep_map(source, digest, folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".building-") as beside:
        made = Path(beside) / vehicle.name
        made.mkdir()
        summary = _build(kept, made, vehicle, tell)
        manifest = _manifest(summary, vehicle, digest, source.name, made)
        (made / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        place = folder / vehicle.name
        if place.exists():
            place.rename(Path(beside) / "before")
        made.rename(place)
    drop_unused_maps(folder)
    return manifest


def _build(source: Path, made: Path, vehicle: VehicleClass, tell: Tell) -> MapSummary:
    class_map = made / "streets.osm.pbf"
    summary = write_class_map(source, class_map, vehicle, tell)
    tell("Joining streets into a network")
    save_network(build_network(class_map), made / NETWORK)
    if HAS_OSRM:
        build_osrm(class_map, made, tell)
    class_map.unlink()
    return summary


def _manifest(summary: MapSummary, vehicle: VehicleClass, digest: str, name: str, made: Path) -> Manifest:
    return Manifest(
        format=FORMAT,
        vehicle=vehicle,
        map_sha256=digest,
        map_name=name,
        map_date=summary.map_date,
        imported_at=datetime.now(UTC),
        attribution=ATTRIBUTION,
        osrm=osrm_version(),
        streets=summary.streets,
        shut=summary.shut,
        barriers=summary.barriers,
        turn_rules=summary.turns,
        unread=tuple(summary.unread),
        sizes={str(path.relative_to(made)): path.stat().st_size for path in _files(made)},
    )


def look(folder: Path, name: str) -> Kept:
    """The network of the class called `name`, and whether it can be used."""
    place = folder / name
    try:
        manifest = msgspec.json.decode((place / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return Kept(name=name, manifest=None, fault=f"The roads of {name} have no manifest that can be read.")
    return Kept(name=name, manifest=manifest, fault=_fault(place, manifest))


def _fault(place: Path, manifest: Manifest) -> str | None:
    name = manifest.vehicle.name
    if manifest.format != FORMAT:
        return f"The roads of {name} were made by another release of Hereabouts."
    if HAS_OSRM and manifest.osrm not in {None, osrm_version()}:
        return f"The roads of {name} were made by OSRM {manifest.osrm}; here is {osrm_version()}."
    sizes = {str(path.relative_to(place)): path.stat().st_size for path in _files(place)}
    if any(sizes.get(file) != size for file, size in manifest.sizes.items()):
        return f"The roads of {name} are damaged: a file is missing or cut short."
    return None


def kept_roads(folder: Path) -> Iterator[Kept]:
    """All networks in the folder, by name."""
    if not folder.is_dir():
        return
    for place in sorted(folder.iterdir()):
        if place.is_dir() and place.name != MAPS and not place.name.startswith("."):
            yield look(folder, place.name)


def _files(place: Path) -> Iterator[Path]:
    return (path for path in sorted(place.rglob("*")) if path.is_file() and path.name != MANIFEST)


def sha256_of(file: Path) -> str:
    """Of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def map_of(folder: Path, digest: str) -> Path:
    """Where the map with this hash is kept."""
    return folder / MAPS / f"{digest}.osm.pbf"


def keep_map(source: Path, digest: str, folder: Path) -> Path:
    """A copy of the map in the folder, made if there is none."""
    kept = map_of(folder, digest)
    kept.parent.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        beside = kept.with_suffix(".part")
        shutil.copyfile(source, beside)
        beside.rename(kept)
    return kept


def drop_unused_maps(folder: Path) -> None:
    """Remove the copies of maps that no network was made of, unless one cannot say."""
    found = list(kept_roads(folder))
    used = {kept.manifest.map_sha256 for kept in found if kept.manifest is not None}
    if used and all(kept.manifest is not None for kept in found):
        for path in (folder / MAPS).glob("*.osm.pbf"):
            if path.name.removesuffix(".osm.pbf") not in used:
                path.unlink()
