"""The town itself: streets on a plain grid, homes, bins, counting lines, and the devices fitted to them.

Nothing in it is real. The names are made up, the grid lies on open moorland in the north of England where no such
town stands, UPRNs begin with 9999 and USRNs with 9990 (numbers of no authority's block that we know of), and every
DevEUI begins with 02, the mark of a locally administered identity that no maker is ever given.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from typing import Any

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import Array
from hereabouts_deploy.demo.makes import IN_BINS, STATION, VS13X, Fitted, Network
from hereabouts_deploy.demo.stock import Home, build_of, draw_make, eui, fit_rooms
from hereabouts_deploy.demo.truth import Lot, deal
from hereabouts_deploy.demo.walls import true_f_rsi, with_mounts
from hereabouts_deploy.demo.waste import DEPOT, DEPOT_ID, LITRES_OF_DEPTH, SLOTS, TIP, TIP_ID, BinSlot, lay_out
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
WEST, SOUTH = -2.4200, 54.7000
EAST_STEP, NORTH_STEP = 0.00012, 0.00100  # a house's front and a block: about 8 m and 110 m at this latitude

MAIN_ROOMS = ("bedroom", "living room")
SECOND_ROOMS = ("bathroom", "kitchen", "bedroom 2")
BIN_DEPTHS_MM = tuple(LITRES_OF_DEPTH)


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """All places, parents before children, and all devices, by what they watch.

    `slots` are the bins' positions, in the order of `bins`; `stock` is how the homes are built, `lots` what they were
    dealt, `f_rsi` the true factor of each room's coldest surface: the last two are the town's secret.
    """

    seed: int
    places: Sequence[Place]
    stock: Sequence[Home]
    lots: Mapping[str, Lot]
    f_rsi: Array
    rooms: Sequence[Fitted]
    slots: Sequence[BinSlot]
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
        return tuple(home.id for home in self.stock)


def build_town(seed: int) -> Town:
    """The town of a seed: the same places and devices every time."""
    streets = [_street(k) for k in range(len(STREETS))]
    stock = [*_flats(seed), *_houses(seed)]
    homes = [*_blocks(), *(_home(home) for home in stock)]
    lines = [_line(k) for k in range(len(STREETS))]
    serial = count(1)
    rooms = fit_rooms(seed, stock, _rooms(seed, len(stock)), serial)
    slots, bins = _fit_bins(seed, serial)
    lots = deal(seed, stock, rooms)
    f_rsi = true_f_rsi(seed, stock, rooms, lots)
    return Town(
        seed=seed,
        places=[*streets, *homes, *_bin_places(slots), *lines, *_single_places()],
        stock=stock,
        lots=lots,
        f_rsi=f_rsi,
        rooms=with_mounts(seed, stock, rooms, lots, f_rsi),
        slots=slots,
        bins=bins,
        lines=[Fitted(id=eui(next(serial)), make=VS13X, network=Network.CHIRPSTACK, place=line.id) for line in lines],
        station=Fitted(id="weather-1", make=STATION, network=Network.PLAIN, place="weather-station-1"),
    )


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


def _blocks() -> list[Place]:
    return [
        _place(PlaceKind.BUILDING, f"building-{b + 1:02d}", name, _at(b, 56, 0.3), parent=f"street-{b + 1:02d}",
               uprn=_uprn_of_block(b), storeys=3)
        for b, name in enumerate(BUILDINGS)
    ]  # fmt: skip


def _uprn_of_block(b: int) -> int:
    return 999900000000 + 1000 * (b + 1)


def _flats(seed: int) -> list[Home]:
    """Four flats a storey, each over the one four numbers lower."""
    built = build_of(seed, [f"building-{b + 1:02d}" for b in range(len(BUILDINGS))], flats=True)
    return [
        Home(id=f"home-{b + 1:02d}{f + 1:02d}", group=group, archetype=archetype, floor=f // 4, stack=f % 4 + 1)
        for b, (group, archetype) in enumerate(built.items())
        for f in range(FLATS_EACH)
    ]


def _houses(seed: int) -> list[Home]:
    built = build_of(seed, [f"street-{s + 1:02d}" for s in range(len(STREETS))], flats=False)
    return [
        Home(id=f"home-{20 + s:02d}{h + 1:02d}", group=group, archetype=archetype)
        for s, (group, archetype) in enumerate(built.items())
        for h in range(HOUSES_EACH)
    ]


def _home(home: Home) -> Place:
    """A home as a place: what a council's own register would say of it."""
    row, number = int(home.id[5:7]), int(home.id[7:9])
    built = {"archetype": home.archetype.name}
    if home.is_flat:
        b = row - 1
        return _place(PlaceKind.HOME, home.id, f"Flat {number}, {BUILDINGS[b]}", _at(b, 56, 0.3), parent=home.group,
                      uprn=_uprn_of_block(b) + number, floor=home.floor, stack=home.stack, **built)  # fmt: skip
    s, h = row - 20, number - 1
    return _place(PlaceKind.HOME, home.id, f"{number} {STREETS[s]}", _at(s, 4 + 5 * (h // 2), 0.12 if h % 2 else -0.12),
                  parent=home.group, uprn=999900100000 + 100 * s + number, **built)  # fmt: skip


def _bin_places(slots: Sequence[BinSlot]) -> Iterator[Place]:
    """Each site before the slots at it."""
    for site, group in groupby(slots, key=lambda slot: slot.site):
        here = list(group)
        street, stand = here[0].street, here[0].stand
        at, where = _at(street, 2 + 5.3 * stand, 0.05), f"{STREETS[street]}, stand {stand + 1}"
        yield _place(PlaceKind.BIN_SITE, site, f"Bins, {where}", at, parent=f"street-{street + 1:02d}")
        for slot in here:
            yield _place(PlaceKind.BIN_SLOT, slot.id, f"{slot.stream.title()} bin, {where}", at, parent=site,
                         waste=slot.stream, **slot.attributes)  # fmt: skip


def _line(k: int) -> Place:
    return _place(PlaceKind.COUNTING_LINE, f"line-{k + 1:02d}", f"Counting line, {STREETS[k]}", _at(k, 20),
                  parent=f"street-{k + 1:02d}")  # fmt: skip


def _single_places() -> list[Place]:
    return [
        _place(PlaceKind.WEATHER_STATION, "weather-station-1", "Weather station, depot roof", _at(12, 10)),
        _place(PlaceKind.DEPOT, DEPOT_ID, "Ropewalk depot", _at(12, 10), **DEPOT),
        _place(PlaceKind.TIP, TIP_ID, "Moor Edge waste transfer station", _at(14, 60), **TIP),
    ]


def _rooms(seed: int, homes: int) -> list[tuple[str, ...]]:
    """A bedroom or living room of each home, and a second room in three of ten."""
    rng = stream(seed, "rooms fitted")
    found: list[tuple[str, ...]] = []
    for _ in range(homes):
        main, chance, second = str(rng.choice(MAIN_ROOMS)), rng.random(), str(rng.choice(SECOND_ROOMS))
        found.append((main, second) if chance < 0.3 else (main,))
    return found


def _fit_bins(seed: int, serial: Iterator[int]) -> tuple[list[BinSlot], list[Fitted]]:
    """The slots, and the sensor in each."""
    rng = stream(seed, "bins")
    drawn = [(*draw_make(rng, IN_BINS), int(rng.choice(BIN_DEPTHS_MM))) for _ in range(SLOTS)]
    slots = lay_out(seed, [depth for *_, depth in drawn])
    fitted = [
        Fitted(id=eui(next(serial)), make=make, network=network, place=slot.id, mount=slot.mount)
        for slot, (make, network, _) in zip(slots, drawn, strict=True)
    ]
    return slots, fitted
