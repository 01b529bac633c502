"""The National Grid: Ordnance Survey's own test points, and there and back again."""

import csv
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_the_edges_of_the_grid() -> None:
    assert is_on_grid(0, 0)
    assert is_on_grid(700_000, 1_300_000)
    assert not is_on_grid(-1, 5)
    assert not is_on_grid(float("nan"), 5)
