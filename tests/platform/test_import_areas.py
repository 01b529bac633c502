"""Boundaries as they are published: formats, projections, columns guessed or asked for, mended, the same file twice."""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from hereabouts_platform.geography.grid import point_to_metres
from hereabouts_platform.imports.area_columns import AreaOptions, choose
from hereabouts_platform.imports.areas import import_areas
from hereabouts_platform.imports.report import Cause, ImportReport
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_schemas.access import Principal, PrincipalKind, Role
from hereabouts_schemas.area import AreaKind
from hereabouts_schemas.errors import InputError, NotAllowed

WEST_WARD = shapely.box(400_000, 430_000, 401_000, 431_000)
EAST_WARD = shapely.box(401_000, 430_000, 402_000, 431_000)
WARDS = {"E05000001": ("Mill", WEST_WARD), "E05000002": ("Weir", EAST_WARD)}


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


def write(
    path: Path,
    areas: Mapping[str, tuple[str, BaseGeometry]],
    *,
    columns: tuple[str, ...] = ("WD24CD", "WD24NM"),
    crs: str = "EPSG:27700",
    more: Mapping[str, Sequence[str]] | None = None,
    **options: object,
) -> Path:
    """Boundaries as GDAL writes them; `more` are further columns."""
    extra = more or {}
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([shape for _, shape in areas.values()], dtype=object)),
        field_data=[
            np.array(list(areas), dtype=object),
            np.array([name for name, _ in areas.values()], dtype=object),
            *(np.array(values, dtype=object) for values in extra.values()),
        ],
        fields=[*columns, *extra],
        geometry_type="Polygon",
        crs=crs,
        **options,
    )
    return path


def put(owner: Connection, path: Path, *, dry_run: bool = False, **options: object) -> ImportReport:
    by = principal_named(owner, "system:command")
    return import_areas(owner, by, path, AreaOptions(**options), dry_run=dry_run)  # type: ignore[arg-type]


def stored(owner: Connection) -> list[tuple[object, ...]]:
    return owner.execute("SELECT code, vintage, kind, name FROM area ORDER BY code, vintage").fetchall()


def moved(shape: BaseGeometry, epsg: int) -> BaseGeometry:
    """A shape of the National Grid in another projection."""
    from pyproj import Transformer

    transformer = Transformer.from_crs(27700, epsg, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])))


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".zip"])
@pytest.mark.parametrize("epsg", [27700, 4326, 3857])
def test_formats_and_projections_say_the_same(owner: Connection, tmp_path: Path, suffix: str, epsg: int) -> None:
    if suffix == ".geojson" and epsg == 3857:
        epsg = 4258  # GDAL writes no other projection into GeoJSON that anybody uses
    areas = {code: (name, moved(shape, epsg)) for code, (name, shape) in WARDS.items()}
    path = write(tmp_path / f"wards{'.shp' if suffix == '.zip' else suffix}", areas, crs=f"EPSG:{epsg}")
    if suffix == ".zip":
        path = tmp_path / "wards.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in sorted(tmp_path.glob("wards.*")):
                if part != path:
                    archive.write(part, f"Data/GB/{part.name}")

    report = put(owner, path)

    assert (report.stored, report.updated, report.duplicate, report.refused_count) == (2, 0, 0, 0)
    assert stored(owner) == [("E05000001", "2024", "ward", "Mill"), ("E05000002", "2024", "ward", "Weir")]
    boundary, *box = owner.execute("SELECT boundary::text, west, south, east, north FROM area").fetchall()[0]
    shape = shapely.from_geojson(boundary)
    assert shape.bounds == pytest.approx(box)
    corners = [point_to_metres(lon, lat) for lon, lat in shapely.get_coordinates(shape).tolist()]
    assert np.array(sorted(set(corners))) == pytest.approx(
        np.array([(e, n) for e in (400_000, 401_000) for n in (430_000, 431_000)], dtype=float)[
            np.lexsort((np.array([430_000, 431_000] * 2), np.array([400_000] * 2 + [401_000] * 2)))
        ],
        abs=0.05,
    )
    assert f"EPSG:{epsg}" in " ".join(report.notes)


def test_the_same_file_again_changes_nothing_and_a_new_vintage_stands_beside_the_old(
    owner: Connection, tmp_path: Path
) -> None:
    path = write(tmp_path / "wards.gpkg", WARDS)
    put(owner, path)
    stamps = owner.execute("SELECT code, updated_at FROM area ORDER BY code").fetchall()

    again = put(owner, path)
    assert (again.stored, again.duplicate) == (0, 2)
    assert owner.execute("SELECT code, updated_at FROM area ORDER BY code").fetchall() == stamps

    newer = put(owner, write(tmp_path / "newer.gpkg", WARDS, columns=("WD25CD", "WD25NM")))
    assert newer.stored == 2
    assert [row[:2] for row in stored(owner)] == [
        (code, vintage) for code in sorted(WARDS) for vintage in ("2024", "2025")
    ]

    renamed = {**WARDS, "E05000001": ("Old Mill", WEST_WARD)}
    changed = put(owner, write(tmp_path / "renamed.gpkg", renamed))
    assert (changed.stored, changed.updated, changed.duplicate) == (1, 1, 1)


