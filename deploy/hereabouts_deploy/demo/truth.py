"""What is really wrong in which home: the ground truth beside the town. It is never imported and no rule reads it.

A lot says what a home was dealt, by the seed alone; the truth says from when to when, which needs the town's calendar.
What grew on the walls and how cold it was is not dealt at all: it comes of the physics (`outcome`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.makes import Fitted
from hereabouts_deploy.demo.stock import WET_ROOMS, Home, below


class Cause(StrEnum):
    """Why a home's readings are as they are."""

    HEALTHY = "healthy"
    BUSY = "busy"  # many people, much laundry, and aired and heated for it: well
    COLD_BUT_DRY = "cold_but_dry"  # hardly heated, hardly any vapour: a matter of cold, not of mould
    EMPTY = "empty"  # nobody lives there
    UNDER_HEATED = "under_heated"
    HEATING_BROKEN = "heating_broken"
    UNDER_VENTILATED = "under_ventilated"
    COLD_BRIDGE = "cold_bridge"
    EXTRACT_FAILED = "extract_failed"
    PENETRATING = "penetrating"  # rain comes through
    PLUMBING = "plumbing"  # a pipe leaks, whatever the weather
    OVERHEATED = "overheated"  # pipes of the shared heating run through it and its windows hardly open
    SENSOR_FAULT = "sensor_fault"


class Fault(StrEnum):
    """How a sensor fails."""

    DRIFT = "drift"  # it reads more and more humid
    DRIFT_DOWN = "drift_down"  # it reads drier and drier, which hides damp
    STUCK = "stuck"
    DEAD = "dead"
    SATURATED = "saturated"
    MOVED = "moved"  # somebody took it down and put it on a sill or above a radiator
    GLITCHES = "glitches"  # now and then the sign of the temperature turns and the humidity is nonsense


WELL = (Cause.HEALTHY, Cause.BUSY, Cause.COLD_BUT_DRY, Cause.EMPTY, Cause.SENSOR_FAULT)

#: What share of homes is dealt what, in the order of dealing; what is left over is healthy.
SHARES: Mapping[Cause, float] = {
    Cause.HEATING_BROKEN: 0.02,
    Cause.PLUMBING: 0.025,
    Cause.EXTRACT_FAILED: 0.04,
    Cause.OVERHEATED: 0.02,
    Cause.COLD_BRIDGE: 0.045,
    Cause.PENETRATING: 0.035,
    Cause.UNDER_HEATED: 0.05,
    Cause.UNDER_VENTILATED: 0.055,
    Cause.SENSOR_FAULT: 0.07,
    Cause.COLD_BUT_DRY: 0.03,
    Cause.EMPTY: 0.02,
    Cause.BUSY: 0.08,
}
#: Of the under-heated and under-ventilated, how many have a cold bridge as well.
BRIDGED_TOO = 0.12
#: Troubles that may begin or end within the time looked at; a cold bridge was built in.
OLD, MENDED = 0.6, 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class Lot:
    """What a home was dealt: causes (the first is the main one), the fault of its first sensor, and who shares it.

    `source` is the flat above of whose leak this is; `together` marks flats whose shared boiler failed.
    """

    home: str
    causes: tuple[Cause, ...]
    fault: Fault | None = None
    source: str | None = None
    together: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """The causes in one home, from when until when; `fault` for a failing sensor; `source` for a leak from above.

    A leak wets the first room of the home alone, a failed extract its bathroom or kitchen, all else every room.
    """

    home: str
    causes: tuple[Cause, ...]
    since: datetime | None = None
    until: datetime | None = None
    fault: Fault | None = None
    source: str | None = None

    @property
    def cause(self) -> Cause:
        """The main cause."""
        return self.causes[0]


def deal(seed: int, homes: Sequence[Home], rooms: Sequence[Fitted]) -> dict[str, Lot]:
    """What each home is dealt. A failed extract goes only to homes with a sensor in the bathroom or kitchen."""
    rng = stream(seed, "truth")
    wet = {device.place for device in rooms if device.mount["room"] in WET_ROOMS}
    dealer = _Dealer(rng, homes, wet)
    for cause, share in SHARES.items():
        for k in range(int(share * len(homes))):
            dealer.give(cause, k, int(share * len(homes)))
    return dealer.lots()


