"""From a day's work and its roads to the numbers that a solver takes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hereabouts_platform.planning.arcs import NO_WAY, Grid, Whole, grid_of, profile
from hereabouts_platform.planning.bodies import bodies
from hereabouts_platform.planning.possible import says, why_not
from hereabouts_platform.planning.problem import Crew, Job, Problem, TipSpan
from hereabouts_platform.planning.ready import Ready, carried_by, readies
from hereabouts_platform.planning.roads import Clock, Roads
from hereabouts_platform.planning.tasks import Begin, Task, begins, chains, task_of
from hereabouts_platform.planning.tippings import Tipping
from hereabouts_schemas.work import DayWork, Load, Stop

MISSED_MUST = 10**9  # thousandths of a penny: more than any day's round costs, so that musts are left only in need
NO_LIMIT = 10**9
Flags = npt.NDArray[np.bool_]
EVENING_S = 1800  # ways home by a tip that closes no earlier than this before the last one


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """The day as it stands when it is planned.

    Attributes:
        heads: the stops that stand already, by vehicle.
        owners: of visits, the vehicle that they were promised to.
        dislike_m: what giving such a visit to another counts as, in metres.
        squeeze_s: by how much windows and openings are cut, to leave room for rests.
        shorter_s: by how much the rounds of vehicles are cut.
        reloads: whether a vehicle may go on after tipping; a benchmark's may not.
    """

    work: DayWork
    roads: Mapping[str, Roads]
    clock: Clock
    heads: Mapping[str, Sequence[Stop]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    dislike_m: int = 0
    squeeze_s: int = 0
    shorter_s: Mapping[str, int] = field(default_factory=dict)
    reloads: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """The numbers of a day.

    Attributes:
        readies: the vehicles, by id.
        refused: visits that no vehicle can do, with the reason.
    """

    problem: Problem
    readies: Mapping[str, Ready]
    refused: Mapping[str, str]


def build(setting: Setting) -> Built:
    """Put the day in numbers; what cannot be done at all is set apart with its reason."""
    work = setting.work
    body = bodies(work, {one.id: carried_by(one, setting.heads.get(one.id, ())) for one in work.vehicles})
    ready = readies(work, setting.roads, body, setting.clock, setting.heads)
    tasks, able, refused = _tasks(setting, ready)
    ways = tuple(dict.fromkeys(way for one in ready for way in one.tippings))
    spans = _tip_spans(setting, ways)
    sets = sorted({part.streams for parts in body.values() for part in parts}, key=sorted)
    profiles: list[tuple[Whole, Whole]] = []
    grids = {name: grid_of(roads) for name, roads in setting.roads.items()}
    crews: dict[Crew, list[str]] = defaultdict(list)
    for column, one in enumerate(ready):
        grid = grids[one.vehicle.vehicle_class]
        home_by, home_s = _home_by(one, ways, spans, grid)
        dislike = _dislike(setting, tasks, one)
        mine = profile(grid, tasks, ways=ways, ready=one, home_by=home_by, barred=~able[:, column], dislike_m=dislike)
        number = _number(profiles, mine)
        crew = _crew(one, sets, cut_s=setting.shorter_s.get(one.vehicle.id, 0), home_s=home_s)
        tips = tuple(n for n, (way, _) in enumerate(spans) if setting.reloads and ways[way] in one.tippings)
        crews[replace(crew, profile=number, tips=tips)].append(one.vehicle.id)
    problem = Problem(
        tasks=tuple(tasks),
        jobs=tuple(_jobs(tasks, setting.squeeze_s)),
        musts=tuple(one.must for one in tasks),
        prizes=tuple(MISSED_MUST if one.must else 1000 * one.prize_p for one in tasks),
        loads=tuple(_amounts([visit.load for visit in one.visits if visit.load], sets) for one in tasks),
        tippings=ways,
        tip_spans=tuple(TipSpan(way, one.early, one.late, one.service_s) for way, one in spans),
        crews=tuple(replace(crew, vehicles=tuple(ids)) for crew, ids in crews.items()),
        profiles=tuple(profiles),
        timed=any((seconds % NO_WAY).any() for _, seconds in profiles) or any(one.service_s for one in work.visits),
    )
    return Built(problem=problem, readies={one.vehicle.id: one for one in ready}, refused=refused)


def _tasks(setting: Setting, ready: Sequence[Ready]) -> tuple[list[Task], Flags, dict[str, str]]:
    """Tasks that some vehicle can do, [tasks, vehicles] which, and the visits that none can.

    Where nobody can do a chain, its end is let go until somebody can: what comes first owes it nothing.
    """
    standing = {stop.visit for head in setting.heads.values() for stop in head if stop.visit}
    visits = [one for one in setting.work.visits if one.id not in standing]
    found = chains(visits)
    refused = dict(found.refused)
    tasks, rows = [], []
    for chain in found.chains:
        for many in range(len(chain), 0, -1):
            task = task_of(chain[:many], setting.clock, setting.roads.values())
            reasons = {one.vehicle.id: reason for one in ready if (reason := why_not(task, one))}
            if len(reasons) < len(ready):
                tasks.append(task)
                rows.append([one.vehicle.id not in reasons for one in ready])
                break
            refused[chain[many - 1].id] = says(task, reasons, setting.work.vehicles)
    return tasks, np.array(rows, dtype=bool).reshape(len(tasks), len(ready)), refused


def _jobs(tasks: Sequence[Task], squeeze_s: int) -> list[Job]:
    return [
        Job(n, one.early, max(one.early, one.late - squeeze_s), one.service_s)
        for n, task in enumerate(tasks)
        for one in task.begins
    ]


def _amounts(loads: Sequence[Load], sets: Sequence[frozenset[str]]) -> tuple[int, ...]:
    """Litres and kilograms of each set of streams, in turn."""
    return tuple(
        sum(getattr(one, unit) for one in loads if one.stream in streams)
        for streams in sets
        for unit in ("litres", "kg")
    )


def _capacity(ready: Ready, sets: Sequence[frozenset[str]]) -> tuple[int, ...]:
    held = {part.streams: (part.litres, part.kg) for part in ready.body}
    return tuple(limit for streams in sets for limit in held.get(streams, (NO_LIMIT, NO_LIMIT)))


def _tip_spans(setting: Setting, ways: Sequence[Tipping]) -> list[tuple[int, Begin]]:
    """Each tipping's spans, as the number of the tipping and when it may begin."""
    found = []
    for n, way in enumerate(ways):
        legs = [[road.leg(a.id, b.id) for road in setting.roads.values()] for a, b in pairwise(way)]
        drives = [[leg.seconds for leg in one if leg] or [0] for one in legs]
        services = [one.turnround_s for one in way]
        for one in begins(services, [setting.clock.spans(tip.open) for tip in way], drives):
            late = max(one.early, one.late - setting.squeeze_s)
            found.append((n, Begin(one.early, late, one.service_s - sum(services[1:]))))
    return found


