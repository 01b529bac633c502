"""The model's time: seconds since the town's origin, and what a clock on the wall in Europe/London shows then."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from hereabouts_schemas.times import LONDON

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

HOUR_S = 3600
DAY_S = 86400


@dataclass(frozen=True, kw_only=True, slots=True)
class WallClock:
    """London's day (counted from the first), hour with fraction, and whether it is a Saturday or Sunday."""

    day: npt.NDArray[np.int64]
    hour: Array
    weekday: npt.NDArray[np.int64]

    @property
    def weekend(self) -> Mask:
        """Saturdays and Sundays."""
        return np.asarray(self.weekday >= 5)


def origin_before(end: datetime, days: int) -> datetime:
    """The full UTC hour `days` before `end`: where a town's history starts."""
    return end.astimezone(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=days)


def seconds_since(origin: datetime, at: datetime) -> float:
    """Model time of an instant."""
    return (at - origin).total_seconds()


def ticks(count: int, step_s: int) -> Array:
    """Model times 0, `step_s`, 2 `step_s` ...: as many as `count`."""
    return np.asarray(np.arange(count) * step_s, dtype=np.float64)


def wall_clock(origin: datetime, count: int, step_s: int) -> WallClock:
    """London's clock at `origin` and every `step_s` after it, `count` times; right on both nights the clocks change."""
    local = [(origin + timedelta(seconds=k * step_s)).astimezone(LONDON) for k in range(count)]
    first = local[0].date().toordinal() if local else 0
    return WallClock(
        day=np.array([at.date().toordinal() - first for at in local], dtype=np.int64),
        hour=np.array([at.hour + at.minute / 60 for at in local], dtype=np.float64),
        weekday=np.array([at.weekday() for at in local], dtype=np.int64),
    )
