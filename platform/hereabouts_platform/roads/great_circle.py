"""Distances as the crow flies, for where there is no map: said so wherever they are shown."""

import numpy as np

from hereabouts_platform.geography.sphere import great_circle_km
from hereabouts_platform.roads.engine import Table, Way
from hereabouts_platform.roads.network import Flags, Floats

# Streets of towns are longer than the straight line by 1.2 to 1.6: Boscoe, Henry and Zdeb, "A nationwide comparison of
# driving distance versus straight-line distance to hospitals", Professional Geographer 64 (2012), has 1.417 as a mean.
DETOUR = 1.4
KMH = 22.0  # a vehicle in town, with junctions


class GreatCircle:
    """Straight lines times a detour factor, at one speed."""

    name = "great_circle"

    def table(self, lon_lat: Floats, curb: Flags) -> Table:  # noqa: ARG002 - there are no sides without streets
        """From each place to each other."""
        lon, lat = lon_lat[:, 0], lon_lat[:, 1]
        metres = great_circle_km(lon[:, None], lat[:, None], lon[None, :], lat[None, :]) * 1000 * DETOUR
        return Table(metres=metres, seconds=metres / (KMH / 3.6), away_m=np.zeros(len(lon)))

    def way(self, lon_lat: Floats, curb: Flags) -> Way:
        """From the first of two places to the second: a line, and no streets."""
        table = self.table(lon_lat, curb)
        line = tuple((float(lon), float(lat)) for lon, lat in lon_lat)
        return Way(metres=float(table.metres[0, 1]), seconds=float(table.seconds[0, 1]), nodes=(), line=line)
