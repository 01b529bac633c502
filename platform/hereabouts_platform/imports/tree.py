"""Places hang together as a tree: every parent exists, and nothing is part of itself."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hereabouts_platform.imports.report import Cause, Tally
from hereabouts_schemas.place import Place, PlaceKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A row whose own cells are right, and its line."""

    line: int
    place: Place


# A building holds homes, a home holds rooms, and never the other way round.
NEVER_INSIDE: Mapping[PlaceKind, frozenset[PlaceKind]] = {
    PlaceKind.BUILDING: frozenset({PlaceKind.HOME, PlaceKind.ROOM}),
    PlaceKind.HOME: frozenset({PlaceKind.HOME, PlaceKind.ROOM}),
    PlaceKind.ROOM: frozenset({PlaceKind.ROOM}),
}


def refuse_misplaced(candidates: Iterable[Candidate], stored: Mapping[str, PlaceKind], tally: Tally) -> list[Candidate]:
    """The candidates whose parent is of a kind that may hold them.

    Args:
        candidates: one a place.
        stored: the kinds of those parents that the store holds; a parent among the candidates is what its row says.
        tally: is told of the refused ones.
    """
    every = list(candidates)
    kinds = {**stored, **{candidate.place.id: candidate.place.kind for candidate in every}}
    kept = []
    for candidate in every:
        place = candidate.place
        above = kinds.get(place.parent) if place.parent is not None else None
        if above in NEVER_INSIDE.get(place.kind, ()):
            reason = f"A {place.kind} is never part of a {above}, as {place.parent} is. Correct the kind or the parent."
            tally.refuse(candidate.line, Cause.WRONG_PARENT, reason)
        else:
            kept.append(candidate)
    return kept


def refuse_loose_places(
    candidates: Iterable[Candidate], stored: Mapping[str, str | None], tally: Tally
) -> list[Candidate]:
    """The candidates that hang together with each other and with the store, whatever their order.

    Args:
        candidates: one a place.
        stored: every place of the store -> its parent.
        tally: is told of the refused ones: a parent that is nowhere or was refused itself, and circles.
    """
    tree = _Tree(candidates, stored, tally)
    tree.refuse_orphans()
    while circle := tree.circle():
        tree.refuse_circle(circle)
    return list(tree.kept.values())


class _Tree:
    """The candidates laid over the store; a refused one leaves what the store says of its place."""

    def __init__(self, candidates: Iterable[Candidate], stored: Mapping[str, str | None], tally: Tally) -> None:
        self.kept = {candidate.place.id: candidate for candidate in candidates}
        self._stored = stored
        self._tally = tally
        self._children: dict[str, list[str]] = defaultdict(list)
        for candidate in self.kept.values():
            if candidate.place.parent is not None:
                self._children[candidate.place.parent].append(candidate.place.id)

    def refuse_orphans(self) -> None:
        """Refuse every candidate whose parent is nowhere, with all that hang on it."""
        for place_id, candidate in list(self.kept.items()):
            parent = candidate.place.parent
            if parent is not None and parent not in self.kept and parent not in self._stored:
                reason = f"Its parent {parent} is neither in this file nor in the store. Add it, or correct the id."
                self._refuse([place_id], Cause.UNKNOWN_PARENT, reason)

    def circle(self) -> list[str]:
        """Places that are part of themselves through their parents; empty when there are none."""
        seen: dict[str, str] = {}
        for start in self.kept:
            path: list[str] = []
            place: str | None = start
            while place is not None and place not in seen:
                seen[place] = start
                path.append(place)
                place = self._parent(place)
            if place is not None and seen[place] == start:
                return path[path.index(place) :]
        return []

    def refuse_circle(self, circle: list[str]) -> None:
        """Refuse the candidates of a circle; the store itself holds none, so there is at least one."""
        around = " in ".join([*circle, circle[0]])
        self._refuse(circle, Cause.CYCLE, f"The places go in a circle: {around}. Correct one of the parents.")

    def _parent(self, place_id: str) -> str | None:
        candidate = self.kept.get(place_id)
        return self._stored.get(place_id) if candidate is None else candidate.place.parent

    def _refuse(self, place_ids: list[str], cause: Cause, reason: str) -> None:
        """Refuse these, then whatever hung on them and on nothing in the store."""
        waiting = deque((place_id, cause, reason) for place_id in place_ids)
        while waiting:
            place_id, why, sentence = waiting.popleft()
            candidate = self.kept.pop(place_id, None)
            if candidate is None:
                continue
            self._tally.refuse(candidate.line, why, sentence)
            if place_id not in self._stored:
                orphaned = f"Its parent {place_id} (line {candidate.line}) was refused. Correct that row first."
                waiting.extend((child, Cause.UNKNOWN_PARENT, orphaned) for child in self._children[place_id])
