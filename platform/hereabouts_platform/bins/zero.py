"""A sensor's zero, corrected by crews who found the bin not full: bounded, and shown.

A bag caught under the lid or a depth written down wrong makes a sensor say 60 % of an empty bin. A crew who leave it
as "not full" has seen it: the zero moves half of the way towards what they saw, never farther than a bound. A zero z
changes a level as `100 * (level - z) / (100 - z)`: a full bin stays full.
"""

from dataclasses import dataclass

import numpy as np

NOT_FULL_IS = 30.0  # per cent that crews mean, at most, by "not full"
STEP = 0.5  # of the way: one crew may be wrong
MOST = 40.0  # points: beyond it a sensor should be seen to, not believed


@dataclass(frozen=True, kw_only=True, slots=True)
class Zero:
    """A sensor's zero.

    Attributes:
        points: what it shows of an empty bin, per cent, 0 to 40.
        told: how often crews have corrected it.
        at_bound: it would have to go farther: somebody should look at the sensor.
    """

    points: float = 0.0
    told: int = 0
    at_bound: bool = False

    def says(self) -> str:
        """What was corrected, in a sentence; empty where nothing was."""
        if not self.told:
            return ""
        times = "once" if self.told == 1 else f"{self.told} times"
        words = f"Crews found it not full {times}, so {self.points:.0f} points are taken off at the bottom."
        return f"{words} That is as far as this goes: please look at the sensor." if self.at_bound else words


def corrected(zero: Zero, shown: float) -> Zero:
    """The zero after a crew said "not full" where the level shown, with the zero as it was, was `shown` per cent.

    A level of 30 or less, or none (NaN), agrees with them and changes nothing.
    """
    if np.isnan(shown) or shown <= NOT_FULL_IS:
        return zero
    raw = zero.points + shown * (100 - zero.points) / 100
    wanted = 100 * (raw - NOT_FULL_IS) / (100 - NOT_FULL_IS)
    moved = zero.points + STEP * (wanted - zero.points)
    return Zero(points=min(moved, MOST), told=zero.told + 1, at_bound=moved >= MOST)
