"""Places in GeoJSON, in metres of the National Grid, and out of OS Open UPRN."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from hereabouts_platform.geography.grid import point_to_degrees
from hereabouts_platform.imports import open_uprn
from hereabouts_platform.imports.open_uprn import UprnOptions
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.report import Cause, ImportReport
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.places import Box
from hereabouts_schemas.errors import InputError

SQUARE = [[[-1.5, 53.8], [-1.49, 53.8], [-1.49, 53.81], [-1.5, 53.81], [-1.5, 53.8]]]
OPEN_UPRN = "UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE"


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


def put(owner: Connection, path: Path, text: str, **options: object) -> ImportReport:
    path.write_text(text)
    return import_places(owner, principal_named(owner, "system:command"), path, **options)  # type: ignore[arg-type]


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: dict[str, object], **more: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def places(owner: Connection) -> dict[str, tuple[object, ...]]:
    rows = owner.execute("SELECT id, name, lon, lat, uprn, attributes, polygon FROM place").fetchall()
    return {row[0]: row[1:] for row in rows}


def test_points_and_outlines_with_the_columns_as_properties(owner: Connection, tmp_path: Path) -> None:
    outline = {"type": "Polygon", "coordinates": SQUARE}
    text = collection(
        feature({"type": "Point", "coordinates": [-1.5, 53.8]}, id="H1", kind="home", name="One", uprn=100051234567),
        feature(outline, id="PARK", kind="building", name="Park", attributes={"open": True}),
        feature(outline, id="DOOR", kind="building", name="Door", lon=-1.5, lat=53.8),
        feature(None, id="H1/loft", kind="room", name="Loft", parent="H1"),
        {**feature(None, kind="office", name="Hall"), "id": 7},
    )
    report = put(owner, tmp_path / "places.geojson", text)
    assert (report.stored, report.refused) == (5, ())
    found = places(owner)
    assert found["H1"] == ("One", -1.5, 53.8, "100051234567", {}, None)
    name, lon, lat, _, attributes, polygon = found["PARK"]
    assert (name, attributes, polygon) == ("Park", {"open": True}, outline)
    assert shapely.box(-1.5, 53.8, -1.49, 53.81).contains(shapely.Point(lon, lat))
    assert found["DOOR"][1:3] == (-1.5, 53.8)
    assert found["H1/loft"][1:3] == (None, None)
    assert found["7"][0] == "Hall"

    again = put(owner, tmp_path / "places.geojson", text)
    assert (again.stored, again.duplicate) == (0, 5)
    csv = put(owner, tmp_path / "places.csv", "id,kind,name\nPARK,building,The park\n")
    assert csv.updated == 1
    assert places(owner)["PARK"] == ("The park", *found["PARK"][1:])


def test_a_new_outline_moves_the_point_inside_it(owner: Connection, tmp_path: Path) -> None:
    moved = [[[x + 1, y] for x, y in SQUARE[0]]]
    for coordinates in (SQUARE, moved):
        shape = {"type": "Polygon", "coordinates": coordinates}
        put(owner, tmp_path / "p.geojson", collection(feature(shape, id="P", kind="building", name="P")))
    _, lon, lat, _, _, polygon = places(owner)["P"]
    assert polygon == {"type": "Polygon", "coordinates": moved}
    assert shapely.Polygon(moved[0]).contains(shapely.Point(lon, lat))


def test_features_are_refused_by_their_number(owner: Connection, tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [-1.5, 53.8]}
    wrong = [
        ({"type": "LineString", "coordinates": SQUARE[0]}, {}, Cause.WRONG_SHAPE),
        ({"type": "Point", "coordinates": []}, {}, Cause.WRONG_SHAPE),
        ({"type": "Point", "coordinates": ["a", "b"]}, {}, Cause.WRONG_SHAPE),
        ({"type": "Point", "coordinates": [53.8, -1.5]}, {}, Cause.RANGE),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, {}, Cause.NO_BOUNDARY),
        ({"type": "Polygon", "coordinates": "x"}, {}, Cause.NO_BOUNDARY),
        (point, {"lon": -1.5, "lat": 53.8}, Cause.WRONG_SHAPE),
        (point, {"kind": "house"}, Cause.UNKNOWN_KIND),
        (point, {"name": "N\0"}, Cause.WRONG_SHAPE),
        (point, {"attributes": [1]}, Cause.WRONG_SHAPE),
        (point, {"uprn": 1.5}, Cause.WRONG_SHAPE),
        ([], {}, Cause.WRONG_SHAPE),
    ]
    features = [
        feature(geometry, **({"id": f"P{k}", "kind": "building", "name": "P"} | more))
        for k, (geometry, more, _) in enumerate(wrong)
    ]
    fine = feature(point, id="P", kind="building", name="P")
    report = put(owner, tmp_path / "places.json", collection(*features, fine))
    told = [(row.line, row.cause) for row in report.refused]
    assert told == [(k, cause) for k, (_, _, cause) in enumerate(wrong, start=1)]
    assert (report.stored, report.unit) == (1, "feature")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ("[]", "FeatureCollection"),
        ('{"features": [1]}', "FeatureCollection"),
        (collection(feature(None, id="P", colour="red")), "line 1: property: 'colour'"),
        (collection({"properties": [1]}), "columns of places.csv"),
        (collection(crs={"properties": {"name": "EPSG:3857"}}), "Save places.geojson in WGS 84"),
        (collection(crs="x"), "Save places.geojson in WGS 84"),
    ],
)
def test_what_is_no_file_of_places_is_refused_whole(owner: Connection, tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        put(owner, tmp_path / "places.geojson", text)


def test_metres_of_the_national_grid(owner: Connection, tmp_path: Path) -> None:
    wanted = point_to_degrees(429_000, 433_000)
    text = (
        "id,kind,name,easting,northing,lon,lat\n"
        "M,home,M,429000,433000,,\nD,home,D,,,-1.5,53.8\nN,home,N,,,,\n"
        "X1,home,X,429000,,,\nX2,home,X,429000,433000,-1.5,53.8\nX3,home,X,700001,5,,\nX4,home,X,a,5,,\n"
    )
    report = put(owner, tmp_path / "places.csv", text)
    assert {key: row[1:3] for key, row in places(owner).items()} == {
        "M": wanted,
        "D": (-1.5, 53.8),
        "N": (None, None),
    }
    assert [(row.line, row.cause) for row in report.refused] == [
        (5, Cause.WRONG_SHAPE),
        (6, Cause.WRONG_SHAPE),
        (7, Cause.RANGE),
        (8, Cause.WRONG_SHAPE),
    ]
    assert any("converted" in note for note in report.notes)
    assert put(owner, tmp_path / "places.csv", "id,kind,name,easting,northing\nM,home,M,429000,433000\n").duplicate == 1
    assert put(owner, tmp_path / "places.csv", "id,kind,name,easting,northing\nM,home,M,,\n").updated == 1
    assert places(owner)["M"][1:3] == (None, None)
    grid = collection(
        feature({"type": "Point", "coordinates": [429000, 433000]}, id="M", kind="home", name="M"),
        crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
    )
    put(owner, tmp_path / "grid.geojson", grid)
    assert places(owner)["M"][1:3] == wanted


def test_a_dry_run_of_places_stores_nothing(owner: Connection, tmp_path: Path) -> None:
    text = "id,kind,name\nH,home,H\nX,house,X\n"
    said = put(owner, tmp_path / "places.csv", text, dry_run=True)
    assert places(owner) == {}
    assert put(owner, tmp_path / "places.csv", text) == said


ROWS = [
    "100000000001,429000.0,433000.0,53.8000000,-1.5500000",
    "000000000002,429000.0,433000.0,53.8100000,-1.5600000",
    "3,429000.0,433000.0,53.8200000,-1.6500000",  # outside
    "4,429000.0,433000.0,53.8000000,-1.5000000",  # on the edge
    "10x,1,2,53.8,-1.55",
    "5,1,2,,",
    "6,1,2",
    "7,1,2,53.8,-1.55",
    "8,1,2,north,-1.55",
]


@pytest.fixture
def mill(owner: Connection) -> Connection:
    """A ward with a boundary, a home whose UPRN is known, and one that has taken another's number as its id."""
    shape = shapely.box(-1.6, 53.7, -1.5, 53.9)
    owner.execute(
        "INSERT INTO area (code, vintage, kind, name, boundary, west, south, east, north)"
        " VALUES ('E05', '2024', 'ward', 'Mill', %s, %s, %s, %s, %s)",
        (shapely.to_geojson(shape), *shape.bounds),
    )
    owner.execute("INSERT INTO place (id, kind, name, uprn) VALUES ('H1', 'home', 'One', '100000000001')")
    owner.execute("INSERT INTO place (id, kind, name) VALUES ('7', 'home', 'Seven')")
    return owner


