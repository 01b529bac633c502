"""Which raw readings of temperature and humidity are not believed, and why.

A sensor measures both at once: where one of a pair cannot be, neither is believed. What is judged is a single reading
against its neighbours in time, never a trend. Humidity alone never counts as a spike: a bathroom rises by 30 % within
minutes and a kettle by 20 %, and both are true. Source: section 4.2 of our notes on damp, with real recordings.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats

COLDEST, HOTTEST = -10.0, 45.0  # degC in a room, an attic or a porch: beyond it a sensor has failed or lies in the sun
DRIEST, WETTEST = 5.0, 100.0  # %
SENTINELS_CEL = (120.0, 125.0, 85.0, -127.0, -999.0, 999.0)  # what makers send for "no value"
SENTINELS_PERCENT = (0.0, 120.0, 255.0, -999.0, 999.0)
NEIGHBOUR_S = 20 * 60  # a neighbour in time lies no farther away, so one of the two lies in the same hour
JUMP_CEL = 5.0  # K away from both neighbours
JUMP_PERCENT = 25.0  # with at least
JUMP_CEL_BESIDE = 2.0  # K at the same moment: humidity alone is never a spike
SIGN_LEAST, SIGN_WITHIN = 3.0, 3.0  # K: how far a wrong sign throws a value, and how well its mirror image fits

Bools = NDArray[np.bool_]


class Doubt(IntEnum):
    """Why a reading is not believed; the order is that of precedence."""

    NONE = 0
    SENTINEL = 1
    SIGN = 2
    RANGE = 3
    SPIKE = 4


WORDS = {
    Doubt.SENTINEL: "a value that stands for no value",
    Doubt.SIGN: "a temperature with the wrong sign",
    Doubt.RANGE: "outside what a room can be",
    Doubt.SPIKE: "a jump that is gone with the next reading",
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Cleaned:
    """What is thought of each reading: a Doubt a row, uint8."""

    doubt: NDArray[np.uint8]

    @property
    def believed(self) -> Bools:
        """Rows without doubt."""
        return np.asarray(self.doubt == Doubt.NONE)

    @property
    def counts(self) -> dict[Doubt, int]:
        """How many rows were not believed, by reason; reasons without any are left out."""
        found = np.bincount(self.doubt, minlength=len(Doubt))
        return {reason: int(found[reason]) for reason in Doubt if reason is not Doubt.NONE and found[reason]}


def clean(times: NDArray[np.int64], temperature: Floats, humidity: Floats) -> Cleaned:
    """Judge the readings of one sensor.

    Args:
        times: of the readings, seconds since 1970 UTC, strictly rising.
        temperature, humidity: degC and %, one of the two NaN where it was not read at that instant.
    """
    sentinel = np.isin(temperature, SENTINELS_CEL) | np.isin(humidity, SENTINELS_PERCENT)
    outside = (temperature < COLDEST) | (temperature > HOTTEST) | (humidity < DRIEST) | (humidity > WETTEST)
    possible = ~sentinel & ~outside
    warmth = _around(times, temperature, possible & ~np.isnan(temperature))
    paired = possible & ~np.isnan(temperature + humidity)
    damp, beside = _around(times, humidity, paired), _around(times, temperature, paired)
    mirrored = warmth.below(SIGN_LEAST) & (temperature < 0) & warmth.mirrored(temperature)
    spike = warmth.apart(JUMP_CEL) | (damp.apart(JUMP_PERCENT) & beside.apart(JUMP_CEL_BESIDE))
    doubt = np.select(
        [sentinel, mirrored, outside, spike], [Doubt.SENTINEL, Doubt.SIGN, Doubt.RANGE, Doubt.SPIKE], Doubt.NONE
    )
    return Cleaned(doubt=doubt.astype(np.uint8))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Around:
    """How far each value lies from the possible one before it and after it; NaN where none is near in time."""

    before: Floats
    after: Floats

    def below(self, by: float) -> Bools:
        """Whether it lies under both of its neighbours."""
        return np.asarray((self.before <= -by) & (self.after <= -by))

    def apart(self, by: float) -> Bools:
        """Whether it lies beyond both of its neighbours, on the same side."""
        return np.asarray(((self.before > by) & (self.after > by)) | ((self.before < -by) & (self.after < -by)))

    def mirrored(self, values: Floats) -> Bools:
        """Whether it is about what its neighbours are, with the sign turned round."""
        before, after = values - self.before, values - self.after
        return np.asarray((np.abs(values + before) <= SIGN_WITHIN) & (np.abs(values + after) <= SIGN_WITHIN))


def _around(times: NDArray[np.int64], values: Floats, possible: Bools) -> _Around:
    """Differences to the nearest possible readings before and after each, within 20 minutes."""
    at = np.flatnonzero(possible)
    before = np.searchsorted(at, np.arange(len(times)), side="left") - 1
    after = np.searchsorted(at, np.arange(len(times)), side="right")
    return _Around(before=_difference(times, values, at, before), after=_difference(times, values, at, after))


def _difference(times: NDArray[np.int64], values: Floats, at: NDArray[np.intp], which: NDArray[np.intp]) -> Floats:
    there = (which >= 0) & (which < len(at))
    found = np.full(len(times), np.nan)
    neighbour = at[which[there]]
    near = np.abs(times[there] - times[neighbour]) <= NEIGHBOUR_S
    found[there] = np.where(near, values[there] - values[neighbour], np.nan)
    return found
