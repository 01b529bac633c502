"""People passing the counting lines: a rhythm of hours and weekdays, and chance."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import HOUR_S, Array, wall_clock

WORKDAY = np.array(
    [4, 2, 1, 1, 1, 4, 15, 45, 70, 55, 60, 75, 100, 95, 80, 80, 85, 95, 70, 50, 35, 25, 16, 9], dtype=np.float64
)
WEEKEND = np.array(
    [12, 8, 5, 3, 2, 3, 6, 14, 32, 60, 90, 115, 125, 125, 120, 110, 90, 65, 48, 40, 36, 32, 28, 20], dtype=np.float64
)
#: Monday first.
WEEKDAYS = np.array([0.88, 0.92, 0.95, 1.0, 1.12, 1.1, 0.8])


@dataclass(frozen=True, kw_only=True, slots=True)
class Footfall:
    """People expected and people counted, [hour, line, in or out]; an hour's counts stand at its start."""

    expected: Array
    counted: Array

    def between(self, line: int, start: float, end: float, rng: np.random.Generator) -> tuple[int, int]:
        """People in and out over model times [start, end), drawn anew from what is expected of those hours."""
        mean = np.zeros(2)
        at = start
        while at < end:
            hour = int(at // HOUR_S)
            until = min(end, (hour + 1) * HOUR_S)
            mean += self.expected[hour, line] * (until - at) / HOUR_S
            at = until
        drawn = rng.poisson(mean)
        return int(drawn[0]), int(drawn[1])


def simulate_footfall(seed: int, lines: int, origin: datetime, hours: int) -> Footfall:
    """Counts of `hours` hours from `origin`; more hours leave the first ones as they were."""
    rng = stream(seed, "footfall")
    size = rng.lognormal(np.log(3.0), 0.6, lines)
    lean = rng.uniform(-0.25, 0.25, lines)
    clock = wall_clock(origin, hours, HOUR_S)
    hour = clock.hour.astype(np.int64)
    rhythm = np.where(clock.weekend, WEEKEND[hour], WORKDAY[hour]) * WEEKDAYS[clock.weekday]
    both = rhythm[:, None] * size[None, :]
    towards = 0.5 + lean[None, :] * np.where(hour < 13, 1, -1)[:, None]
    expected = np.stack([both * towards, both * (1 - towards)], axis=2)
    chance = stream(seed, "footfall chance")
    counted = np.array([chance.poisson(row) for row in expected], dtype=np.float64).reshape(expected.shape)
    return Footfall(expected=expected, counted=counted)
