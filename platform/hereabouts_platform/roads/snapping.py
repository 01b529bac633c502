"""Where a place meets the streets: the nearest stretch that leads anywhere, how far along it, and on which side."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from hereabouts_platform.roads.network import METRES_A_DEGREE, Flags, Floats, Ints, Network


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Snapped:
    """Places on streets, an element each.

    Attributes:
        stretch: the nearest that leads anywhere.
        along_m: from where it begins, as drawn, in metres.
        is_left: whether the place lies on its left, as drawn.
        away_m: from the place to it.
        lon, lat: the point on the street.
    """

    stretch: Ints
    along_m: Floats
    is_left: Flags
    away_m: Floats
    lon: Floats
    lat: Floats


class Snapper:
    """Finds the nearest streets. Flat: right to a few tenths of a per cent over a county."""

    def __init__(self, network: Network) -> None:
        """Streets of `network`."""
        self._network = network
        self._squeeze = np.cos(np.radians(network.lat.mean()))

    def snap(self, lon_lat: Floats) -> Snapped:
        """Where places [n, 2] of longitude and latitude in degrees meet the streets."""
        places = shapely.points(self._flat(lon_lat[:, 0], lon_lat[:, 1]))
        tree, stretches = self._tree
        inputs, found = tree.query_nearest(places, all_matches=False)
        stretch = np.empty(len(places), dtype=np.int64)
        stretch[inputs] = stretches[found]
        lines = tree.geometries[found[np.argsort(inputs)]]
        along = shapely.line_locate_point(lines, places)
        met = shapely.line_interpolate_point(lines, along)
        x, y = shapely.get_x(met), shapely.get_y(met)
        scale = np.divide(self._network.metres[stretch], np.maximum(shapely.length(lines), 1e-9))
        return Snapped(
            stretch=stretch,
            along_m=along * scale,
            is_left=self._is_left(lines, along, places),
            away_m=np.asarray(shapely.distance(lines, places)),
            lon=x / (METRES_A_DEGREE * self._squeeze),
            lat=y / METRES_A_DEGREE,
        )

    @cached_property
    def _tree(self) -> tuple[shapely.STRtree, Ints]:
        """The stretches that lead anywhere, and their numbers."""
        network = self._network
        stretches = np.flatnonzero(network.is_main[0::2] | network.is_main[1::2])
        flat = self._flat(network.lon, network.lat)
        lengths = np.diff(network.first)[stretches]
        starts = np.repeat(network.first[stretches] - np.cumsum([0, *lengths[:-1]]), lengths)
        points = network.points[starts + np.arange(lengths.sum())]
        lines = shapely.linestrings(flat[points], indices=np.repeat(np.arange(len(stretches)), lengths))
        return shapely.STRtree(lines), stretches

    def _flat(self, lon: Floats, lat: Floats) -> Floats:
        return np.column_stack((lon * METRES_A_DEGREE * self._squeeze, lat * METRES_A_DEGREE))

    @staticmethod
    def _is_left(lines: npt.NDArray[np.object_], along: Floats, places: npt.NDArray[np.object_]) -> Flags:
        """By the direction of the line where it is met: a metre of it, before or after."""
        before = shapely.line_interpolate_point(lines, np.maximum(along - 0.5, 0))
        after = shapely.line_interpolate_point(lines, np.minimum(along + 0.5, shapely.length(lines)))
        ax, ay = shapely.get_x(before), shapely.get_y(before)
        dx, dy = shapely.get_x(after) - ax, shapely.get_y(after) - ay
        cross = dx * (shapely.get_y(places) - ay) - dy * (shapely.get_x(places) - ax)
        return np.asarray(cross > 0)
