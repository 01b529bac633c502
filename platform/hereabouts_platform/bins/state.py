"""What is known of each bin, each group and all bins together: small, and moved on by each thing that happens.

An amplitude says how fast a bin fills: points in its first common day (`growth.py`). It is a mean of the bin's own
emptyings that forgets slowly, drawn towards its group's, and that towards all bins'. Beside it goes a drift: what all
bins, and those of the group, did differently in the last hours. What is kept of a bin is a few numbers, as JSON.
"""

from dataclasses import dataclass, field

import msgspec

from hereabouts_platform.bins.spread import Spread


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """A group's mean amplitude, or that of all bins, as a forgetting sum and its weight; and its drift.

    Attributes:
        drift: by what share its bins grew more than expected in the last hours, at `drift_at` (seconds since 1970
            UTC); season: the same over the last weeks.
    """

    total: float = 0.0
    weight: float = 0.0
    drift: float = 0.0
    season: float = 0.0
    drift_at: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """A forecast that was made at a reading and will be held against what comes.

    Attributes:
        made_at: seconds since 1970 UTC; after_h: how far ahead it looks.
        level, amplitude, drift, season: of the bin at that moment.
        carried: what was taken out since, points: the forecast is of the bin as if nobody had emptied it.
    """

    made_at: int
    after_h: int
    level: float
    amplitude: float
    drift: float = 0.0
    season: float = 0.0
    carried: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class BinState:
    """One bin; times in seconds since 1970 UTC.

    Attributes:
        group: of bins that fill alike (a street, a kind of place).
        total, weight: the forgetting sum of its amplitudes, and of their weights.
        emptied_at: when it was last emptied, or first known of; left: per cent that stayed in it then.
        read_at, level: its last believed reading, or the emptying where nothing came since; `full`: "or more".
        emptyings: how many were taken in; known: whether an emptying or a reading was ever seen.
    """

    group: str
    total: float = 0.0
    weight: float = 0.0
    emptied_at: int
    left: float = 0.0
    read_at: int
    level: float = 0.0
    full: bool = False
    emptyings: int = 0
    known: bool = False
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """All bins, their groups, how far off forecasts are, and up to when that is (seconds since 1970 UTC)."""

    bins: dict[str, BinState] = field(default_factory=dict)
    groups: dict[str, Shared] = field(default_factory=dict)
    fleet: Shared = Shared()
    spread: Spread = field(default_factory=Spread)
    as_of: int = 0


def with_bin(state: State, bin_id: str, group: str, since: int) -> State:
    """The state with a new bin, which begins as its group is; `since` counts as its last emptying."""
    bins = dict(state.bins)
    bins[bin_id] = BinState(group=group, emptied_at=since, read_at=since)
    return State(bins=bins, groups=state.groups, fleet=state.fleet, spread=state.spread, as_of=state.as_of)


def as_json(record: BinState | Shared | Spread | State) -> bytes:
    """A record of this page as JSON."""
    return msgspec.json.encode(record)


def bin_from_json(kept: bytes) -> BinState:
    """A bin as it was kept."""
    return msgspec.json.decode(kept, type=BinState)


def state_from_json(kept: bytes) -> State:
    """A whole state as it was kept."""
    return msgspec.json.decode(kept, type=State)
