"""Which places lie in which areas: as one would find out naively, and again whenever either changes."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_platform.geography.shapes import pairs_within
from hereabouts_platform.imports.area_columns import AreaOptions
from hereabouts_platform.imports.areas import import_areas
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.store import locating
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_schemas.area import AreaKind

corners = st.integers(-4, 4)


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


class Land:
    """Imports of places and areas, in the files that people give."""

    def __init__(self, owner: Connection, folder: Path) -> None:
        self._owner = owner
        self._folder = folder
        self._by = principal_named(owner, "system:command")

    def places(self, text: str, columns: str = "id,kind,name,lon,lat,parent") -> None:
        path = self._folder / "places.csv"
        path.write_text(f"{columns}\n{text}")
        assert import_places(self._owner, self._by, path).refused == ()

    def areas(self, shapes: dict[str, shapely.Geometry], vintage: str = "2024", kind: AreaKind = AreaKind.WARD) -> None:
        features = [
            {
                "type": "Feature",
                "properties": {"code": code, "name": code},
                "geometry": json.loads(shapely.to_geojson(shape)),
            }
            for code, shape in shapes.items()
        ]
        path = self._folder / "areas.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        report = import_areas(self._owner, self._by, path, AreaOptions(kind=kind, vintage=vintage))
        assert report.refused == ()

    def where(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for place, code, vintage in self._owner.execute("SELECT place_id, code, vintage FROM place_area"):
            found.setdefault(place, set()).add(f"{code}@{vintage}")
        return found


@pytest.fixture
def land(owner: Connection, tmp_path: Path) -> Land:
    return Land(owner, tmp_path)


WEST, EAST = shapely.box(-2, 53, -1, 54), shapely.box(-1, 53, 0, 54)


def test_new_places_moved_places_and_their_parts(land: Land) -> None:
    land.areas({"W": WEST, "E": EAST})
    land.places("H,home,H,-1.5,53.5,\nH/bedroom,room,Bedroom,,,H\nFAR,home,Far,5,50,\nNO,home,No,,,\n")
    assert land.where() == {"H": {"W@2024"}, "H/bedroom": {"W@2024"}}

    land.places("H,home,H,-0.5,53.5,\n")  # it moves, and its room with it
    assert land.where() == {"H": {"E@2024"}, "H/bedroom": {"E@2024"}}

    land.places("H/bedroom,room,Bedroom,-1.5,53.5,H\n")  # a point of its own counts
    assert land.where() == {"H": {"E@2024"}, "H/bedroom": {"W@2024"}}

    land.places("H,home,H,,,\n")  # nobody knows any more
    assert land.where() == {"H/bedroom": {"W@2024"}}


def test_a_place_under_another_one_lies_where_that_does(land: Land) -> None:
    land.areas({"W": WEST, "E": EAST})
    land.places("B,building,B,-1.5,53.5,\nC,building,C,-0.5,53.5,\nH,home,H,,,B\nH/loft,room,Loft,,,H\n")
    assert land.where()["H/loft"] == {"W@2024"}
    land.places("H,home,H,,,C\n")
    assert (land.where()["H"], land.where()["H/loft"]) == ({"E@2024"}, {"E@2024"})


def test_a_new_vintage_and_a_changed_boundary_are_worked_out_for_every_place(land: Land) -> None:
    land.places("H,home,H,-1.5,53.5,\nH/bedroom,room,Bedroom,,,H\nJ,home,J,-0.5,53.5,\n")
    land.areas({"W": WEST, "E": EAST})
    land.areas({"W": shapely.box(-2, 53, 0, 54)}, vintage="2025")
    land.areas({"P": WEST}, kind=AreaKind.PATCH)
    assert land.where() == {
        "H": {"W@2024", "W@2025", "P@2024"},
        "H/bedroom": {"W@2024", "W@2025", "P@2024"},
        "J": {"E@2024", "W@2025"},
    }
    land.areas({"W": shapely.box(-2, 53, -1.8, 54), "E": shapely.box(-1.8, 53, 0, 54)})
    assert land.where()["H"] == {"E@2024", "W@2025", "P@2024"}


def test_a_place_on_a_shared_border_lies_in_the_lowest_code_alone(land: Land) -> None:
    land.places("H,home,H,-1,53.5,\nK,home,K,-1,53,\nEDGE,home,Edge,-2,53.5,\n")
    land.areas({"W": WEST, "E": EAST})
    assert land.where() == {"H": {"E@2024"}, "K": {"E@2024"}, "EDGE": {"W@2024"}}


def test_an_area_without_a_boundary_keeps_what_was_said_of_it(land: Land, owner: Connection) -> None:
    land.places("H,home,H,-1.5,53.5,\n")
    owner.execute("INSERT INTO area (code, vintage, kind, name) VALUES ('S', '2024', 'ward', 'Said')")
    owner.execute("INSERT INTO place_area VALUES ('H', 'S', '2024')")
    land.areas({"W": WEST})
    land.places("H,home,H,-1.6,53.5,\n")
    assert land.where() == {"H": {"S@2024", "W@2024"}}


polygons = st.builds(
    lambda points: shapely.make_valid(shapely.convex_hull(shapely.multipoints(points))),
    st.lists(st.tuples(corners, corners), min_size=3, max_size=6),
).filter(lambda shape: shape.geom_type == "Polygon" and shape.area > 0)


@given(st.lists(polygons, min_size=1, max_size=6), st.lists(st.tuples(corners, corners), min_size=1, max_size=30))
def test_the_tree_finds_what_looking_at_every_pair_finds(
    shapes: list[shapely.Geometry], points: list[tuple[int, int]]
) -> None:
    lon, lat = (np.array(column, dtype=float) for column in zip(*points, strict=True))
    found = set(zip(*(column.tolist() for column in pairs_within(shapes, lon, lat)), strict=True))
    naive = {
        (k, j) for k, shape in enumerate(shapes) for j, point in enumerate(points) if shape.covers(shapely.Point(point))
    }
    assert found == naive


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    shapes=st.lists(polygons, min_size=1, max_size=7),
    points=st.lists(st.tuples(corners, corners), min_size=1, max_size=12),
    at_once=st.sampled_from([(1, 1), (9, 4), (500_000, 50_000)]),
)
def test_what_is_kept_is_what_looking_at_every_pair_gives(
    land: Land,
    owner: Connection,
    shapes: list[shapely.Geometry],
    points: list[tuple[int, int]],
    at_once: tuple[int, int],
) -> None:
    owner.execute("DELETE FROM place_area; DELETE FROM place; DELETE FROM area")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(locating, "MOST_CORNERS", at_once[0])
        patch.setattr(locating, "MOST_POINTS", at_once[1])
        half = len(points) // 2
        rows = [f"P{j},bin_site,P,{x},{y},\n" for j, (x, y) in enumerate(points)]
        land.places("".join(rows[:half]) or "P,bin_site,P,,,\n")
        land.areas({f"A{k}": shape for k, shape in enumerate(shapes)})
        land.places("".join(rows[half:]))
    naive = {
        f"P{j}": {f"{min(codes)}@2024"}
        for j, point in enumerate(points)
        if (codes := [f"A{k}" for k, shape in enumerate(shapes) if shape.covers(shapely.Point(point))])
    }
    assert land.where() == naive