def in_area(owner: Connection) -> list[str]:
    return [row[0] for row in owner.execute("SELECT place_id FROM place_area ORDER BY place_id")]


@pytest.mark.parametrize("at_once", [2, 3, 50_000])
def test_open_uprn_within_an_area(mill: Connection, tmp_path: Path, at_once: int, monkeypatch) -> None:
    monkeypatch.setattr(open_uprn, "CHUNK_ROWS", at_once)
    text = "\ufeff" + OPEN_UPRN + "\n" + "\n".join(ROWS) + "\n"
    told: list[tuple[int, int]] = []

    def hear(done: int, total: int) -> None:
        told.append((done, total))

    report = put(mill, tmp_path / "osopenuprn.csv", text, uprn=UprnOptions(within="E05@2024"), progress=hear)

    assert (report.stored, report.updated, report.duplicate) == (3, 1, 0)
    assert [(row.line, row.cause) for row in report.refused] == [
        (6, Cause.WRONG_SHAPE),
        (7, Cause.WRONG_SHAPE),
        (8, Cause.WRONG_SHAPE),
        (9, Cause.CONFLICT),
        (10, Cause.WRONG_SHAPE),
    ]
    found = places(mill)
    assert found["H1"][:4] == ("One", -1.55, 53.8, "100000000001")
    assert found["2"][:4] == ("UPRN 2", -1.56, 53.81, "2")
    assert set(found) == {"H1", "2", "4", "7"}
    assert in_area(mill) == ["2", "4", "H1"]
    assert "Left out: 1 row, outside E05 as of 2024." in report.notes
    assert told[-1][0] == told[-1][1]

    again = put(mill, tmp_path / "osopenuprn.csv", text, uprn=UprnOptions(within="E05"))
    assert (again.stored, again.duplicate) == (0, 3)


