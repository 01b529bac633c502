"""What was measured on one day: hours of many rooms with the weather outside them, unknown where nothing was."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats

HOURS_A_DAY = 24


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Hours:
    """One UTC day, each array [24, rooms], NaN where an hour is unknown.

    Attributes:
        temperature, humidity: means in the room, degC and %.
        co2: mean in the room, ppm.
        outdoor_temperature, outdoor_humidity: means outside, degC and %.
        rain: what fell in the hour, mm.
    """

    temperature: Floats
    humidity: Floats
    co2: Floats
    outdoor_temperature: Floats
    outdoor_humidity: Floats
    rain: Floats

    @classmethod
    def unknown(cls, rooms: int) -> Self:
        """A day of which nothing is known; the arrays are its own and may be written to."""
        return cls(**{one.name: np.full((HOURS_A_DAY, rooms), np.nan) for one in fields(cls)})

    @property
    def rooms(self) -> int:
        """How many rooms there are."""
        return int(self.temperature.shape[1])

    def before(self, hour: int) -> Self:
        """The same day as far as it was over `hour` hours after midnight: nothing is known of what came after."""
        if hour >= HOURS_A_DAY:
            return self
        cut = {one.name: getattr(self, one.name).copy() for one in fields(self)}
        for values in cut.values():
            values[hour:] = np.nan
        return replace(self, **cut)

    def of(self, rooms: NDArray[np.intp]) -> Self:
        """The hours of some of the rooms."""
        return replace(self, **{one.name: getattr(self, one.name)[:, rooms] for one in fields(self)})
