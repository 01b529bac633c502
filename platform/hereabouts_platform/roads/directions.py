"""A way in words: which turn into which street. Pure; the same for every engine.

Streets that are shut to the vehicle count at a junction: where only one way is open, the driver still has to be told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hereabouts_platform.roads.network import Ints, Network
from hereabouts_platform.roads.turn_cost import angle_between, bearing

_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
BEND, TURN, SHARP, ROUND = 25.0, 45.0, 130.0, 170.0  # degrees


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What to do, and how far it is from there to the next step."""

    says: str
    metres: int


@dataclass(kw_only=True, slots=True)
class _Piece:
    """From one point to the next: its street, bearing, length, and how many pieces of street meet where it begins."""

    name: str
    bearing: float
    metres: float
    roads: int
    is_roundabout: bool
    is_back: bool


class Guide:
    """Puts ways into words."""

    def __init__(self, network: Network) -> None:
        """Of the streets of `network`."""
        self._network = network
        self._keys, self._stretch = _pieces_of(network)

    def steps(self, nodes: Sequence[int], metres: float, stop: tuple[float, float] | None = None) -> tuple[Step, ...]:
        """The steps of a way over OpenStreetMap's `nodes`, `metres` long in all, to `stop` (longitude, latitude)."""
        pieces = list(self._pieces(nodes))
        if not pieces:
            return (Step(says="Stay where you are.", metres=0),)
        said = list(_say(pieces))
        scale = metres / max(sum(piece.metres for piece in pieces), 0.1)  # the first and last pieces are driven in part
        lengths = _lengths(pieces, [at for at, _words in said])
        steps = [
            Step(says=words, metres=round(length * scale)) for (_at, words), length in zip(said, lengths, strict=True)
        ]
        return (*steps, Step(says=f"You have arrived{self._side(nodes, stop)}.", metres=0))

    def _side(self, nodes: Sequence[int], stop: tuple[float, float] | None) -> str:
        if stop is None:
            return ""
        network = self._network
        a, b = np.searchsorted(network.node_id, nodes[-2:])
        ahead = bearing(network.lon[a], network.lat[a], network.lon[b], network.lat[b])
        aside = angle_between(ahead, bearing(network.lon[a], network.lat[a], *stop))
        return ": the stop is on the right" if aside > 0 else ": the stop is on the left"

    def _pieces(self, nodes: Sequence[int]) -> Iterator[_Piece]:
        network = self._network
        places = np.searchsorted(network.node_id, np.asarray(nodes, dtype=np.int64))
        stretches = self._find(places)
        for number, (a, b) in enumerate(pairwise(places)):
            stretch = int(stretches[number])
            east = (network.lon[b] - network.lon[a]) * np.cos(np.radians(network.lat[a]))
            yield _Piece(
                name=network.names[int(network.name[stretch])],
                bearing=bearing(network.lon[a], network.lat[a], network.lon[b], network.lat[b]),
                metres=float(np.hypot(east, network.lat[b] - network.lat[a])) * 111_195,
                roads=int(network.roads[a]),
                is_roundabout=bool(network.is_roundabout[stretch]),
                is_back=number > 0 and places[number - 1] == b,
            )

    def _find(self, places: Ints) -> Ints:
        """The stretch of each piece between points."""
        low, high = np.minimum(places[:-1], places[1:]), np.maximum(places[:-1], places[1:])
        keys = low * len(self._network.node_id) + high
        found = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return self._stretch[found]


def _pieces_of(network: Network) -> tuple[Ints, Ints]:
    """A key of each piece between two points, sorted, and the stretch that it belongs to."""
    counts = np.diff(network.first)
    stretch = np.repeat(np.arange(len(counts)), counts)
    a, b = network.points[:-1], network.points[1:]
    inside = stretch[:-1] == stretch[1:]
    a, b, stretch = a[inside], b[inside], stretch[:-1][inside]
    keys = np.minimum(a, b) * len(network.node_id) + np.maximum(a, b)
    order = np.argsort(keys, kind="stable")
    return keys[order], stretch[order]


def _lengths(pieces: list[_Piece], begins: list[int]) -> list[float]:
    ends = [*begins[1:], len(pieces)]
    return [sum(piece.metres for piece in pieces[a:b]) for a, b in zip(begins, ends, strict=True)]


def _say(pieces: list[_Piece]) -> Iterator[tuple[int, str]]:
    """The number of the piece that each step begins with, and its words."""
    first = pieces[0]
    on = f" along {first.name}" if first.name else ""
    yield 0, f"Set off {_COMPASS[round(first.bearing / 45) % 8]}{on}."
    entered: float | None = None  # the bearing with which a roundabout was entered
    for number in range(1, len(pieces)):
        before, here = pieces[number - 1], pieces[number]
        if here.is_roundabout:
            entered = before.bearing if entered is None and not before.is_roundabout else entered
            continue
        if before.is_roundabout and entered is not None:
            yield number, f"At the roundabout leave {_leave(angle_between(entered, here.bearing))}{_into(here.name)}."
            entered = None
            continue
        words = _turn(before, here)
        if words:
            yield number, words


def _turn(before: _Piece, here: _Piece) -> str | None:
    angle = angle_between(before.bearing, here.bearing)
    if here.is_back or abs(angle) >= ROUND:
        return f"Turn round{_into(here.name)}."
    side = "right" if angle > 0 else "left"
    is_new = here.name != before.name
    if here.roads > 2 and abs(angle) >= TURN:
        sharp = "sharp " if abs(angle) >= SHARP else ""
        return f"Turn {sharp}{side}{_into(here.name) if is_new else f' to stay on {here.name}' if here.name else ''}."
    if here.roads > 2 and is_new and abs(angle) >= BEND:
        return f"Bear {side}{_into(here.name)}."
    return f"Continue{_into(here.name)}." if is_new and here.name else None


def _into(name: str) -> str:
    return f" into {name}" if name else ""


def _leave(angle: float) -> str:
    if abs(angle) < TURN:
        return "straight on"
    if abs(angle) >= 150:
        return "back the way you came"
    return "on the right" if angle > 0 else "on the left"
