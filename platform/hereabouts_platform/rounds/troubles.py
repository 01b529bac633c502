"""What a person has to look at when a day is planned: said one by one, put in order, and told in lines. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from hereabouts_platform.roads.problems import RoadProblems
from hereabouts_schemas.trouble import WHAT_TO_DO, Trouble, TroubleKind

#: So many of a kind are kept with a plan. Who has more of them mends those first, and sees the others next day.
MOST = 100

ORDER = list(TroubleKind)


def bounded(found: Iterable[Trouble], most: int = MOST) -> tuple[Trouble, ...]:
    """Kind by kind in the order of `TroubleKind`; beyond `most` of a kind one says how many more there are."""
    kept: list[Trouble] = []
    for kind, each in groupby(sorted(found, key=_order), key=lambda one: one.kind):
        own = list(each)
        kept += own[:most]
        if len(own) > most:
            more = len(own) - most
            kept.append(Trouble(kind=kind, about="", says=f"And {more:,} more.", count=more))
    return tuple(kept)


def _order(trouble: Trouble) -> int:
    return ORDER.index(trouble.kind)


def no_map(vehicle_class: str) -> Trouble:
    """A vehicle class whose distances are no distances of roads."""
    says = f"There is no map for {vehicle_class}: distances are straight lines times 1.4."
    return Trouble(kind=TroubleKind.NO_MAP, about=vehicle_class, says=says)


def of_roads(problems: RoadProblems, names: Mapping[str, str]) -> Iterator[Trouble]:
    """Everything that was found while distances were worked out.

    Args:
        names: place -> what people call it.
    """
    of_class = problems.vehicle_class
    for place in problems.unreachable:
        says = f"{called(place, names)} cannot be reached by {of_class}."
        yield Trouble(kind=TroubleKind.UNREACHABLE, about=place, says=says)
    for place in problems.wrong_side:
        ways = sum(place in pair for pair in problems.from_either_side)
        says = f"{of_class} cannot keep to the near side at {called(place, names)}, on {ways} of its ways."
        yield Trouble(kind=TroubleKind.WRONG_SIDE, about=place, says=says)
    for far in problems.far:
        says = f"{called(far.place, names)} lies {far.away_m} m from the nearest street for {of_class}."
        yield Trouble(kind=TroubleKind.FAR, about=far.place, says=says)


def called(place: str, names: Mapping[str, str]) -> str:
    """A place by its name and its id, which files go by."""
    name = names.get(place, place)
    return name if name == place else f"{name} ({place})"


def whole_lines(troubles: Iterable[Trouble]) -> list[str]:
    """Each with what can be done, in its own words."""
    return [f"{one.says} {WHAT_TO_DO[one.kind]}" for one in troubles]


def short_lines(troubles: Iterable[Trouble], shown: int) -> Iterator[str]:
    """A line a kind for a screen: at most `shown`, how many more, and what can be done."""
    for kind, each in groupby(troubles, key=lambda one: one.kind):
        own = list(each)
        more = sum(one.count for one in own[shown:])
        rest = [f"And {more:,} more (--json lists them)."] if more else []
        yield " ".join([*(one.says for one in own[:shown]), *rest, WHAT_TO_DO[kind]])
