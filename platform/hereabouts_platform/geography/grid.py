"""British National Grid (EPSG:27700) and WGS 84 (EPSG:4326), both ways.

Ordnance Survey defines the National Grid by its grid of shifts OSTN15. Where PROJ has that file
(`uk_os_OSTN15_NTv2_OSGBtoETRS.tif` in one of its data folders), it is used, and positions agree with Ordnance Survey's
to about a centimetre, the last digit kept. The wheels of pyproj come without it; then PROJ's seven numbers for Great
Britain are used (EPSG:1314), and positions are off by 2 m as a rule and by up to 5 m at the edges of the country: at
Ordnance Survey's 40 test points by 0.1 to 4.9 m, half of them by less than 1.8 m. There and back again loses a
centimetre at most, either way. ETRS89 is taken for WGS 84, from which it differs by less than a metre.
"""

from enum import StrEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.enums import TransformDirection
from pyproj.exceptions import ProjError

Numbers = NDArray[np.float64]

DEGREE_DIGITS = 7  # about a centimetre
METRE_DIGITS = 2
EAST_END, NORTH_END = 700_000.0, 1_300_000.0  # of the National Grid; both begin at 0
# Steps are written out: left to choose for itself, PROJ takes another way for points at sea, 100 m off.
_DEGREES = "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
_SEVEN_NUMBERS = (
    "+step +proj=push +v_3 +step +proj=cart +ellps=WGS84 +step +inv +proj=helmert +x=446.448 +y=-125.157 +z=542.06 "
    "+rx=0.15 +ry=0.247 +rz=0.842 +s=-20.489 +convention=position_vector +step +inv +proj=cart +ellps=airy "
    "+step +proj=pop +v_3 "
)
_SHIFTS = "+step +inv +proj=hgridshift +grids=uk_os_OSTN15_NTv2_OSGBtoETRS.tif "
_METRES = "+step +proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy"
_FORWARD, _INVERSE = TransformDirection.FORWARD, TransformDirection.INVERSE


class Crs(StrEnum):
    """What coordinates may be given and asked for in: longitude and latitude, or easting and northing in metres."""

    WGS84 = "EPSG:4326"
    GRID = "EPSG:27700"


@cache
def has_shifts() -> bool:
    """Whether PROJ has OSTN15, and with it Ordnance Survey's own positions."""
    try:
        Transformer.from_pipeline(_DEGREES + _SHIFTS + _METRES)
    except ProjError:
        return False
    return True


@cache
def _transformer() -> Transformer:
    """From degrees to metres, or back."""
    return Transformer.from_pipeline(_DEGREES + (_SHIFTS if has_shifts() else _SEVEN_NUMBERS) + _METRES)


def say_accuracy() -> str:
    """How far converted positions may be off, as a sentence for whoever imports."""
    if has_shifts():
        return (
            "Positions of the National Grid were converted by OSTN15, as Ordnance Survey does, to about a centimetre."
        )
    return (
        "Positions of the National Grid were converted without OSTN15, which PROJ does not have here: they may be off "
        "by 2 m, at the edges of the country by 5 m."
    )


def to_degrees(easting: Numbers, northing: Numbers) -> tuple[Numbers, Numbers]:
    """Longitude and latitude of positions on the National Grid, in degrees to 7 places."""
    lon, lat = _transformer().transform(easting, northing, direction=_INVERSE)
    return np.round(lon, DEGREE_DIGITS), np.round(lat, DEGREE_DIGITS)


def to_metres(lon: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    """Easting and northing of positions in degrees, in metres to the centimetre; infinite where there is none."""
    easting, northing = _transformer().transform(lon, lat, direction=_FORWARD)
    return np.round(easting, METRE_DIGITS), np.round(northing, METRE_DIGITS)


def point_to_degrees(easting: float, northing: float) -> tuple[float, float]:
    """Longitude and latitude of one position on the National Grid."""
    lon, lat = to_degrees(np.array([easting]), np.array([northing]))
    return float(lon[0]), float(lat[0])


def point_to_metres(lon: float, lat: float) -> tuple[float, float] | None:
    """Easting and northing of one position; None outside the rectangle of the National Grid."""
    easting, northing = to_metres(np.array([lon]), np.array([lat]))
    found = float(easting[0]), float(northing[0])
    return found if is_on_grid(*found) else None


def is_on_grid(easting: float, northing: float) -> bool:
    """Whether a position lies in the rectangle of the National Grid."""
    return 0 <= easting <= EAST_END and 0 <= northing <= NORTH_END
