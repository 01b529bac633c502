"""From series to days: what `damp assess FILE`, a backtest and the evaluation of the rule run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.day import next_day
from hereabouts_platform.homes.hours import HOURS_A_DAY, Hours
from hereabouts_platform.homes.limits import LIMITS, Limits
from hereabouts_platform.homes.record import Record, blank
from hereabouts_platform.homes.rooms import Rooms


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Series:
    """Consecutive hours of many rooms from midnight UTC of `first_day` (days since 1970), each array [hours, rooms].

    The weather may be one column for all rooms, [hours, 1]; None where there is none. NaN where an hour is unknown.
    """

    first_day: int
    temperature: Floats
    humidity: Floats
    outdoor_temperature: Floats | None = None
    outdoor_humidity: Floats | None = None
    rain: Floats | None = None
    co2: Floats | None = None

    @property
    def days(self) -> int:
        """Days that are begun."""
        return -(-len(self.temperature) // HOURS_A_DAY)

    def day(self, number: int) -> Hours:
        """The hours of one day, counted from 0; what the series does not reach is unknown."""
        rooms = self.temperature.shape[1]
        return Hours(
            temperature=_cut(self.temperature, number, rooms),
            humidity=_cut(self.humidity, number, rooms),
            co2=_cut(self.co2, number, rooms),
            outdoor_temperature=_cut(self.outdoor_temperature, number, rooms),
            outdoor_humidity=_cut(self.outdoor_humidity, number, rooms),
            rain=_cut(self.rain, number, rooms),
        )


def assess_series(
    series: Series, rooms: Rooms, limits: Limits = LIMITS, *, before: Record | None = None
) -> Iterator[Record]:
    """The day's records of all rooms, day after day, each whole but for the last, which ends where the series does.

    Args:
        before: records of the day before the first; blank ones where there are none.
    """
    record = before if before is not None else blank(len(rooms), series.first_day - 1)
    for number in range(series.days):
        until = min(len(series.temperature) - number * HOURS_A_DAY, HOURS_A_DAY)
        record = next_day(record, series.day(number), until, rooms, limits)
        yield record


def course(records: Sequence[Record], name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    """One field of the records over time, [days, rooms, ...]."""
    return np.stack([record[name] for record in records])


def _cut(values: Floats | None, number: int, rooms: int) -> Floats:
    day = np.full((HOURS_A_DAY, rooms), np.nan)
    if values is not None:
        part = values[number * HOURS_A_DAY : (number + 1) * HOURS_A_DAY]
        day[: len(part)] = part
    return day
