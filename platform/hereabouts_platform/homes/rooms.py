"""What is known of rooms beside their air: what they are for, how cold their walls are, which home they are in."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.surface import DWELLING_F_RSI
from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.features import RoomKind

NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rooms:
    """Facts that stand for all of a room's history; each an array (rooms,).

    Attributes:
        kind: a RoomKind.
        f_rsi: temperature factor of the coldest surface; NaN where nobody knows it.
        home: a number that the rooms of one home share; rooms of a home are always worked out together.
        quiet_from, quiet_until: hours since 1970 between which nothing is raised (a sensor newly installed, plaster
            that dries); NEVER where there is no such time.
    """

    kind: NDArray[np.int64]
    f_rsi: Floats
    home: NDArray[np.int64]
    quiet_from: NDArray[np.int64]
    quiet_until: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def f_known(self) -> NDArray[np.bool_]:
        """Whether somebody measured or stated the temperature factor."""
        return ~np.isnan(self.f_rsi)

    @property
    def factor(self) -> Floats:
        """The temperature factor to reckon with: 0.75 where nobody knows it, which is what is asked of a dwelling."""
        return np.where(self.f_known, self.f_rsi, DWELLING_F_RSI)

    def of(self, rooms: "NDArray[np.intp] | NDArray[np.bool_] | slice") -> "Rooms":
        """The facts of some of the rooms."""
        return Rooms(**{one.name: getattr(self, one.name)[rooms] for one in fields(self)})


def rooms_of(
    kinds: Sequence[RoomKind], *, f_rsi: Sequence[float | None] | None = None, home: Sequence[int] | None = None
) -> Rooms:
    """Rooms without a quiet time; each its own home unless `home` says which belong together."""
    count = len(kinds)
    factors = [np.nan if one is None else one for one in f_rsi] if f_rsi is not None else [np.nan] * count
    return Rooms(
        kind=np.array(kinds, dtype=np.int64),
        f_rsi=np.array(factors, dtype=np.float64),
        home=np.array(home if home is not None else range(count), dtype=np.int64),
        quiet_from=np.full(count, NEVER, dtype=np.int64),
        quiet_until=np.full(count, NEVER, dtype=np.int64),
    )
