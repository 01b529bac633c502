"""Patterns over homes: what one home's readings cannot show and its neighbours' can.

A leak that wets a stack of flats, a fan or a boiler that serves a block, a type of house in which the same goes wrong
again and again. Every pattern is a question for somebody who looks, with the homes it was seen in and how likely it is
to be chance. Pure: homes with what was said of them go in, patterns come out.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import comb

from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.rules.wording import say_list

TOGETHER = timedelta(days=14)  # a leak and a failing fan show within that of each other
AT_ONCE = timedelta(days=3)  # a boiler that fails is felt everywhere within that
FEWEST = 3  # homes, of which
LEAST_SHARE = 0.3  # of those measured in the block
FEWEST_OF_TYPE = 4
HALF = 0.5  # of the homes measured in a stack
CHANCE = 0.01  # less likely than that is worth a look


class PatternKind(StrEnum):
    """What kind of pattern it is."""

    LEAK = "leak_in_stack"
    STACK = "damp_in_stack"
    FAN = "fan_of_block"
    BOILER = "boiler_of_block"
    ARCHETYPE = "archetype"


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A measured home, where it stands, and what is said of it.

    Attributes:
        block: what it shares a building with; None for a house of its own.
        stack: what lies above each other in the block; floor: counted from the ground.
        build_type: what it was built as, such as "1960s flat, no-fines concrete".
        hazard: what is raised there, or None; cause: the likeliest; since: when it was raised, aware.
    """

    home: str
    name: str
    block: str | None = None
    stack: str | None = None
    floor: int | None = None
    build_type: str | None = None
    hazard: str | None = None
    cause: Cause | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """One pattern.

    Attributes:
        where: the stack, block or build type.
        homes: ids of the homes it was seen in, the likeliest source first; none where they were only counted.
        chance: how likely so many would be if the place had nothing to do with it, 0 to 1; None where not reckoned.
    """

    kind: PatternKind
    where: str
    homes: tuple[str, ...]
    says: str
    chance: float | None = None


def patterns(homes: Sequence[Neighbour]) -> list[Pattern]:
    """All patterns among the homes, leaks first; the same homes in any order give the same patterns."""
    stock = sorted(homes, key=lambda home: home.home)
    leaks = list(_leaks(stock))
    return [*leaks, *_stacks(stock, leaks), *_blocks(stock), *_archetypes(stock)]


def _leaks(stock: Sequence[Neighbour]) -> Iterable[Pattern]:
    """Water in flats on floors next to each other, in one stack, at about the same time."""
    for stack, flats in sorted(_by(stock, "stack").items()):
        wet = [
            (flat.floor, flat.since, flat)
            for flat in flats
            if flat.cause is Cause.WATER_INGRESS and flat.floor is not None and flat.since is not None
        ]
        for group in _adjoining(sorted(wet, key=lambda one: -one[0])):
            top, below = group[0], [flat.name for flat in group[1:]]
            yield Pattern(
                kind=PatternKind.LEAK,
                where=stack,
                homes=tuple(flat.home for flat in group),
                says=f"{top.name} and {say_list(below)} below it show signs of water at about the same time: look for "
                f"a leak in {top.name} or above it before treating the flats one by one.",
            )


def _adjoining(wet: Sequence[tuple[int, datetime, Neighbour]]) -> list[list[Neighbour]]:
    """Runs of two flats or more, from the top down, each at most a floor under the one before and wet at its time."""
    runs: list[list[Neighbour]] = []
    last: tuple[int, datetime] | None = None
    for floor, since, flat in wet:
        if last is not None and last[0] - floor <= 1 and abs(last[1] - since) <= TOGETHER:
            runs[-1].append(flat)
        else:
            runs.append([flat])
        last = floor, since
    return [run for run in runs if len(run) > 1]


def _stacks(stock: Sequence[Neighbour], leaks: Sequence[Pattern]) -> Iterable[Pattern]:
    """Damp in half of a stack and more, whenever it began, where no leak tells of it already."""
    for stack, flats in sorted(_by(stock, "stack").items()):
        hit = tuple(flat.home for flat in flats if _is_damp(flat))
        told = any(set(hit) <= set(leak.homes) for leak in leaks)
        if len(hit) >= FEWEST and len(hit) >= HALF * len(flats) and not told:
            yield Pattern(
                kind=PatternKind.STACK,
                where=stack,
                homes=hit,
                says=f"{len(hit)} of {len(flats)} homes measured in this stack have damp: look at the riser, the outer "
                "wall and the duct that they share.",
            )


