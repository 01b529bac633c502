"""The forecast of every bin as things stand now, from what is settled and what was told since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from hereabouts_platform.bins.advance import Happening, advance
from hereabouts_platform.bins.emptyings import Proof, Said
from hereabouts_platform.bins.forecast import DAYS_AHEAD, Ahead, forecast, hours_ahead
from hereabouts_platform.bins.growth import Growth, growths
from hereabouts_platform.bins.learnt import habits_of, next_monday, renewed, rises_within, taken_in
from hereabouts_platform.bins.level import mount_of
from hereabouts_platform.bins.profile import Rises
from hereabouts_platform.bins.slot import Heard, SensorSaid, SlotZero, heard_of
from hereabouts_platform.bins.state import Shared, State, with_bin
from hereabouts_platform.bins.weather import Air, Effect, weathered
from hereabouts_platform.bins.weather_learnt import effects_of, weather_renewed, weather_taken_in
from hereabouts_platform.rounds.council_days import CouncilDays, Slots, council_days, group_of
from hereabouts_platform.rounds.outside_air import outside_air
from hereabouts_platform.rounds.standing import Standing, read_standing
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
from hereabouts_schemas.errors import InputError

HOUR_S, DAY_S = 3600, 86_400
HISTORY_S = 60 * DAY_S  # of making anew: an emptying two months back has next to no weight any more
BEFORE_S = DAY_S  # of readings before a span, to tell jumps and drops at its beginning


@dataclass(frozen=True, kw_only=True, slots=True)
class Foretold:
    """Every bin slot as it is now, and ahead.

    Attributes:
        settled: what the store is to keep; `moved`: whether it is not as it was.
        state: with all that was told up to now; growths: of every group, to 15 days ahead.
        days: holidays, events and duties.
        air: how far days are from usual weather, as it was and as it is told; effects: what it does to groups.
        ahead: of `ahead.bins`, now and each hour for 14 days.
        measured: slots that have, or had, a sensor.
        blocked: slots on whose sensor something lies, by when it was last read.
        look_at: slot -> what somebody should look at by the last two to three days, sentences; those without left out.
        anew: how many days were made anew.
        happenings: readings and emptyings that were taken in; refused: those that could not be.
    """

    settled: Standing
    moved: bool
    state: State
    growths: Mapping[str, Growth]
    days: CouncilDays
    air: Air
    effects: Mapping[str, Effect]
    ahead: Ahead
    measured: frozenset[str]
    blocked: Mapping[str, int]
    look_at: Mapping[str, tuple[str, ...]]
    anew: int
    happenings: int
    refused: int


def foretell(connection: Connection, slots: Slots, now: int, *, look_back: bool = False) -> Foretold:
    """Read where forecasts stand, move them on to `now` (seconds since 1970 UTC), and look ahead; writes nothing.

    Args:
        look_back: make all anew at once where something came too late, not only at the turn of a day.
    """
    span = (now - HISTORY_S - 2 * DAY_S, now + (DAYS_AHEAD + 1) * DAY_S)
    days, air = council_days(connection, slots, span), outside_air(connection, slots, span, now)
    turn = _Turn(connection=connection, slots=slots, streams=bin_streams(connection), now=now, days=days, air=air)
    standing, begun = turn.settled(look_back=look_back)
    before = standing.settled or 0
    until = max(turn.turn_of_day, before)
    while (step := standing.settled or 0) < until:  # a week's readings in memory at once, and Mondays at their edges
        to = min(next_monday(step), until)
        if step < turn.weather_until:
            to = min(to, turn.weather_until)
        standing = turn.moved(standing, to, learn=True)
        if to == next_monday(step):
            standing = replace(standing, learnt=renewed(standing.learnt))
            if to > turn.weather_until:
                standing = replace(standing, weather=weather_renewed(standing.weather, air))
    present = turn.moved(standing, now, learn=False)
    bins = sorted(slots)
    growing = turn.weathered(present, turn.growths(present, bins))
    return Foretold(
        settled=standing,
        moved=begun or until > before,
        state=present.state,
        growths=growing,
        days=days,
        air=air,
        effects=effects(present),
        ahead=forecast(present.state, bins, hours_ahead(now), growing),
        measured=frozenset(one.place for one in turn.streams if one.quantity != "air_temperature"),
        blocked=turn.blocked,
        look_at=turn.look_at,
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
    days: CouncilDays
    air: Air
    happenings: int = 0
    refused: int = 0
    blocked: Mapping[str, int] = field(default_factory=dict)
    weather_until: int = 0  # up to when the weather is learnt of already: it goes back farther than what is made anew
    look_at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
            self.weather_until = standing.settled or 0
            standing, begun = Standing(settled=kept_from, since=since, weather=standing.weather), True
        else:
            standing, begun = replace(standing, since=since), False
        return replace(standing, state=self._with_slots(standing.state, standing.settled or kept_from)), begun

    def _came_late(self, standing: Standing, since: Since, kept_from: int, *, look_back: bool) -> bool:
        settled = standing.settled or 0
        if not (look_back or self.turn_of_day > settled):
            return False
        ids = [one.id for one in self.streams]
        return came_late(self.connection, ids, standing.since, since.below, before=settled, kept_from=kept_from)

    def moved(self, standing: Standing, to: int, *, learn: bool) -> Standing:
        """All that happened up to `to` taken in; what came after it, up to a day, says what a last drop meant.

        Args:
            learn: whether it teaches weekdays and hours: what is settled does, once.
        """
        since = standing.settled or 0
        standing = replace(standing, state=self._with_slots(standing.state, since))
        state, seen = standing.state, min(to + DAY_S, self.now)
        zeros, told = dict(standing.zeros), []
        rises: dict[str, list[Rises]] = {}
        blocked: dict[str, int] = {}
        look_at: dict[str, tuple[str, ...]] = {}
        sources = Sources(connection=self.connection, streams=self.streams, slots=self.slots)
        for place, heard in heard_between(sources, standing.zeros, (since - BEFORE_S, seen), (since, to)):
            zeros[place] = heard.zero
            if heard.blocked_at is not None:
                blocked[place] = heard.blocked_at
            if heard.look_at:
                look_at[place] = heard.look_at
            told += [one for one in heard.happenings if since <= one.at < to]
            if learn:
                rises.setdefault(state.bins[place].group, []).append(rises_within(heard.happenings, (since, to)))
        self.blocked, self.look_at = blocked, look_at
        self.happenings += len(told)
        usual = self.growths(standing, self.slots, told)
        moved = advance(state, told, self.weathered(standing, usual))
        self.refused += len(moved.refused)
        standing = replace(standing, settled=to, state=moved.state, zeros=zeros)
        return self._taught(standing, rises, usual, (since, to)) if learn else standing

    def _taught(
        self, standing: Standing, rises: Mapping[str, list[Rises]], usual: Mapping[str, Growth], span: tuple[int, int]
    ) -> Standing:
        """What rises of a span say of weekdays and hours, and of the weather where any is known."""
        is_new = self.air.known and span[0] >= self.weather_until
        weather = weather_taken_in(standing.weather, rises, usual) if is_new else standing.weather
        learnt = taken_in(standing.learnt, rises, self.days.calendar, span)
        return replace(standing, learnt=learnt, weather=weather)

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

    def growths(self, standing: Standing, bins: Iterable[str], told: Sequence[Happening] = ()) -> dict[str, Growth]:
        """Of every group in any weather, up to the end of what is looked ahead."""
        first = min([self.now, *(one.at for one in told)])
        return growths_over(standing, bins, self.days, (first, self.now + (DAYS_AHEAD + 1) * DAY_S))

    def weathered(self, standing: Standing, usual: Mapping[str, Growth]) -> dict[str, Growth]:
        """The same in the weather as it was and as it is told, by what was learnt up to the last Monday."""
        return weathered(usual, effects(standing), self.air)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Where bins are heard: the store, their datastreams, and which bins."""

    connection: Connection
    streams: Sequence[BinStream]
    slots: Iterable[str]