class _Dealer:
    """Gives the causes to homes that can have them, in the order of a shuffled stock."""

    def __init__(self, rng: np.random.Generator, homes: Sequence[Home], wet: set[str]) -> None:
        self._rng, self._homes, self._wet = rng, homes, wet
        self._left = [homes[int(k)] for k in rng.permutation(len(homes))]
        blocks = sorted({home.group for home in homes if home.is_flat})
        self._block = blocks[int(rng.integers(len(blocks)))]
        self._given: dict[str, Lot] = {}

    def give(self, cause: Cause, turn: int, turns: int) -> None:
        """The next home that can have it gets it; where none can, nobody does."""
        home = next((one for one in self._left if self._may_have(one, cause, turn, turns)), None)
        if home is None:
            return
        causes: tuple[Cause, ...] = (cause,)
        if cause in (Cause.UNDER_HEATED, Cause.UNDER_VENTILATED) and self._rng.random() < BRIDGED_TOO:
            causes = (cause, Cause.COLD_BRIDGE)
        fault = list(Fault)[turn % len(Fault)] if cause is Cause.SENSOR_FAULT else None
        together = cause is Cause.HEATING_BROKEN and home.group == self._block
        self._hand(Lot(home=home.id, causes=causes, fault=fault, together=together), home)
        under = below(self._homes, home) if cause is Cause.PLUMBING else None
        if under is not None and under.id not in self._given:
            self._hand(Lot(home=under.id, causes=(cause,), source=home.id), under)

    def lots(self) -> dict[str, Lot]:
        """All lots in the order of the stock."""
        well = {home.id: Lot(home=home.id, causes=(Cause.HEALTHY,)) for home in self._homes}
        return {home: self._given.get(home, lot) for home, lot in well.items()}

    def _hand(self, lot: Lot, home: Home) -> None:
        self._given[home.id] = lot
        self._left.remove(home)

    def _may_have(self, home: Home, cause: Cause, turn: int, turns: int) -> bool:
        """Leaks above somebody and a shared boiler by turns; the rest by how the home is built and fitted."""
        if cause is Cause.HEATING_BROKEN:
            return (home.group == self._block) is (turn < turns / 2)
        if cause is Cause.PLUMBING:
            return turn % 2 == 1 or bool(home.floor)
        if cause is Cause.EXTRACT_FAILED:
            return home.id in self._wet
        if cause is Cause.COLD_BRIDGE:
            return bool(self._rng.random() < home.archetype.weak / 2.5)
        return cause is not Cause.OVERHEATED or home.is_flat


def tell_truth(seed: int, lots: Iterable[Lot], origin: datetime, days: int) -> dict[str, Truth]:
    """Who has what and when, by home, over `days` from `origin`.

    Six of ten troubles are older than the origin; the others began at least 15 days before the end. Broken heating is
    mended after one to four weeks, some of the other old troubles late in the time. Sensors fail within it.
    """
    rng = stream(seed, "truth times")
    shared = _broken(rng, origin, days)
    truth: dict[str, Truth] = {}
    lots = tuple(lots)
    for lot in sorted(lots, key=lambda one: one.source is not None):  # a leak from above follows the one above
        since, until = _when(rng, lot.causes[0], origin, days)
        if lot.together:
            since, until = shared
        above = truth.get(lot.source or "")
        if above is not None and above.since is not None:
            since, until = above.since + timedelta(days=float(rng.uniform(2, 7))), above.until
        truth[lot.home] = Truth(
            home=lot.home, causes=lot.causes, since=since, until=until, fault=lot.fault, source=lot.source
        )
    return {lot.home: truth[lot.home] for lot in lots}


def with_a_fresh_failure(truth: Mapping[str, Truth], at: datetime) -> dict[str, Truth]:
    """The same, but that the heating of one home failed at `at` and is not mended: for a visitor to see one."""
    home = next(home for home, about in reversed(list(truth.items())) if about.cause is Cause.HEATING_BROKEN)
    return {**truth, home: replace(truth[home], since=at, until=None)}


def _when(
    rng: np.random.Generator, cause: Cause, origin: datetime, days: int
) -> tuple[datetime | None, datetime | None]:
    chance, mending, share = rng.random(), rng.random(), rng.uniform(0.65, 0.8)
    began, ended = _broken(rng, origin, days)
    if cause in WELL and cause is not Cause.SENSOR_FAULT:
        return None, None
    if cause is Cause.HEATING_BROKEN:
        return began, ended
    if cause is Cause.COLD_BRIDGE or (chance < OLD and cause is not Cause.SENSOR_FAULT):
        mended = mending < MENDED and cause is not Cause.COLD_BRIDGE
        return origin, origin + timedelta(hours=int(days * 24 * share)) if mended else None
    return began, None


def _broken(rng: np.random.Generator, origin: datetime, days: int) -> tuple[datetime, datetime]:
    began = origin + timedelta(hours=int(rng.integers(5 * 24, (days - 15) * 24)))
    return began, began + timedelta(hours=int(rng.integers(7 * 24, 28 * 24)))