def _is_damp(home: Neighbour) -> bool:
    return home.hazard == "damp_mould" and home.cause is not Cause.SENSOR_FAULT


def _blocks(stock: Sequence[Neighbour]) -> Iterable[Pattern]:
    """The same in many homes of a block at once: what serves them all has failed."""
    for block, homes in sorted(_by(stock, "block").items()):
        for kind, cause, within, what in (
            (PatternKind.FAN, Cause.EXTRACT_FAILURE, TOGETHER, "steam is not cleared: look at the shared fan or duct"),
            (PatternKind.BOILER, Cause.HEATING_FAILURE, AT_ONCE, "it turned cold: look at the shared boiler first"),
        ):
            hit = _at_once([home for home in homes if home.cause is cause and home.since], within)
            if len(hit) >= FEWEST and len(hit) >= LEAST_SHARE * len(homes):
                yield Pattern(
                    kind=kind,
                    where=block,
                    homes=tuple(home.home for home in hit),
                    says=f"In {len(hit)} of the {len(homes)} homes measured in {block}, within {within.days} days, "
                    f"{what}.",
                )


def _at_once(homes: Sequence[Neighbour], within: timedelta) -> list[Neighbour]:
    """The most homes in which it began within that time of each other, earliest first."""
    begun = sorted(((home.since, home.home, home) for home in homes if home.since), key=lambda one: one[:2])
    windows = [[home for at, _, home in begun if start <= at <= start + within] for start, _, _ in begun]
    return max(windows, key=len, default=[])


def _archetypes(stock: Sequence[Neighbour]) -> Iterable[Pattern]:
    """A build type with damp more often than the rest of the stock: planned works, not one visit after another."""
    stock = [home for home in stock if home.build_type is not None]
    damp = {home.home for home in stock if _is_damp(home)}
    for build_type, homes in sorted(_by(stock, "build_type").items()):
        hit = tuple(home.home for home in homes if home.home in damp)
        counts = TypeCounts(damp=len(hit), homes=len(homes), all_damp=len(damp), all_homes=len(stock))
        found = type_pattern(build_type, counts)
        if found is not None:
            yield replace(found, homes=hit)


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeCounts:
    """Homes of a build type and how many of them are damp, and the same of all homes of a known type."""

    damp: int
    homes: int
    all_damp: int
    all_homes: int


def type_pattern(build_type: str, counts: TypeCounts) -> Pattern | None:
    """The pattern of a build type, from counts alone; None where there is none, or chance may have made it."""
    others = counts.all_homes - counts.homes
    chance = at_least(counts.damp, drawn=counts.homes, marked=counts.all_damp, total=counts.all_homes)
    if counts.damp < FEWEST_OF_TYPE or not others or chance >= CHANCE:
        return None
    return Pattern(
        kind=PatternKind.ARCHETYPE,
        where=build_type,
        homes=(),
        says=f"Damp is raised in {counts.damp} of {counts.homes} homes of the type {build_type}, and in "
        f"{counts.all_damp - counts.damp} of {others} others: look at what they share, and plan works for the type.",
        chance=chance,
    )


def at_least(hits: int, *, drawn: int, marked: int, total: int) -> float:
    """Chance that of `drawn` homes out of `total`, of which `marked` are damp, at least `hits` are (hypergeometric).

    Example:
        >>> round(at_least(2, drawn=2, marked=2, total=4), 4)
        0.1667
    """
    ways = sum(comb(marked, k) * comb(total - marked, drawn - k) for k in range(hits, min(drawn, marked) + 1))
    return ways / comb(total, drawn)


def _by(stock: Iterable[Neighbour], what: str) -> Mapping[str, list[Neighbour]]:
    """The homes by stack (of their block), block or build type; homes without one are left out."""
    groups: dict[str, list[Neighbour]] = defaultdict(list)
    for home in stock:
        key = getattr(home, what)
        if key is not None:
            groups[f"{home.block}, {key}" if what == "stack" and home.block else key].append(home)
    return groups