def heard_between(
    sources: Sources, zeros: Mapping[str, SlotZero], seen: tuple[int, int], corrects: tuple[int, int]
) -> Iterator[tuple[str, Heard]]:
    """Each bin, in order of their ids, as it was heard in `seen`; words of "not full" within `corrects` move its zero.

    Spans are `[from, to)`, seconds since 1970 UTC.
    """
    readings = readings_between(sources.connection, [one.id for one in sources.streams], *seen)
    crews = outcomes_between(sources.connection, *seen)
    streams = {place: list(group) for place, group in groupby(sources.streams, key=lambda one: one.place)}
    for place in sorted(sources.slots):
        said = sensors_said(streams.get(place, []), readings)
        proofs = [Proof(at=at, said=Said(kind)) for at, kind in crews.get(place, ())]
        yield place, heard_of(place, said, proofs, zeros.get(place, SlotZero()), corrects)


def growths_over(
    standing: Standing, bins: Iterable[str], days: CouncilDays, span: tuple[int, int]
) -> dict[str, Growth]:
    """Of every group in any weather, over a span (seconds since 1970 UTC); from earlier on where the oldest emptying of
    these bins that is known, or the oldest promise that waits, lies before it.
    """
    state = standing.state
    known = [state.bins[one] for one in bins]
    since = [min(one.emptied_at, one.read_at, *(due.made_at for due in one.promises)) for one in known]
    groups = {one.group for one in known} | set(state.groups)
    return growths(habits_of(standing.learnt), sorted(groups), days.calendar, (min([span[0], *since]), span[1]))


def effects(standing: Standing) -> dict[str, Effect]:
    """What the weather does to each group, by what was learnt up to the last Monday."""
    return effects_of({group: one.sums for group, one in standing.weather.items()})


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
