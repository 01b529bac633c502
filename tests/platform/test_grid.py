"""The National Grid: Ordnance Survey's own test points, and there and back again."""

import csv
import math
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from hereabouts_platform.geography.grid import (
    has_shifts,
    is_on_grid,
    point_to_degrees,
    point_to_metres,
    say_accuracy,
)

# Published with OSTN15 by Ordnance Survey, to try implementations on; contains OS data © Crown copyright 2016.
with (Path(__file__).parent / "os_test_points.csv").open(encoding="utf-8") as file:
    POINTS = [{name: float(value) for name, value in row.items() if name != "point"} for row in csv.DictReader(file)]
SAID_M = 0.02 if has_shifts() else 5.0


def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two positions in degrees."""
    (lon, lat), (lon2, lat2) = one, other
    return math.hypot((lon - lon2) * 111_320 * math.cos(math.radians(lat)), (lat - lat2) * 111_320)


def test_no_test_point_is_further_off_than_is_said() -> None:
    to_grid, to_degrees = [], []
    for point in POINTS:
        metres = point_to_metres(point["longitude"], point["latitude"])
        assert metres is not None
        to_grid.append(math.dist(metres, (point["easting"], point["northing"])))
        degrees = point_to_degrees(point["easting"], point["northing"])
        to_degrees.append(apart(degrees, (point["longitude"], point["latitude"])))
    assert len(POINTS) == 40
    assert max(to_grid) < SAID_M
    assert max(to_degrees) < SAID_M
    assert sorted(to_grid)[20] < 2
    assert ("5 m" in say_accuracy()) is not has_shifts()


@given(st.floats(90_000, 650_000), st.floats(10_000, 1_200_000))
def test_there_and_back_again_loses_a_centimetre_at_most(easting: float, northing: float) -> None:
    lon, lat = point_to_degrees(easting, northing)
    back = point_to_metres(lon, lat)
    assert back is not None
    assert math.dist(back, (easting, northing)) < 0.02


@pytest.mark.parametrize(("lon", "lat"), [(2.35, 48.86), (100.0, 10.0), (-20.0, 50.0), (0.0, 0.0), (180.0, 90.0)])
def test_what_lies_elsewhere_is_not_on_the_grid(lon: float, lat: float) -> None:
    assert point_to_metres(lon, lat) is None


def _entry(key: str, value: object) -> bytes:
    packed = {int: "<i4x", float: "<d"}.get(type(value))
    return key.ljust(8).encode() + (struct.pack(packed, value) if packed else str(value).ljust(8).encode())


def write_shifts(path: Path, north_s: float) -> None:
    """A grid of shifts over Great Britain as NTv2 has them: every node `north_s` seconds of latitude."""
    overview = {"NUM_OREC": 11, "NUM_SREC": 11, "NUM_FILE": 1, "GS_TYPE": "SECONDS", "VERSION": "1",
                "SYSTEM_F": "OSGB36", "SYSTEM_T": "ETRS89", "MAJOR_F": 6377563.396, "MINOR_F": 6356256.909,
                "MAJOR_T": 6378137.0, "MINOR_T": 6356752.314}  # fmt: skip
    south, north, east, west, step = 49.0 * 3600, 61.0 * 3600, -3.0 * 3600, 10.0 * 3600, 3600.0
    count = round((north - south) / step + 1) * round((west - east) / step + 1)
    grid = {"SUB_NAME": "ALL", "PARENT": "NONE", "CREATED": "", "UPDATED": "", "S_LAT": south, "N_LAT": north,
            "E_LONG": east, "W_LONG": west, "LAT_INC": step, "LONG_INC": step, "GS_COUNT": count}  # fmt: skip
    head = b"".join(_entry(key, value) for key, value in (overview | grid).items())
    path.write_bytes(head + struct.pack("<4f", north_s, 0, 0, 0) * count + _entry("END", ""))


def test_shifts_are_taken_where_proj_has_them(tmp_path: Path) -> None:
    write_shifts(tmp_path / "uk_os_OSTN15_NTv2_OSGBtoETRS.tif", north_s=3.6)
    asked = (
        f"import pyproj; pyproj.datadir.append_data_dir({str(tmp_path)!r})\n"
        "from hereabouts_platform.geography.grid import has_shifts, point_to_degrees, point_to_metres, say_accuracy\n"
        "print(has_shifts(), 'by OSTN15' in say_accuracy(), *point_to_metres(-2.0, 53.801),"
        " *point_to_degrees(400_000, 433_866.73), point_to_metres(5.0, 40.0))"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    has, says, easting, northing, lon, lat, nowhere = said
    assert (has, says, nowhere) == ("True", "True", "None")
    plain = Transformer.from_pipeline(  # the projection alone, on the ellipsoid of 1830
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
    ).transform(-2.0, 53.8)
    assert (float(easting), float(northing)) == pytest.approx(plain, abs=0.01)
    back = plain[1] - 433_866.73
    assert (float(lon), float(lat)) == pytest.approx((-2.0, 53.801 - back / 111_300), abs=1e-6)


def test_the_edges_of_the_grid() -> None:
    assert is_on_grid(0, 0)
    assert is_on_grid(700_000, 1_300_000)
    assert not is_on_grid(-1, 5)
    assert not is_on_grid(float("nan"), 5)
