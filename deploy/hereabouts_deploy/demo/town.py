"""The town itself: streets on a plain grid, homes, bins, counting lines, and the devices fitted to them.

Nothing in it is real. The names are made up, the grid lies on open moorland in the north of England where no such
town stands, UPRNs begin with 9999 and USRNs with 9990 (numbers of no authority's block that we know of), and every
DevEUI begins with 02, the mark of a locally administered identity that no maker is ever given.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.makes import IN_BINS, INDOOR, STATION, VS13X, Make, Network
from hereabouts_schemas.place import Place, PlaceKind

STREETS = (
    "Lapwing Street", "Teasel Lane", "Sundial Row", "Cobnut Road", "Weathervane Street", "Marigold Rise",
    "Tanpit Lane", "Ropewalk Gardens", "Bellfounder Street", "Quince Avenue", "Harebell Road", "Clockmaker Way",
)  # fmt: skip
BUILDINGS = (
    "Kestrel Court", "Barley House", "Foundry Court", "Juniper House", "Millrace Court", "Heron House",
    "Saddler Court", "Larch House",
)  # fmt: skip
FLATS_EACH = 10
HOUSES_EACH = 10
SITES, SLOTS = 110, 150
WEST, SOUTH = -2.4200, 54.7000
EAST_STEP, NORTH_STEP = 0.00012, 0.00100  # a house's front and a block: about 8 m and 110 m at this latitude

MAIN_ROOMS = ("bedroom", "living room")
SECOND_ROOMS = ("bathroom", "kitchen", "bedroom 2")
BIN_DEPTHS_MM = (900, 1050, 1200, 1400)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """A device where it hangs. `mount` is what the deployment says of it; `place` the home, slot, line or station."""

    id: str
    make: Make
    network: Network
    place: str
    mount: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """All places, parents before children, and all devices, by what they watch."""

    seed: int
    places: Sequence[Place]
    rooms: Sequence[Fitted]
    bins: Sequence[Fitted]
    lines: Sequence[Fitted]
    station: Fitted

    @property
    def devices(self) -> tuple[Fitted, ...]:
        """Every device of the town."""
        return (*self.rooms, *self.bins, *self.lines, self.station)

    @property
    def homes(self) -> tuple[str, ...]:
        """The ids of all homes, in the order of the town."""
        return tuple(place.id for place in self.places if place.kind is PlaceKind.HOME)


def build_town(seed: int) -> Town:
    """The town of a seed: the same places and devices every time."""
    streets = [_street(k) for k in range(len(STREETS))]
    homes = [*_flats(), *_houses()]
    bins = _bin_places(stream(seed, "bin places"))
    lines = [_line(k) for k in range(len(STREETS))]
    serial = count(1)
    return Town(
        seed=seed,
        places=[*streets, *homes, *bins, *lines, *_single_places()],
        rooms=_fit_rooms(seed, [h.id for h in homes if h.kind is PlaceKind.HOME], serial),
        bins=_fit_bins(seed, [b.id for b in bins if b.kind is PlaceKind.BIN_SLOT], serial),
        lines=[Fitted(id=_eui(next(serial)), make=VS13X, network=Network.CHIRPSTACK, place=line.id) for line in lines],
        station=Fitted(id="weather-1", make=STATION, network=Network.PLAIN, place="weather-station-1"),
    )


def _eui(number: int) -> str:
    return f"02DE30{number:010X}"


def _at(street: int, along: float, side: float = 0.0) -> tuple[float, float]:
    """Longitude and latitude `along` house fronts from the street's west end, `side` blocks north of its middle."""
    return round(WEST + along * EAST_STEP, 6), round(SOUTH + (street + side) * NORTH_STEP, 6)


def _place(kind: PlaceKind, place_id: str, name: str, at: tuple[float, float], **more: object) -> Place:
    attributes = {"synthetic": True, **{key: value for key, value in more.items() if key not in _COLUMNS}}
    columns: dict[str, Any] = {key: str(value) for key, value in more.items() if key in _COLUMNS}
    return Place(id=place_id, kind=kind, name=name, lon=at[0], lat=at[1], attributes=attributes, **columns)


_COLUMNS = ("uprn", "usrn", "parent")


def _street(k: int) -> Place:
    return _place(PlaceKind.STREET, f"street-{k + 1:02d}", STREETS[k], _at(k, 25), usrn=99900001 + k)


