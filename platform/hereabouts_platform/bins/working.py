"""The records of `state.py` while they learn: thawed, changed in place thousands of times, and frozen again.

Frozen records made anew at each reading took most of a forecast's time; what is learnt is the same to the last bit.
"""

from dataclasses import dataclass, field

from hereabouts_platform.bins.state import BinState, Promise, Shared

HOUR_S = 3600


@dataclass(kw_only=True, slots=True)
class WorkingShared:
    """A `Shared` that can be changed."""

    total: float
    weight: float
    drift: float
    season: float
    drift_at: float

    def frozen(self) -> Shared:
        """As it is kept."""
        return Shared(
            total=self.total, weight=self.weight, drift=self.drift, season=self.season, drift_at=self.drift_at
        )


@dataclass(kw_only=True, slots=True)
class WorkingPromise:
    """A `Promise` whose `carried` grows; `due_at` is when it is held against a reading, seconds since 1970 UTC."""

    made_at: int
    after_h: int
    level: float
    amplitude: float
    drift: float
    season: float
    carried: float = 0.0
    due_at: int = field(init=False)

    def __post_init__(self) -> None:
        self.due_at = self.made_at + self.after_h * HOUR_S

    def frozen(self) -> Promise:
        """As it is kept."""
        return Promise(
            made_at=self.made_at,
            after_h=self.after_h,
            level=self.level,
            amplitude=self.amplitude,
            drift=self.drift,
            season=self.season,
            carried=self.carried,
        )


@dataclass(kw_only=True, slots=True)
class WorkingBin:
    """A `BinState` that can be changed."""

    group: str
    total: float
    weight: float
    emptied_at: int
    left: float
    read_at: int
    level: float
    full: bool
    emptyings: int
    known: bool
    promises: list[WorkingPromise]

    def frozen(self) -> BinState:
        """As it is kept."""
        return BinState(
            group=self.group,
            total=self.total,
            weight=self.weight,
            emptied_at=self.emptied_at,
            left=self.left,
            read_at=self.read_at,
            level=self.level,
            full=self.full,
            emptyings=self.emptyings,
            known=self.known,
            promises=tuple(one.frozen() for one in self.promises),
        )


def thawed_shared(kept: Shared) -> WorkingShared:
    """A shared record to work on."""
    return WorkingShared(
        total=kept.total, weight=kept.weight, drift=kept.drift, season=kept.season, drift_at=kept.drift_at
    )


def thawed_bin(kept: BinState) -> WorkingBin:
    """A bin to work on; its promises are its own."""
    return WorkingBin(
        group=kept.group,
        total=kept.total,
        weight=kept.weight,
        emptied_at=kept.emptied_at,
        left=kept.left,
        read_at=kept.read_at,
        level=kept.level,
        full=kept.full,
        emptyings=kept.emptyings,
        known=kept.known,
        promises=[_thawed_promise(one) for one in kept.promises],
    )


def _thawed_promise(kept: Promise) -> WorkingPromise:
    return WorkingPromise(
        made_at=kept.made_at,
        after_h=kept.after_h,
        level=kept.level,
        amplitude=kept.amplitude,
        drift=kept.drift,
        season=kept.season,
        carried=kept.carried,
    )
