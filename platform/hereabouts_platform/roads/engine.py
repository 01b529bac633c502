"""What an engine of roads answers: tables of distances, and ways from one place to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hereabouts_platform.roads.network import Flags, Floats


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Table:
    """From each place to each other.

    Attributes:
        metres, seconds: [n, n], from row to column; infinite where there is no way.
        away_m: [n] how far each place lies from the street it was taken to be in.
    """

    metres: Floats
    seconds: Floats
    away_m: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """The way from one place to the next.

    Attributes:
        nodes: OpenStreetMap's points along it, from the one before its start to the one after its end.
        line: (longitude, latitude) from its start to its end.
    """

    metres: float
    seconds: float
    nodes: Sequence[int]
    line: tuple[tuple[float, float], ...]


class Engine(Protocol):
    """Answers for one vehicle class. `lon_lat` is [n, 2] in degrees; `curb` says which places are served from the
    vehicle's near side only, the left.
    """

    name: str

    def table(self, lon_lat: Floats, curb: Flags) -> Table:
        """From each place to each other."""
        ...

    def way(self, lon_lat: Floats, curb: Flags) -> Way | None:
        """From the first of two places to the second; None where there is none."""
        ...
