"""The forecast of every bin as things stand now, from what is settled and what was told since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from hereabouts_platform.bins.advance import Happening, advance
from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.emptyings import Proof, Said
from hereabouts_platform.bins.forecast import DAYS_AHEAD, Ahead, forecast, hours_ahead
from hereabouts_platform.bins.growth import Growth, growths
from hereabouts_platform.bins.level import mount_of
from hereabouts_platform.bins.slot import SensorSaid, SlotZero, heard_of
from hereabouts_platform.bins.state import Shared, State, with_bin
from hereabouts_platform.rounds.standing import Standing, read_standing
from hereabouts_platform.rules.waste_places import SlotFacts
from hereabouts_platform.store.bin_readings import (
    BinStream,
    Series,
    Since,
    bin_streams,
    came_late,
    outcomes_between,
    read_up_to,
    readings_between,
)
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.waste_places import WastePlace
from hereabouts_schemas.errors import InputError

HOUR_S, DAY_S = 3600, 86_400
HISTORY_S = 60 * DAY_S  # of making anew: an emptying two months back has next to no weight any more
STEP_S = 7 * DAY_S  # readings in memory at once
BEFORE_S = DAY_S  # of readings before a span, to tell jumps and drops at its beginning

Slots = Mapping[str, WastePlace[SlotFacts]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Foretold:
    """Every bin slot as it is now, and ahead.

    Attributes:
        settled: what the store is to keep; `moved`: whether it is not as it was.
        state: with all that was told up to now.
        ahead: of `ahead.bins`, now and each hour for 14 days.
        measured: slots that have, or had, a sensor.
        anew: how many days were made anew.
        happenings: readings and emptyings that were taken in; refused: those that could not be.
    """

    settled: Standing
    moved: bool
    state: State
    ahead: Ahead
    measured: frozenset[str]
    anew: int
    happenings: int
    refused: int


def foretell(connection: Connection, slots: Slots, now: int, *, look_back: bool = False) -> Foretold:
    """Read where forecasts stand, move them on to `now` (seconds since 1970 UTC), and look ahead; writes nothing.

    Args:
        look_back: make all anew at once where something came too late, not only at the turn of a day.
    """
    turn = _Turn(connection=connection, slots=slots, streams=bin_streams(connection), now=now)
    standing, begun = turn.settled(look_back=look_back)
    before = standing.settled or 0
    until = max(turn.turn_of_day, before)
    for step in range(before, until, STEP_S):
        standing = turn.moved(standing, min(step + STEP_S, until), seen_to=now)
    present = turn.moved(standing, now, seen_to=now)
    bins = sorted(slots)
    ahead = forecast(present.state, bins, hours_ahead(now), turn.growths(present.state, bins))
    return Foretold(
        settled=standing,
        moved=begun or until > before,
        state=present.state,
        ahead=ahead,
        measured=frozenset(one.place for one in turn.streams if one.quantity != "air_temperature"),
        anew=(until - before) // DAY_S if begun else 0,
        happenings=turn.happenings,
        refused=turn.refused,
    )


@dataclass(kw_only=True, slots=True)
class _Turn:
    connection: Connection
    slots: Slots
    streams: Sequence[BinStream]
    now: int
    happenings: int = 0
    refused: int = 0

    @property
    def turn_of_day(self) -> int:
        """The last midnight (UTC) that lies a day back: what came before it is settled."""
        return (self.now - DAY_S) // DAY_S * DAY_S

    def settled(self, *, look_back: bool) -> tuple[Standing, bool]:
        """Where to go on from, with every slot in it; and whether that is the beginning."""
        standing = read_standing(self.connection)
        kept_from = (self.now - HISTORY_S) // DAY_S * DAY_S
        since = read_up_to(self.connection)
        if standing.settled is None or self._came_late(standing, since, kept_from, look_back=look_back):
            standing, begun = Standing(settled=kept_from, since=since), True
        else:
            standing, begun = replace(standing, since=since), False
        return replace(standing, state=self._with_slots(standing.state, standing.settled or kept_from)), begun

    def _came_late(self, standing: Standing, since: Since, kept_from: int, *, look_back: bool) -> bool:
        settled = standing.settled or 0
        if not (look_back or self.turn_of_day > settled):
            return False
        ids = [one.id for one in self.streams]
        return came_late(self.connection, ids, standing.since, since.below, before=settled, kept_from=kept_from)

    def moved(self, standing: Standing, to: int, *, seen_to: int) -> Standing:
        """All that happened up to `to` taken in; what came after it, up to a day, says what a last drop meant."""
        since = standing.settled or 0
        state = self._with_slots(standing.state, since)
        seen = min(to + DAY_S, seen_to)
        readings = readings_between(self.connection, [one.id for one in self.streams], since - BEFORE_S, seen)
        crews = outcomes_between(self.connection, since - BEFORE_S, seen)
        zeros, told = dict(standing.zeros), []
        streams = {place: list(group) for place, group in groupby(self.streams, key=lambda one: one.place)}
        for place in sorted(self.slots):
            said = sensors_said(streams.get(place, []), readings)
            proofs = [Proof(at=at, said=Said(kind)) for at, kind in crews.get(place, ())]
            heard = heard_of(place, said, proofs, zeros.get(place, SlotZero()), (since, to))
            zeros[place] = heard.zero
            told += [one for one in heard.happenings if since <= one.at < to]
        self.happenings += len(told)
        moved = advance(state, told, self.growths(state, self.slots, told))
        self.refused += len(moved.refused)
        return replace(standing, settled=to, state=moved.state, zeros=zeros)

    def _with_slots(self, state: State, since: int) -> State:
        """Slots that are new begin as their group; those that are gone, or are of another group now, go."""
        groups = {place: group_of(one.facts) for place, one in self.slots.items()}
        kept = {name: one for name, one in state.bins.items() if groups.get(name) == one.group}
        known = {**{group: Shared() for group in groups.values()}, **state.groups}
        state = replace(state, bins=kept, groups=known)
        for place, group in groups.items():
            if place not in kept:
                state = with_bin(state, place, group, since)
        return state

    def growths(self, state: State, bins: Iterable[str], told: Sequence[Happening] = ()) -> dict[str, Growth]:
        """Of every group, from the oldest emptying that is known to the end of what is looked ahead."""
        known = [state.bins[one] for one in bins]
        first = min([self.now, *(min(one.emptied_at, one.read_at) for one in known), *(one.at for one in told)])
        groups = {one.group for one in known} | set(state.groups)
        return growths({}, sorted(groups), Calendar(), (first, self.now + (DAYS_AHEAD + 1) * DAY_S))


def group_of(facts: SlotFacts) -> str:
    """Of bins that fill alike: as the council says, else those of the same stream."""
    return facts.group or facts.stream


def sensors_said(streams: Sequence[BinStream], readings: Mapping[int, Series]) -> list[SensorSaid]:
    """What the sensors of one slot told: the distance where its mount knows the bin's depth, else per cent."""
    found = []
    for deployment, group in groupby(streams, key=lambda one: one.deployment):
        by_quantity = {one.quantity: one for one in group if one.id in readings}
        mount = None
        if "distance" in by_quantity:
            try:
                mount = mount_of(by_quantity["distance"].mount)
            except InputError:  # it was said when it was deployed; per cent may still be known
                mount = None
        chosen = by_quantity.get("distance" if mount else "fill_level")
        if chosen is None:
            continue
        series = readings[chosen.id]
        warm = by_quantity.get("air_temperature")
        temperature = None if warm is None else _at(series, readings[warm.id])
        found.append(
            SensorSaid(
                sensor=deployment, times=series.times, values=series.values, mount=mount, temperature=temperature
            )
        )
    return found


def _at(series: Series, other: Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The other's values at the same instants, NaN where it has none."""
    place = np.minimum(np.searchsorted(other.times, series.times), len(other.times) - 1)
    same = other.times[place] == series.times
    return np.where(same, other.values[place], np.nan)