def test_open_uprn_in_a_box_or_for_known_places_alone(mill: Connection, tmp_path: Path) -> None:
    text = OPEN_UPRN + "\n" + "\n".join(ROWS[:4]) + "\n"
    path = tmp_path / "osopenuprn.csv"
    known = put(mill, path, text)
    assert (known.stored, known.updated) == (1, 1)
    assert set(places(mill)) == {"H1", "7"}
    assert "Left out: 3 rows, whose UPRN no place of the store has." in known.notes
    boxed = put(mill, path, text, uprn=UprnOptions(box=Box(west=-1.7, south=53.81, east=-1.4, north=53.83)))
    assert boxed.stored == 2
    assert set(places(mill)) == {"H1", "7", "2", "3"}


def test_open_uprn_wants_a_filter_that_makes_sense(mill: Connection, tmp_path: Path) -> None:
    path, box = tmp_path / "uprn.csv", Box(west=0, south=0, east=1, north=1)
    for options, says in (
        (UprnOptions(within="E06"), "no such area with a boundary"),
        (UprnOptions(within="E05@2020"), "no such area with a boundary"),
        (UprnOptions(within="E05", box=box), "not both"),
    ):
        with pytest.raises(InputError, match=says):
            put(mill, path, f"{OPEN_UPRN}\n", uprn=options)
    with pytest.raises(InputError, match="goes on over the end of its line"):
        put(mill, path, f'{OPEN_UPRN}\n1,2,3,53.8,"-1.55\n"\n')
    with pytest.raises(InputError, match="Only a file of OS Open UPRN"):
        put(mill, tmp_path / "places.csv", "id,kind,name\n", uprn=UprnOptions(box=box))