def _home_by(
    ready: Ready, ways: Sequence[Tipping], spans: Sequence[tuple[int, Begin]], grid: Grid
) -> tuple[tuple[Tipping, ...], int]:
    """The ways home by a tip that is open late, and when a vehicle is home by them at the latest."""
    latest: dict[Tipping, int] = {}
    for n, span in spans:
        way = ways[n]
        if way in ready.tippings:
            at = grid.places([*(one.id for one in way), ready.vehicle.end])
            on = int(grid.seconds[at[:-1], at[1:]].sum()) + sum(one.turnround_s for one in way[1:])
            if on < NO_LIMIT // 100:
                latest[way] = max(latest.get(way, 0), min(ready.to_s, span.late + span.service_s + on))
    last = max(latest.values(), default=ready.to_s)
    kept = {way: at for way, at in latest.items() if at >= last - EVENING_S}
    return tuple(kept), min(kept.values(), default=ready.to_s)


def _number(profiles: list[tuple[Whole, Whole]], mine: tuple[Whole, Whole]) -> int:
    for n, (metres, seconds) in enumerate(profiles):
        if np.array_equal(metres, mine[0]) and np.array_equal(seconds, mine[1]):
            return n
    profiles.append(mine)
    return len(profiles) - 1


def _dislike(setting: Setting, tasks: Sequence[Task], ready: Ready) -> Whole:
    mine = ready.vehicle.id
    others = [setting.owners.get(one.visits[0].id, mine) != mine for one in tasks]
    return np.where(np.array(others, dtype=bool), setting.dislike_m, 0).astype(np.int64)


def _crew(ready: Ready, sets: Sequence[frozenset[str]], *, cut_s: int, home_s: int) -> Crew:
    one = ready.vehicle
    cut_s += ready.reserve_s
    to_s = min(ready.to_s, home_s) - cut_s
    capacity = _capacity(ready, sets)
    inside = _amounts(ready.carried, sets)
    return Crew(
        vehicles=(),
        capacity=capacity,
        initial=tuple(min(*pair) for pair in zip(inside, capacity, strict=True)),
        from_s=ready.from_s,
        leave_by_s=ready.from_s if ready.head else max(ready.from_s, to_s),
        to_s=max(ready.from_s, to_s),
        work_s=max(0, ready.duty_s - cut_s),
        fixed=0 if ready.head else 1000 * one.fixed_p,
        per_m=one.per_km_p,
        per_s=round(one.per_hour_p * 1000 / 3600),
        profile=0,
        out=bool(ready.head),
        tips=(),
    )
