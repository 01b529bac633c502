"""The records of `state.py` while they learn: thawed, changed in place thousands of times, and frozen again.

Frozen records made anew at each reading took most of a forecast's time; what is learnt is the same to the last bit.
"""

from dataclasses import dataclass, field
from typing import Any

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
        return Shared(**_values(self, Shared))


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
        return Promise(**_values(self, Promise))


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
        return BinState(**_values(self, BinState) | {"promises": tuple(one.frozen() for one in self.promises)})


def thawed_shared(kept: Shared) -> WorkingShared:
    """A shared record to work on."""
    return WorkingShared(**_values(kept, Shared))


def thawed_bin(kept: BinState) -> WorkingBin:
    """A bin to work on; its promises are its own."""
    promises = [WorkingPromise(**_values(one, Promise)) for one in kept.promises]
    return WorkingBin(**_values(kept, BinState) | {"promises": promises})


def _values(record: object, kind: type[Shared | Promise | BinState]) -> dict[str, Any]:
    """What a record says in the fields of a kept one."""
    return {name: getattr(record, name) for name in kind.__slots__}
