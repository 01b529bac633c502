"""The kinds of file a dataset comes in say the same; what is wrong with a file or its description is said by name."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

from hereabouts_platform.datasets.rows import RowReader
from hereabouts_platform.datasets.source import open_source
from hereabouts_platform.datasets.spec_file import load_spec, read_spec, shipped
from hereabouts_platform.imports.tables import RowRefused
from hereabouts_schemas.errors import InputError

SPEC = """
name = "trees"
title = "Trees"
source = "Council"
licence = "OGL"
attribution = "Council"
vintage = "2026"
sensitivity = "open"
key = ["No"]
[place]
kind = "uprn"
column = "UPRN"
[time]
at = "Seen"
zone = "Europe/London"
[[column]]
name = "species"
header = "Species"
title = "Species"
type = "text"
meaning = "What it is"
[[column]]
name = "height"
header = "Height m"
title = "Height"
type = "number"
unit = "m"
meaning = "To the top"
[[column]]
name = "planted"
title = "Planted"
type = "date"
meaning = "When"
"""
ROWS = [(1, 100012345678, datetime.fromisoformat("2026-07-03T12:30"), "Oak", 12.5, date(1990, 3, 1)),
        (2, 77, datetime.fromisoformat("2026-01-03"), "Ash", None, None)]  # fmt: skip
HEADER = ["No", "UPRN", "Seen", "Species", "Height m", "planted"]
EXPECTED = [
    ("1", 2, "100012345678", datetime(2026, 7, 3, 11, 30, tzinfo=UTC),
     {"species": "Oak", "height": 12.5, "planted": "1990-03-01"}),
    ("2", 3, "77", datetime(2026, 1, 3, tzinfo=UTC), {"species": "Ash"}),
]  # fmt: skip


def as_csv(path: Path) -> None:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in ROWS]
    path.write_text("\ufeff" + "\r\n".join([",".join(HEADER), *lines, ",,,,,", ""]), encoding="utf-8", newline="")


def as_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER, *ROWS, []]:
        sheet.append(row)
    book.save(path)


def as_parquet(path: Path) -> None:
    columns = list(zip(*ROWS, strict=True))
    types = [pa.int64(), pa.int64(), pa.timestamp("ns"), pa.string(), pa.float32(), pa.date32()]
    arrays = [pa.array(column, type_) for column, type_ in zip(columns, types, strict=True)]
    pyarrow.parquet.write_table(pa.table(arrays, names=HEADER), path, row_group_size=1)


def as_geojson(path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-1.5, 53.8]},
            "properties": {name: cell if isinstance(cell, int | float | None) else str(cell)
                           for name, cell in zip(HEADER, row, strict=True)},
        }
        for row in ROWS
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def read(path: Path, spec: str = SPEC) -> list[tuple[Any, ...]]:
    described = read_spec(spec, "spec.toml")
    file = open_source(path, described)
    reader = RowReader(described, file)
    return [reader.read(line, cells) for line, cells in file.rows()]


@pytest.mark.parametrize("write", [as_csv, as_workbook, as_parquet, as_geojson], ids=lambda write: write.__name__)
def test_every_kind_of_file_gives_the_same_rows(tmp_path: Path, write: Callable[[Path], None]) -> None:
    path = tmp_path / "trees"
    write(path)
    assert [(row[0], row[1], row[3], row[6], json.loads(row[8])) for row in read(path)] == EXPECTED


def test_a_shape_is_known_by_a_point_inside_it(tmp_path: Path) -> None:
    path = tmp_path / "wards.geojson"
    ring = [[429000, 433000], [430000, 433000], [430000, 434000], [429000, 434000], [429000, 433000]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"No": 1, "n": 2},
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    spec = SPEC.split("[place]", maxsplit=1)[0] + (
        '[place]\nkind = "geometry"\n[[column]]\nname = "n"\ntitle = "N"\ntype = "integer"\nunit = "1"\nmeaning = "N"\n'
    )
    ((_, _, given, identifier, lon, lat, *_),) = read(path, spec)
    assert str(given).startswith("Polygon at -1.55")
    assert identifier is None
    assert (lon, lat) == (pytest.approx(-1.5527, abs=0.001), pytest.approx(53.797, abs=0.001))


def test_other_headers_are_named_or_ignored_but_never_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "trees.csv"
    path.write_text("no,uprn,SEEN,species,height-m,planted,Colour\n1,7,2026-01-01,Oak,1,,red\n")
    with pytest.raises(InputError, match=r"Colour.*others"):
        read(path)
    described = read_spec('others = "ignore"\n' + SPEC, "spec.toml")
    assert open_source(path, described).ignored == ("Colour",)
    assert len(read(path, 'others = "ignore"\n' + SPEC)) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no line 1"),
        (b"No,UPRN\n1,7\n", "needs Species, Height m, planted, Seen"),
        (b"No;UPRN;Seen;Species;Height m;planted\n", "Is it the right file"),
        (b"No,UPRN,Seen,Species,Height m,planted,no\n", "twice"),
        (b"No,UPRN,Seen,Species,Height m,planted\n1,7,2026-01-01,\xe9,,\n", "line 2.*not in utf-8"),
        (b'No,UPRN,Seen,Species,Height m,planted\n1,7,2026-01-01,"Oak,,\n', "line 2.*double quote"),
        (b"PK\x03\x04 and no more", "ZIP archive, but no workbook"),
        (b"PAR1 and no more", "cannot be read as Parquet"),
        (b'{"type": "FeatureCollection", "features": [', "cannot be read as GeoJSON"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xd0\xcf\x11\xe0", "old format of Excel"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(InputError, match=f"(?s){said}"):
        read(path)


def test_a_zip_of_other_things_and_a_workbook_of_several_sheets(tmp_path: Path) -> None:
    path = tmp_path / "certificates.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("certificates.csv", "a")
    with pytest.raises(InputError, match="Unpack it"):
        read(path)
    book = openpyxl.Workbook()
    book.create_sheet("Trees").append(HEADER)
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(InputError, match="Its sheets are Sheet, Trees"):
        read(tmp_path / "book.xlsx")
    assert read(tmp_path / "book.xlsx", SPEC.replace("[place]", '[file]\nsheet = "Trees"\n[place]')) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('vintage = "2026"\n', "", "--vintage"),
        ('"2026"', '"Spring"', "2026-09"),
        ('zone = "Europe/London"\n', "", "zone.*stated"),
        ('"Europe/London"', '"Atlantis"', "IANA"),
        ('unit = "m"\n', "", "unit.*UCUM"),
        ('type = "text"', 'type = "text"\nunit = "m"', "Only numbers"),
        ('type = "text"', 'type = "category"', "codes"),
        ('name = "height"', 'name = "species"', "Another column has this name"),
        ('"Height m"', '"species"', "read from it already"),
        ('kind = "uprn"', 'kind = "address"', "uprn or usrn"),
        ('column = "UPRN"', 'lon = "UPRN"', "Keys here are kind, column"),
        ('at = "Seen"', 'from = "Seen"', "at for an instant"),
        ('at = "Seen"', 'from = "Seen"\nto = "Gone"', "to_included"),
        ('sensitivity = "open"\n', "", "open or home"),
        ('name = "trees"', 'name = "Street trees"', "small letters"),
        ("[[column]]", "[[kolumn]]", "Keys here are"),
        ('"Trees"', "Trees", "TOML"),
    ],
)
def test_a_description_that_is_wrong_says_where(old: str, new: str, said: str) -> None:
    assert old in SPEC
    with pytest.raises(InputError, match=f"(?s){said}"):
        read_spec(SPEC.replace(old, new, 1), "spec.toml")


@pytest.mark.parametrize(
    ("cell", "twice", "expected"),
    [
        ("2026-03-29T01:30", None, "did not exist"),
        ("2026-10-25T01:30", None, "was twice"),
        ("2026-10-25T01:30", "second", "2026-10-25T01:30:00+00:00"),
        ("2026-10-25T01:30", "first", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T01:30+01:00", None, "2026-10-25T00:30:00+00:00"),
        ("0001-01-01T00:00+01:00", None, "calendar"),
        ("", None, "is empty"),
    ],
)
def test_a_time_that_clocks_showed_never_or_twice_is_not_guessed(
    tmp_path: Path, cell: str, twice: str | None, expected: str
) -> None:
    spec = SPEC.replace("[[column]]", f'twice = "{twice}"\n[[column]]', 1) if twice else SPEC
    path = tmp_path / "trees.csv"
    path.write_text(f"{','.join(HEADER)}\n1,7,{cell},Oak,1,\n")
    try:
        said = read(path, spec)[0][6].isoformat()
    except RowRefused as refused:
        said = refused.reason
    assert expected in said


def test_the_certificates_of_the_register_are_read_by_the_description_that_comes_along(tmp_path: Path) -> None:
    spec = load_spec("epc", "2026-09")
    found = {
        "LMK_KEY": "abc123", "UPRN": "100012345678", "ADDRESS1": "1 Mill Lane", "POSTCODE": "LS1 4AP",
        "LODGEMENT_DATE": "2021-06-08", "LODGEMENT_DATETIME": "2021-06-08 10:23:43", "CURRENT_ENERGY_RATING": "D",
        "POTENTIAL_ENERGY_RATING": "INVALID!", "CURRENT_ENERGY_EFFICIENCY": "61", "NUMBER_HABITABLE_ROOMS": "4.0",
        "TOTAL_FLOOR_AREA": "71.5", "WALLS_DESCRIPTION": "Solid brick, as built, no insulation (assumed)",
        "MAINS_GAS_FLAG": "Y", "INSPECTION_DATE": "2021-06-07", "TENURE": "NO DATA!",
    }  # fmt: skip
    header = list(dict.fromkeys([*spec.headers, *found]))
    path = tmp_path / "certificates.csv"
    path.write_text(",".join(header) + "\n" + ",".join(f'"{found.get(name, "")}"' for name in header) + "\n")
    file = open_source(path, spec)
    ((line, cells),) = file.rows()
    key, _, given, identifier, _, _, from_at, _, content, _ = RowReader(spec, file).read(line, cells)
    assert (key, given, identifier) == ("abc123", "100012345678", "100012345678")
    assert from_at == datetime(2021, 6, 7, 23, tzinfo=UTC)
    assert json.loads(str(content)) == {
        "certificate": "abc123", "rating": "D", "efficiency": 61, "inspected": "2021-06-07", "floor_area": 71.5,
        "habitable_rooms": 4, "walls": "Solid brick, as built, no insulation (assumed)", "mains_gas": True,
    }  # fmt: skip
    assert {"ADDRESS1", "POSTCODE"} <= set(file.ignored)


def test_postcodes_of_the_directory_are_read_by_the_description_that_comes_along(tmp_path: Path) -> None:
    assert shipped() == ["epc", "ons_postcodes"]
    path = tmp_path / "ONSPD_AUG_2024_UK.csv"
    path.write_text(
        "pcd,pcd2,pcds,dointr,doterm,oslaua,lat,long,lsoa21,msoa21\n"
        '"LS1 4AP","LS1  4AP","LS1 4AP","198001","","E08000035",53.797,-1.55,"E01033010","E02006875"\n'
        '"BT1 1AA","BT1  1AA","BT1 1AA","198001","199606","",99.999999,0.000000,"",""\n'
    )
    spec = load_spec("ons_postcodes", "2024-08")
    file = open_source(path, spec)
    rows = [RowReader(spec, file).read(line, cells) for line, cells in file.rows()]
    assert [(row[0], row[3]) for row in rows] == [("LS1 4AP", "LS14AP"), ("BT1 1AA", "BT11AA")]
    assert json.loads(str(rows[1][8])) == {"introduced": "198001", "ended": "199606", "lon": 0.0}