def test_a_dry_run_says_the_same_and_stores_nothing(owner: Connection, tmp_path: Path) -> None:
    path = write(tmp_path / "wards.gpkg", WARDS)
    said = put(owner, path, dry_run=True)
    assert stored(owner) == []
    assert owner.execute("SELECT count(*) FROM audit").fetchone() == (0,)
    assert put(owner, path) == said


def test_whose_boundaries_they_are_and_what_has_to_be_said(owner: Connection, tmp_path: Path) -> None:
    put(owner, write(tmp_path / "wards.gpkg", WARDS))
    patches = {"P1": ("North", WEST_WARD)}
    path = write(tmp_path / "patches.gpkg", patches, columns=("code", "name"))
    unnamed = put(owner, path, kind=AreaKind.PATCH, vintage="2026-04")
    assert any("--source" in note for note in unnamed.notes)

    named = put(owner, path, kind=AreaKind.PATCH, vintage="2026-04", source="Us", licence="Ours.")
    assert (named.stored, named.updated) == (1, 1)
    assert put(owner, path, kind=AreaKind.PATCH, vintage="2026-04").duplicate == 1
    found = owner.execute(
        "SELECT a.code, s.name, s.licence FROM area a JOIN area_source s ON s.id = a.source_id ORDER BY a.code"
    ).fetchall()
    ons = (
        "Source: Office for National Statistics licensed under the Open Government Licence v.3.0. "
        "Contains OS data © Crown copyright and database right 2024."
    )
    assert found == [
        ("E05000001", "Office for National Statistics", ons),
        ("E05000002", "Office for National Statistics", ons),
        ("P1", "Us", "Ours."),
    ]


def test_what_is_broken_is_mended_and_said_and_what_is_no_area_is_refused(owner: Connection, tmp_path: Path) -> None:
    bow = [[-1.99, 53.7], [-1.98, 53.71], [-1.98, 53.7], [-1.99, 53.71], [-1.99, 53.7]]
    square = [[-1.99, 53.7], [-1.98, 53.7], [-1.98, 53.71], [-1.99, 53.71], [-1.99, 53.7]]
    geometries = [
        ("A1", "Bow", {"type": "Polygon", "coordinates": [bow]}),
        ("A2", "Line", {"type": "LineString", "coordinates": square}),
        ("A3", "None", None),
        ("", "Nameless", {"type": "Polygon", "coordinates": [square]}),
        ("A5", "", {"type": "Polygon", "coordinates": [square]}),
        ("A@6", "At", {"type": "Polygon", "coordinates": [square]}),
        ("A7", "Swapped", {"type": "Polygon", "coordinates": [[[lat, lon] for lon, lat in square]]}),
        ("A8", "Whole", {"type": "Polygon", "coordinates": [square]}),
        ("A9", "Parted", {"type": "Polygon", "coordinates": [square]}),
        ("A9", "Parted", {"type": "Polygon", "coordinates": [[[x - 1, y] for x, y in square]]}),
        ("A9", "Another", {"type": "Polygon", "coordinates": [square]}),
    ]
    features = [
        {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}
        for code, name, geometry in geometries
    ]
    path = tmp_path / "patches.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))

    report = put(owner, path, kind=AreaKind.PATCH, vintage="2026")

    assert [row[0] for row in stored(owner)] == ["A1", "A8", "A9"]
    assert [(row.line, row.cause) for row in report.refused] == [
        (2, Cause.NO_BOUNDARY),
        (3, Cause.NO_BOUNDARY),
        (4, Cause.WRONG_SHAPE),
        (5, Cause.WRONG_SHAPE),
        (6, Cause.WRONG_SHAPE),
        (7, Cause.NO_BOUNDARY),
        (11, Cause.DOUBLE),
    ]
    notes = " ".join(report.notes)
    assert "mended: A1 (feature 1)" in notes
    assert "joined into one area each: A9" in notes
    shapes = dict(owner.execute("SELECT code, boundary::text FROM area").fetchall())
    assert all(shapely.from_geojson(text).is_valid for text in shapes.values())
    assert shapely.from_geojson(shapes["A1"]).area == pytest.approx(0.5 * 0.01 * 0.01, rel=1e-6)
    assert shapely.from_geojson(shapes["A9"]).area == pytest.approx(2 * 0.01 * 0.01, rel=1e-6)
    assert report.unit == "feature"


