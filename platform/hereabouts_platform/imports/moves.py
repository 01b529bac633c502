"""How a file's deployments of one device fit with those of the store. Pure."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hereabouts_platform.rules.wording import say_time
from hereabouts_schemas.device import Deployment

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a row asks for: its line, the device's profile (`profile/version` where it is pinned), and the deployment.

    The deployment's `id` is 0: the store gives one.
    """

    line: int
    profile: str
    deployment: Deployment


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A stored deployment before and after; both have its `id`."""

    wish: Wish
    before: Deployment
    after: Deployment


@dataclass(kw_only=True, slots=True)
class Moves:
    """What becomes of the wishes. Changes are sorted so that what ends comes first."""

    added: list[Wish] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: list[Wish] = field(default_factory=list)
    refused: list[tuple[Wish, str]] = field(default_factory=list)


def settle(stored: Iterable[Deployment], wishes: Sequence[Wish], home_of: Callable[[str], str]) -> Moves:
    """Fit the wishes for one device, in whatever order they stand, between its stored deployments.

    Same device and same start is the same deployment: its end, its mount and its room may change, its home may not.
    Endings go first, then the others from the earliest start on; what would overlap is refused.

    Args:
        stored: the device's deployments, which never overlap.
        wishes: at most one for each start.
        home_of: a room's home; any other place itself.
    """
    moves = Moves()
    line = _Line(stored)
    for wish in sorted(wishes, key=lambda wish: (not line.only_shortens(wish.deployment), wish.deployment.from_at)):
        before = line.starting_at(wish.deployment.from_at)
        if before is not None and _is_same(before, wish.deployment):
            moves.same.append(wish)
        elif before is not None and home_of(before.place_id) != home_of(wish.deployment.place_id):
            moves.refused.append((wish, _say_overlap(before)))
        elif (other := line.overlapped_by(wish.deployment)) is not None:
            moves.refused.append((wish, _say_overlap(other)))
        else:
            line.put(wish.deployment)
            if before is None:
                moves.added.append(wish)
            else:
                after = replace(wish.deployment, id=before.id)
                moves.changed.append(Change(wish=wish, before=before, after=after))
    return moves


class _Line:
    """One device's deployments, in the order of their starts."""

    def __init__(self, deployments: Iterable[Deployment]) -> None:
        self._by_start = {deployment.from_at: deployment for deployment in deployments}
        self._starts = sorted(self._by_start)

    def starting_at(self, at: datetime) -> Deployment | None:
        return self._by_start.get(at)

    def only_shortens(self, wish: Deployment) -> bool:
        before = self._by_start.get(wish.from_at)
        return before is not None and _end(wish) <= _end(before)

    def overlapped_by(self, wish: Deployment) -> Deployment | None:
        place = bisect_left(self._starts, wish.from_at)
        earlier = self._by_start[self._starts[place - 1]] if place else None
        if earlier is not None and _end(earlier) > wish.from_at:
            return earlier
        place += wish.from_at in self._by_start
        later = self._by_start[self._starts[place]] if place < len(self._starts) else None
        return later if later is not None and later.from_at < _end(wish) else None

    def put(self, deployment: Deployment) -> None:
        if deployment.from_at not in self._by_start:
            self._starts.insert(bisect_left(self._starts, deployment.from_at), deployment.from_at)
        self._by_start[deployment.from_at] = deployment


def _end(deployment: Deployment) -> datetime:
    return _NEVER if deployment.to_at is None else deployment.to_at


def _is_same(one: Deployment, other: Deployment) -> bool:
    return (one.place_id, one.to_at, one.mount) == (other.place_id, other.to_at, other.mount)


def _say_overlap(other: Deployment) -> str:
    until = "has no end" if other.to_at is None else f"ends on {say_time(other.to_at)}"
    return (
        f"{other.device_id} stands at {other.place_id} from {say_time(other.from_at)}, and that {until}. A "
        "device is at one place at a time: end that deployment first, in a row with the same `from` and a `to`."
    )
