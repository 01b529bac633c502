"""The housing stock: what homes are built like, how flats stand over each other, and in which rooms sensors hang."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.makes import INDOOR, Fitted, Make, Network

WET_ROOMS = ("bathroom", "kitchen")


@dataclass(frozen=True, kw_only=True, slots=True)
class Archetype:
    """A way of building. `f_rsi` is the usual factor of its coldest surface, `loss` W/K a m3, `draught` times the air.

    `weak` says how much likelier than elsewhere its fabric is poor, `lag` in how many hours a wall follows the weather.
    """

    name: str
    f_rsi: float
    loss: float
    draught: float
    weak: float
    lag: float
    flats: bool


#: Invented round numbers in the order of the building physics: thick brick is slow and cold, new walls are warm.
ARCHETYPES: Sequence[Archetype] = (
    Archetype(name="solid_brick_terrace", f_rsi=0.73, loss=0.68, draught=1.15, weak=2.0, lag=9, flats=False),
    Archetype(name="interwar_cavity", f_rsi=0.76, loss=0.62, draught=1.05, weak=1.0, lag=7, flats=False),
    Archetype(name="cavity_filled", f_rsi=0.80, loss=0.52, draught=0.95, weak=0.5, lag=7, flats=False),
    Archetype(name="timber_frame", f_rsi=0.85, loss=0.45, draught=0.9, weak=0.4, lag=3, flats=False),
    Archetype(name="concrete_panel_block", f_rsi=0.73, loss=0.62, draught=1.0, weak=2.5, lag=6, flats=True),
    Archetype(name="brick_block", f_rsi=0.78, loss=0.52, draught=1.0, weak=0.8, lag=8, flats=True),
    Archetype(name="modern_block", f_rsi=0.88, loss=0.40, draught=0.85, weak=0.3, lag=6, flats=True),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """A home: where it stands and how it is built; of a flat its storey, and its stack, which flats above it share."""

    id: str
    group: str  # the building of a flat, the street of a house
    archetype: Archetype
    floor: int | None = None
    stack: int | None = None

    @property
    def is_flat(self) -> bool:
        """Whether there are others above or below it."""
        return self.floor is not None


def build_of(seed: int, groups: Sequence[str], *, flats: bool) -> Mapping[str, Archetype]:
    """How the homes of each building or street are built; they were put up together."""
    rng = stream(seed, "flats built" if flats else "houses built")
    choice = [kind for kind in ARCHETYPES if kind.flats is flats]
    first = int(rng.integers(len(choice)))
    return {group: choice[(first + k) % len(choice)] for k, group in enumerate(groups)}


def below(homes: Sequence[Home], home: Home) -> Home | None:
    """The flat right under a flat; None under the lowest and under houses."""
    if home.floor is None:
        return None
    where = (home.group, home.stack, home.floor - 1)
    return next((one for one in homes if (one.group, one.stack, one.floor) == where), None)


def draw_make(rng: np.random.Generator, shares: Sequence[tuple[Make, float]]) -> tuple[Make, Network]:
    """A family of devices by its share, and one of its networks."""
    make = shares[int(rng.choice(len(shares), p=[share for _, share in shares]))][0]
    return make, make.networks[int(rng.integers(len(make.networks)))]


def fit_rooms(seed: int, homes: Sequence[Home], rooms: Sequence[Sequence[str]], serial: Iterator[int]) -> list[Fitted]:
    """A device in each of each home's `rooms`. What is said of the walls is added later."""
    rng = stream(seed, "rooms")
    found = []
    for home, names in zip(homes, rooms, strict=True):
        for room in names:
            make, network = draw_make(rng, INDOOR)
            number = next(serial)
            name = f"DE300000-{number:08X}" if network is Network.HOMELINK else eui(number)
            found.append(Fitted(id=name, make=make, network=network, place=home.id, mount={"room": room}))
    return found


def eui(number: int) -> str:
    """A locally administered device identity."""
    return f"02DE30{number:010X}"
