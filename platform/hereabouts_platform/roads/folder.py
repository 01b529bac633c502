"""Where road networks lie: `roads/<vehicle class>/` has a folder of data, and a manifest naming it.

A network is made in a folder of its own; then the manifest is replaced in one step. So a reader finds the old one or
the new one, whole. `maps/<hash>.osm.pbf` keeps the map itself, once for all classes: a network that is broken, or that
another release made, is made anew of it.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from hereabouts_platform.roads.class_map import Unread
from hereabouts_platform.roads.osrm_build import HAS_OSRM, osrm_version
from hereabouts_platform.roads.vehicles import VehicleClass

FORMAT = 1  # of what is kept: one more makes every network anew
ATTRIBUTION = "© OpenStreetMap contributors, ODbL"
MANIFEST, NETWORK, MAPS = "manifest.json", "network.npz", "maps"
_KINDS = (".osm.pbf", ".pbf", ".osm.bz2", ".osm.gz", ".osm")


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a road network was made of.

    Attributes:
        data: the folder with its files, beside the manifest.
        map_sha256, map_name, map_date: the file it came from; its own date, where it says one.
        osrm: version of OSRM that made its part; None where OSRM does not run: then our own network serves.
        streets, shut: of the map, and how many of them this class may not use.
        unread: values that could not be read and were taken for restrictions.
        sizes: of its files, by name, to tell a broken one.
    """

    format: int
    data: str
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


def look(folder: Path, name: str) -> Kept:
    """The network of the class called `name`, and whether it can be used."""
    try:
        manifest = msgspec.json.decode((folder / name / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        return Kept(name=name, manifest=None, fault=f"The roads of {name} have no manifest that can be read.")
    return Kept(name=name, manifest=manifest, fault=_fault(data_of(folder, manifest), manifest))


def kept_roads(folder: Path) -> Iterator[Kept]:
    """All networks in the folder, by name."""
    if folder.is_dir():
        for place in sorted(folder.iterdir()):
            if place.is_dir() and place.name != MAPS:
                yield look(folder, place.name)


def data_of(folder: Path, manifest: Manifest) -> Path:
    """The folder with a network's files."""
    return folder / manifest.vehicle.name / manifest.data


def put_in_place(folder: Path, manifest: Manifest) -> None:
    """Let the manifest be the one that counts, in one step, and remove what it replaces."""
    place = folder / manifest.vehicle.name
    beside = place / f"{MANIFEST}.new"
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    beside.replace(place / MANIFEST)
    for other in place.iterdir():
        if other.is_dir() and other.name != manifest.data:
            shutil.rmtree(other)
    _drop_unused_maps(folder)


def sizes_of(data: Path) -> dict[str, int]:
    """The size in bytes of each file of a network."""
    return {str(path.relative_to(data)): path.stat().st_size for path in sorted(data.rglob("*")) if path.is_file()}


def sha256_of(file: Path) -> str:
    """Of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def map_of(folder: Path, manifest: Manifest | None) -> Path | None:
    """The map that a network was made of; None where it is not kept any more."""
    if manifest is None:
        return None
    return next((folder / MAPS).glob(f"{manifest.map_sha256}.*"), None)


def keep_map(source: Path, digest: str, folder: Path) -> None:
    """Put a copy of the map in the folder, if there is none."""
    kind = next((kind for kind in _KINDS if source.name.endswith(kind)), ".osm.pbf")
    kept = folder / MAPS / f"{digest}{kind}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    if not kept.exists():
        beside = kept.with_name(f"part-{os.getpid()}")
        shutil.copyfile(source, beside)
        beside.replace(kept)


def _fault(data: Path, manifest: Manifest) -> str | None:
    name = manifest.vehicle.name
    if manifest.format != FORMAT:
        return f"The roads of {name} were made by another release of Hereabouts."
    if HAS_OSRM and manifest.osrm != osrm_version():
        return f"The roads of {name} were made {_by(manifest.osrm)}; here is OSRM {osrm_version()}."
    found = sizes_of(data)
    if any(found.get(file) != size for file, size in manifest.sizes.items()):
        return f"The roads of {name} are damaged: a file is missing or cut short."
    return None


def _by(osrm: str | None) -> str:
    return f"by OSRM {osrm}" if osrm else "without OSRM"


def _drop_unused_maps(folder: Path) -> None:
    """Remove copies of maps that no network was made of; none where one of them cannot say."""
    found = list(kept_roads(folder))
    used = {kept.manifest.map_sha256 for kept in found if kept.manifest is not None}
    if all(kept.manifest is not None for kept in found):
        for path in (folder / MAPS).iterdir():
            if path.name.partition(".")[0] not in used and not path.name.startswith("part-"):
                path.unlink()