UNCLEAR = [
    (["WD24CD", "WD24NM", "LAD24CD", "LAD24NM"], {}, "WD24CD and LAD24CD may all hold the code"),
    (["WD24CD", "WD23CD", "name"], {"kind": AreaKind.WARD}, "WD24CD and WD23CD"),
    (["FID", "ward"], {}, "The columns are FID, ward"),
    (["code", "name"], {"vintage": "2024"}, "Nothing in the file says what its areas are"),
    (["code", "name"], {"kind": AreaKind.PATCH}, "of which year"),
    (["code", "label"], {"kind": AreaKind.PATCH, "vintage": "2024"}, "The columns are code, label"),
    (["code", "name"], {"kind": AreaKind.PATCH, "vintage": "Dec 2024"}, "like 2024 or 2024-12"),
    (["code", "name"], {"code_column": "Code"}, "The columns are code, name"),
    (["WD24CD", "WD24NM"], {"name_column": "NAME"}, "The columns are WD24CD, WD24NM"),
]


@pytest.mark.parametrize(("columns", "options", "says"), UNCLEAR)
def test_what_is_unclear_is_asked_for_and_never_guessed(columns: list[str], options: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        choose(columns, "layer", AreaOptions(**options))


CLEAR = [
    (["FID", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM"], "wards", {"kind": AreaKind.WARD},
     ("ward", "2024", "WD24CD", "WD24NM")),
    (["LSOA21CD", "LSOA21NM", "LSOA21NMW", "BNG_E"], "x", {}, ("lsoa", "2021", "LSOA21CD", "LSOA21NM")),
    (["lad24cd", "lad24nm"], "x", {"vintage": "2024-12"}, ("council", "2024-12", "lad24cd", "lad24nm")),
    (["Name", "Area_Code", "Census_Code"], "district_borough_unitary_ward", {"vintage": "2024-10"},
     ("ward", "2024-10", "Census_Code", "Name")),
    (["NAME", "AREA_CODE", "CODE"], "district_borough_unitary_region", {"vintage": "2024"},
     ("council", "2024", "CODE", "NAME")),
    (["RMSect", "x"], "sectors",
     {"kind": AreaKind.POSTCODE_SECTOR, "vintage": "2024", "code_column": "RMSect", "name_column": "RMSect"},
     ("postcode_sector", "2024", "RMSect", "RMSect")),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "layer", "options", "wanted"), CLEAR)
def test_what_columns_say_is_taken(columns: list[str], layer: str, options: dict, wanted: tuple[str, ...]) -> None:
    found = choose(columns, layer, AreaOptions(**options))
    assert (found.kind, found.vintage, found.code_column, found.name_column) == wanted


def test_a_file_of_several_layers_wants_one_named(owner: Connection, tmp_path: Path) -> None:
    path = write(tmp_path / "both.gpkg", WARDS, layer="wards")
    write(path, {"E05000003": ("Lock", EAST_WARD)}, layer="others", append=True)
    with pytest.raises(InputError, match=r"several layers\. Name one: wards, others"):
        put(owner, path)
    with pytest.raises(InputError, match="has wards, others"):
        put(owner, path, layer="ward")
    assert put(owner, path, layer="others").stored == 1


def test_files_that_cannot_be_used(owner: Connection, tmp_path: Path) -> None:
    bare = write(tmp_path / "bare.shp", WARDS)
    bare.with_suffix(".prj").unlink()
    with pytest.raises(InputError, match="does not say its projection"):
        put(owner, bare)
    with pytest.raises(InputError, match=r"Save lambert\.gpkg in one of EPSG:4326"):
        put(owner, write(tmp_path / "lambert.gpkg", WARDS, crs="EPSG:2154"))
    for name, text in (("wards.csv", b"a,b\n"), ("wards.zip", b"PK"), ("wards.gpkg", b"no")):
        (tmp_path / name).write_bytes(text)
        with pytest.raises(InputError, match="file: "):
            put(owner, tmp_path / name)
    put(owner, write(tmp_path / "wards.gpkg", WARDS))
    with pytest.raises(InputError, match="is stored as ward"):
        put(owner, tmp_path / "wards.gpkg", kind=AreaKind.PATCH, code_column="WD24CD")
    reader = Principal(id=1, name="reader", kind=PrincipalKind.PERSON, roles=frozenset({Role.READER}))
    with pytest.raises(NotAllowed):
        import_areas(owner, reader, tmp_path / "wards.gpkg", AreaOptions())


def test_esri_s_own_words_for_the_national_grid_are_understood(owner: Connection, tmp_path: Path) -> None:
    path = write(tmp_path / "esri.shp", WARDS)
    text = path.with_suffix(".prj").read_text()
    assert "EPSG" not in text
    assert put(owner, path).stored == 2
