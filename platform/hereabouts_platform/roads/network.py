"""Streets as arrays: points, stretches between junctions, and which directed stretch leads into which.

Made of a class map (class_map.py), so all of it may be used by that class. Stretch s has the directed edges 2s (as
drawn) and 2s + 1 (against it). The graph's nodes are directed edges, "about to drive it from its start"; its arcs are
turns. So one-way streets, turn restrictions and the cost of turns hold by construction.

Weights are whole numbers that a float64 holds exactly, first by how often a street only to be reached is entered, then
by time, then by length: one shortest-path search yields all three. See `packed` and `unpacked`.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from hereabouts_schemas.errors import InputError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_DM_BITS, _CS_BITS = 24, 24  # up to 1,677 km and 46 hours; 5 bits are left for entries
_DM, _CS = 1 << _DM_BITS, 1 << _CS_BITS
METRES_A_DEGREE = 111_195.08  # of latitude, on the sphere of geography/sphere.py


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Network:
    """The streets of one vehicle class.

    Attributes:
        node_id, lon, lat: [points] sorted by the point's OpenStreetMap id.
        roads: [points] how many stretches of street meet there, those that are shut counted too.
        first, points: stretch s runs through the points points[first[s]:first[s + 1]].
        name: [stretches] number of its name in `names`; 0 is none.
        is_roundabout: [stretches].
        metres: [stretches].
        seconds: [edges] to drive it; infinite where it may not be driven that way.
        is_main: [edges] whether it can be reached from, and leads to, most others.
        arc_start, arc_to, arc_weight: the graph by rows (CSR): from each directed edge into the next.
        names: of streets.
    """

    node_id: Ints
    lon: Floats
    lat: Floats
    roads: Ints
    first: Ints
    points: Ints
    name: Ints
    is_roundabout: Flags
    metres: Floats
    seconds: Floats
    is_main: Flags
    arc_start: Ints
    arc_to: Ints
    arc_weight: Floats
    names: tuple[str, ...]

    @property
    def edges(self) -> int:
        """How many directed edges there are, those that may not be driven counted."""
        return len(self.seconds)

    def graph(self) -> csr_array:
        """The arcs as scipy has them."""
        return csr_array((self.arc_weight, self.arc_to, self.arc_start), shape=(self.edges, self.edges))

    def points_of(self, edge: int) -> Ints:
        """The points of a directed edge in the order in which it is driven."""
        stretch = edge // 2
        points = self.points[self.first[stretch] : self.first[stretch + 1]]
        return points if edge % 2 == 0 else points[::-1]


def packed(seconds: Any, metres: Any, entries: Any = 0) -> Any:
    """One weight of a duration, a length and a number of entries; of numbers or arrays."""
    return (np.float64(entries) * _CS + np.rint(np.multiply(seconds, 100))) * _DM + np.rint(np.multiply(metres, 10))


def unpacked(weight: Floats) -> tuple[Floats, Floats]:
    """The seconds and metres of weights; infinite ones stay so."""
    finite = np.where(np.isfinite(weight), weight, 0)
    centiseconds = np.mod(np.floor(finite / _DM), _CS)
    blank = np.where(np.isfinite(weight), 0.0, np.inf)
    return centiseconds / 100 + blank, np.mod(finite, _DM) / 10 + blank


def save_network(network: Network, path: Path) -> None:
    """Write it to a file of numpy's kind (.npz)."""
    arrays = {field.name: getattr(network, field.name) for field in fields(Network) if field.name != "names"}
    names = np.frombuffer("\n".join(network.names).encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez(file, names=names, **arrays)


def load_network(path: Path) -> Network:
    """Read what `save_network` wrote.

    Raises:
        InputError: it is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {field.name: file[field.name] for field in fields(Network)}
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise InputError("roads", str(path), f"It cannot be read ({error}). Import the map again.") from error
    names = tuple(bytes(arrays.pop("names")).decode().split("\n"))
    return Network(**arrays, names=names)
