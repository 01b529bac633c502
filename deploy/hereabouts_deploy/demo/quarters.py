"""The wards of the made-up town, the smaller quarters inside them and its housing patches, as files of boundaries.

Nothing in them is real: their codes begin with DEMO, which no code of the Government Statistical Service does, and
their source says so wherever they are shown.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from hereabouts_deploy.demo.town import EAST_STEP, NORTH_STEP, SOUTH, WEST
from hereabouts_platform.imports.area_columns import AreaOptions
from hereabouts_schemas.area import AreaKind

VINTAGE = "2026"
SOURCE = "The demo town of Hereabouts"
LICENCE = "Synthetic boundaries of a made-up town: no such place exists."
FILES = {AreaKind.WARD: "wards.geojson", AreaKind.LSOA: "quarters.geojson", AreaKind.PATCH: "patches.geojson"}
PATCHES = {"DEMO-P1": "West patch", "DEMO-P2": "East patch"}

_WARDS = (("Moorside", "Harbour End"), ("Old Mill", "Bellfields"))  # west and east, from the south
_EDGES = (-4.0, 28.0, 66.0)  # in fronts of houses: the houses stand west of the middle one, the flats east of it
_ROWS = (-1.0, 5.5, 15.0)  # in streets
_QUARTER_ROWS = (-1.0, 1.5, 3.5, 5.5, 7.5, 9.5, 15.0)

Box = tuple[float, float, float, float]


def options_of(kind: AreaKind) -> AreaOptions:
    """What is said of the town's boundaries at their import."""
    return AreaOptions(kind=kind, vintage=VINTAGE, source=SOURCE, licence=LICENCE)


def write_quarters(folder: Path) -> None:
    """Write the boundaries of wards, quarters and patches; every place of the town lies in one of each."""
    wards, quarters = {}, {}
    patches = {code: (name, _box(side, _ROWS[0], _ROWS[-1])) for side, (code, name) in enumerate(PATCHES.items())}
    for row, names in enumerate(_WARDS):
        for side, name in enumerate(names):
            ward = 2 * row + side + 1
            wards[f"DEMO-W{ward}"] = (name, _box(side, _ROWS[row], _ROWS[row + 1]))
            for third in range(3):
                south, north = _QUARTER_ROWS[3 * row + third : 3 * row + third + 2]
                quarters[f"DEMO-L{ward}{'ABC'[third]}"] = (f"{name} 00{third + 1}", _box(side, south, north))
    for kind, areas in ((AreaKind.WARD, wards), (AreaKind.LSOA, quarters), (AreaKind.PATCH, patches)):
        (folder / FILES[kind]).write_text(json.dumps(_collection(areas)), encoding="utf-8")


def _box(side: int, south: float, north: float) -> Box:
    """West, south, east, north in degrees of a side of the town between two streets."""
    west, east = _EDGES[side : side + 2]
    return (
        round(WEST + west * EAST_STEP, 6),
        round(SOUTH + south * NORTH_STEP, 6),
        round(WEST + east * EAST_STEP, 6),
        round(SOUTH + north * NORTH_STEP, 6),
    )


def _collection(areas: Mapping[str, tuple[str, Box]]) -> dict[str, object]:
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]},
        }
        for code, (name, (w, s, e, n)) in areas.items()
    ]
    return {"type": "FeatureCollection", "features": features}
