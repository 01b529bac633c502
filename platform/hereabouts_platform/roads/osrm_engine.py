"""Answers of OSRM. Imported only where its bindings are: Python 3.12 and newer."""

from pathlib import Path
from typing import Any

import numpy as np
import osrm

from hereabouts_platform.roads.engine import Table, Way
from hereabouts_platform.roads.network import Flags, Floats
from hereabouts_platform.roads.osrm_build import NAME, RoadsNotBuilt
from hereabouts_platform.roads.snapping import Snapper

CELLS = 2_000_000  # of one answer: some 40 MB while it is read


class OsrmEngine:
    """Answers of OSRM on the data set in a folder."""

    name = "osrm"

    def __init__(self, folder: Path, snapper: Snapper) -> None:
        """On the data set that `build_osrm` made in `folder`; `snapper` knows which streets lead anywhere.

        Raises:
            RoadsNotBuilt: OSRM cannot read it.
        """
        self._snapper = snapper
        try:
            self._osrm = osrm.OSRM(
                algorithm="CH",
                storage_config=str(folder / NAME),
                use_shared_memory=False,
                max_locations_distance_table=-1,
            )
        except RuntimeError as error:
            raise RoadsNotBuilt(f"OSRM cannot read {folder / NAME}: {error}. Import the map again.") from error

    def table(self, lon_lat: Floats, curb: Flags) -> Table:
        """From each place to each other."""
        lon_lat, curb, away = self._on_streets(lon_lat, curb)
        places = len(lon_lat)
        metres, seconds = np.empty((places, places)), np.empty((places, places))
        rows = max(1, CELLS // places)
        for begin in range(0, places, rows):
            block = range(begin, min(begin + rows, places))
            answer = self._ask_table(lon_lat, curb, list(block))
            for row, metre, second in zip(block, answer["distances"], answer["durations"], strict=True):
                metres[row], seconds[row] = _numbers(metre), _numbers(second)
        unreached = np.isinf(metres) | np.isinf(seconds)
        metres[unreached] = seconds[unreached] = np.inf
        return Table(metres=metres, seconds=seconds, away_m=away)

    def way(self, lon_lat: Floats, curb: Flags) -> Way | None:
        """From the first of two places to the second; None where there is none."""
        lon_lat, curb, _away = self._on_streets(lon_lat, curb)
        asked = osrm.RouteParameters(
            coordinates=_pairs(lon_lat),
            approaches=_approaches(curb),
            annotations=["nodes"],
            geometries="geojson",
            overview="full",
            continue_straight=False,
            generate_hints=False,
        )
        try:
            route = self._osrm.Route(asked)["routes"][0]
        except RuntimeError as error:
            if "NoRoute" in str(error):
                return None
            raise
        return Way(
            metres=float(route["distance"]),
            seconds=float(route["duration"]),
            nodes=[int(node) for node in route["legs"][0]["annotation"]["nodes"]],
            line=tuple((float(point[0]), float(point[1])) for point in route["geometry"]["coordinates"]),
        )

    def _on_streets(self, lon_lat: Floats, curb: Flags) -> tuple[Floats, Flags, Floats]:
        """Places nearest to a street that leads nowhere, put on the next that does, where either side is theirs; and
        how far each place is from its street.
        """
        met = self._snapper.snap(lon_lat)
        near = np.array([self._nearest(pair) for pair in _pairs(lon_lat)])
        moved = met.away_m > near + 1.0
        streets = np.column_stack((met.lon, met.lat))
        return np.where(moved[:, None], streets, lon_lat), curb & ~moved, np.maximum(near, met.away_m)

    def _nearest(self, pair: tuple[float, float]) -> float:
        """Metres from a place to the street that OSRM takes it to."""
        asked = osrm.NearestParameters(coordinates=[pair], generate_hints=False)
        return float(self._osrm.Nearest(asked)["waypoints"][0]["distance"])

    def _ask_table(self, lon_lat: Floats, curb: Flags, sources: list[int]) -> Any:
        asked = osrm.TableParameters(
            coordinates=_pairs(lon_lat),
            sources=sources,
            annotations=["duration", "distance"],
            approaches=_approaches(curb),
            generate_hints=False,
        )
        return self._osrm.Table(asked)


def _pairs(lon_lat: Floats) -> list[tuple[float, float]]:
    return [(float(lon), float(lat)) for lon, lat in lon_lat]


def _approaches(curb: Flags) -> list[str]:
    return ["curb" if near else "unrestricted" for near in curb]


def _numbers(row: Any) -> list[float]:
    """A row of OSRM's answer; infinite where it has none."""
    return [np.inf if value is None else value for value in row]