def _flats() -> list[Place]:
    found = []
    for b, name in enumerate(BUILDINGS):
        at, building = _at(b, 56, 0.3), f"building-{b + 1:02d}"
        uprn = 999900000000 + 1000 * (b + 1)
        street = f"street-{b + 1:02d}"
        found.append(_place(PlaceKind.BUILDING, building, name, at, parent=street, uprn=uprn, storeys=3))
        found += [
            _place(PlaceKind.HOME, f"home-{b + 1:02d}{f + 1:02d}", f"Flat {f + 1}, {name}", at, parent=building,
                   uprn=uprn + f + 1, floor=f // 4)
            for f in range(FLATS_EACH)
        ]  # fmt: skip
    return found


def _houses() -> list[Place]:
    return [
        _place(PlaceKind.HOME, f"home-{20 + s:02d}{h + 1:02d}", f"{h + 1} {street}",
               _at(s, 4 + 5 * (h // 2), 0.12 if h % 2 else -0.12), parent=f"street-{s + 1:02d}",
               uprn=999900100000 + 100 * s + h + 1)
        for s, street in enumerate(STREETS) for h in range(HOUSES_EACH)
    ]  # fmt: skip


def _bin_places(rng: np.random.Generator) -> list[Place]:
    """Sites along the streets with one bin each, and a second one at as many as make up the number."""
    doubled = set(rng.choice(SITES, SLOTS - SITES, replace=False).tolist())
    found: list[Place] = []
    slots = count(1)
    for k in range(SITES):
        street, row, site = k % len(STREETS), k // len(STREETS), f"bin-site-{k + 1:03d}"
        at, where = _at(street, 2 + 5.3 * row, 0.05), f"{STREETS[street]}, stand {row + 1}"
        found.append(
            _place(PlaceKind.BIN_SITE, site, f"Bins, {where}", at,
                   parent=f"street-{street + 1:02d}")
        )  # fmt: skip
        found += [
            _place(PlaceKind.BIN_SLOT, f"bin-{next(slots):03d}", f"{waste.title()} bin, {where}", at,
                   parent=site, waste=waste)
            for waste in ("general", "recycling")[: 2 if k in doubled else 1]
        ]  # fmt: skip
    return found


def _line(k: int) -> Place:
    return _place(PlaceKind.COUNTING_LINE, f"line-{k + 1:02d}", f"Counting line, {STREETS[k]}", _at(k, 20),
                  parent=f"street-{k + 1:02d}")  # fmt: skip


def _single_places() -> list[Place]:
    return [
        _place(PlaceKind.WEATHER_STATION, "weather-station-1", "Weather station, depot roof", _at(12, 10)),
        _place(PlaceKind.DEPOT, "depot-1", "Ropewalk depot", _at(12, 10)),
        _place(PlaceKind.TIP, "tip-1", "Moor Edge waste transfer station", _at(14, 60)),
    ]


def _draw(rng: np.random.Generator, shares: Sequence[tuple[Make, float]]) -> tuple[Make, Network]:
    make = shares[int(rng.choice(len(shares), p=[share for _, share in shares]))][0]
    return make, make.networks[int(rng.integers(len(make.networks)))]


def _fit_rooms(seed: int, homes: Sequence[str], serial: Iterator[int]) -> list[Fitted]:
    """One device in a bedroom or living room of each home, and a second one elsewhere in three of ten."""
    rng = stream(seed, "rooms")
    found = []
    for home in homes:
        rooms = [str(rng.choice(MAIN_ROOMS))]
        if rng.random() < 0.3:
            rooms.append(str(rng.choice(SECOND_ROOMS)))
        for room in rooms:
            make, network = _draw(rng, INDOOR)
            mount: dict[str, object] = {"room": room}
            if rng.random() < 0.5:  # elsewhere nobody has looked at the wall, and the rule's default stands
                mount["f_rsi"] = round(float(rng.uniform(0.75, 0.88)), 2)
            number = next(serial)
            serial_or_eui = f"DE300000-{number:08X}" if network is Network.HOMELINK else _eui(number)
            found.append(Fitted(id=serial_or_eui, make=make, network=network, place=home, mount=mount))
    return found


def _fit_bins(seed: int, slots: Sequence[str], serial: Iterator[int]) -> list[Fitted]:
    rng = stream(seed, "bins")
    found = []
    for slot in slots:
        make, network = _draw(rng, IN_BINS)
        depth = int(rng.choice(BIN_DEPTHS_MM))
        mount = {"bin_depth_mm": depth}
        found.append(Fitted(id=_eui(next(serial)), make=make, network=network, place=slot, mount=mount))
    return found
