"""How full a slot is, of what its sensor says: what is not believed and why, and the level of what is.

A slot is a place; readings hang on it, whatever bin or sensor happens to be there. Its deployment says how the sensor
is mounted: `bin_depth_mm` from the sensor's face down to the floor and, where the bin counts as full before the waste
touches the sensor, `bin_full_mm` from the face down to that line:

    level = 100 * (depth - distance) / (depth - full)      per cent

A zero that crews have corrected (`zero.py`) is taken off so that 100 stays 100. Nothing is clipped in silence: a level
of 100 or more is 100 and `full`, which means "at least"; what cannot be is a doubt with a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from hereabouts_schemas.errors import InputError

Floats = NDArray[np.float64]
Times = NDArray[np.int64]
Bools = NDArray[np.bool_]

SENTINELS_MM = (0.0, 65_535.0, 65_534.0, 32_767.0, 9_999.0)  # what makers send for "no echo"
BEYOND_FLOOR = 10.0  # points below empty that unevenness and a bulging floor explain
ABOVE_LID = 25.0  # points above full that a heap and the line of `bin_full_mm` explain; beyond it nothing does
SPIKE_POINTS = 15.0  # away from both neighbours, on the same side
NEIGHBOUR_S = 6 * 3600  # a neighbour in time lies no farther away
COLDEST, HOTTEST = -30.0, 85.0  # degC under a lid in frost and in the sun; a fire is an event of the device
HEAT_JUMP_CEL = 12.0  # against both neighbours: the sensor's clock of sound is wrong at that moment
BLOCKED_MM = 60.0  # nearer than this an echo is the rim's, or something lies on the lens
BLOCKED_JUMP = 50.0  # points between two readings within
BLOCKED_WITHIN_S = 3 * 3600


class Doubt(IntEnum):
    """Why a reading is not believed; the order is that of precedence."""

    NONE = 0
    SENTINEL = 1
    RANGE = 2
    TEMPERATURE = 3
    SPIKE = 4
    BLOCKED = 5


WORDS = {
    Doubt.SENTINEL: "a value that stands for no echo",
    Doubt.RANGE: "outside what this bin can be, as it is mounted",
    Doubt.TEMPERATURE: "a temperature at that moment that cannot be",
    Doubt.SPIKE: "a jump that is gone with the next reading",
    Doubt.BLOCKED: "full at one stroke and right at the lens: something may lie on it",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mount:
    """How a sensor looks into its bin, mm from its face: down to the floor, and to the line of "full"."""

    depth_mm: float
    full_mm: float = 0.0


def mount_of(mount: Mapping[str, object]) -> Mount | None:
    """The mount as a deployment tells it; None where it knows no depth, so that a distance means no level.

    Raises:
        InputError: a depth or line that is no number of millimetres, or a line at or under the floor.
    """
    if mount.get("bin_depth_mm") is None:
        return None
    depth = _millimetres("bin_depth_mm", mount["bin_depth_mm"])
    full = _millimetres("bin_full_mm", mount.get("bin_full_mm", 0))
    if not 0 <= full < depth:
        raise InputError("bin_full_mm", full, f"The line of full lies above the floor: under {depth:g} mm, from 0.")
    return Mount(depth_mm=depth, full_mm=full)


def _millimetres(name: str, found: object) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not np.isfinite(found):
        raise InputError(name, found, "Give a number of millimetres, measured from the sensor's face.")
    return float(found)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Levels:
    """What is thought of a slot's readings.

    Attributes:
        times: seconds since 1970 UTC, strictly rising.
        percent: level after the median of three; NaN where the reading is not believed.
        full: the level is 100 "or more".
        doubt: a Doubt a row, uint8.
    """

    times: Times
    percent: Floats
    full: Bools
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

    def says(self) -> str:
        """What is not believed, counted and named, in a sentence or two; empty where all is."""
        if not self.counts:
            return ""
        doubts = "; ".join(f"{count} × {WORDS[reason]}" for reason, count in self.counts.items())
        of_all = f"{sum(self.counts.values())} of its last {len(self.doubt)} readings are not believed: {doubts}."
        if self.believed.any():
            return of_all
        return f"{of_all} Nothing that the sensor says can be believed, so its level cannot be said."


def from_distance(
    times: Times, distance_mm: Floats, mount: Mount, *, temperature: Floats | None = None, zero: float = 0.0
) -> Levels:
    """Levels of a sensor that measures the distance down to the waste.

    Args:
        times: seconds since 1970 UTC, strictly rising; distance_mm: at those times.
        temperature: degC at the same times, NaN where unknown: a sensor of sound is wrong where that jumps.
        zero: points that the sensor shows of an empty bin, as crews have corrected it.
    """
    raw = 100 * (mount.depth_mm - distance_mm) / (mount.depth_mm - mount.full_mm)
    sentinel = ~np.isfinite(distance_mm) | np.isin(distance_mm, SENTINELS_MM)
    doubt = _doubts(times, raw, sentinel, distance_mm <= BLOCKED_MM, temperature)
    return _believed(times, raw, doubt, zero)


def shown(levels: Levels, at: int, *, since: int) -> tuple[float, bool]:
    """The last level believed after `since` and up to `at` (seconds since 1970 UTC), and whether it means "or more".

    NaN where none was.
    """
    rows = np.flatnonzero(levels.believed & (levels.times <= at) & (levels.times > since))
    if not len(rows):
        return float("nan"), False
    return float(levels.percent[rows[-1]]), bool(levels.full[rows[-1]])


def from_fill_level(times: Times, percent: Floats, *, temperature: Floats | None = None, zero: float = 0.0) -> Levels:
    """Levels of a sensor that says per cent itself. What lies on its lens shows as 99 % or more at one stroke."""
    doubt = _doubts(times, percent, ~np.isfinite(percent), percent >= 99, temperature)
    return _believed(times, percent, doubt, zero)


def _doubts(times: Times, raw: Floats, sentinel: Bools, close: Bools, warm: Floats | None) -> NDArray[np.uint8]:
    outside = (raw < -BEYOND_FLOOR) | (raw > 100 + ABOVE_LID)
    doubt = np.where(sentinel, Doubt.SENTINEL, np.where(outside, Doubt.RANGE, Doubt.NONE)).astype(np.uint8)
    if warm is not None:
        doubt[(doubt == Doubt.NONE) & _heat_glitch(times, warm)] = Doubt.TEMPERATURE
    doubt[_apart(times, raw, doubt == Doubt.NONE, SPIKE_POINTS)] = Doubt.SPIKE
    doubt[_blocked(times, raw, close, doubt == Doubt.NONE)] = Doubt.BLOCKED
    return doubt


def _believed(times: Times, raw: Floats, doubt: NDArray[np.uint8], zero: float) -> Levels:
    at = np.flatnonzero(doubt == Doubt.NONE)
    percent = np.full(len(raw), np.nan)
    percent[at] = median_of_3(times[at], 100 * (raw[at] - zero) / (100 - zero))
    full = percent >= 100  # NaN is not
    return Levels(times=times, percent=np.clip(percent, 0, 100), full=full, doubt=doubt)


def median_of_3(times: Times, values: Floats) -> Floats:
    """Each value's median with its neighbours, an end's with the two next to it; as it is where they are not near."""
    if len(values) < 3:
        return values
    before, here, behind = values[:-2], values[1:-1], values[2:]
    inner = np.maximum(np.minimum(before, here), np.minimum(np.maximum(before, here), behind))
    gap = np.diff(times) <= NEIGHBOUR_S
    near = gap[:-1] & gap[1:]
    near, inner = near[[0, *range(len(near)), -1]], inner[[0, *range(len(inner)), -1]]
    return np.asarray(np.where(near, inner, values))


def _heat_glitch(times: Times, warm: Floats) -> Bools:
    impossible = (warm < COLDEST) | (warm > HOTTEST)
    return np.asarray(impossible | _apart(times, warm, ~np.isnan(warm) & ~impossible, HEAT_JUMP_CEL))


def _apart(times: Times, values: Floats, possible: Bools, by: float) -> Bools:
    """Possible values beyond both of their possible neighbours, on the same side, these near in time."""
    at = np.flatnonzero(possible)
    found = np.zeros(len(values), dtype=bool)
    if len(at) < 3:
        return found
    step, gap = np.diff(values[at]), np.diff(times[at])
    near = (gap[:-1] <= NEIGHBOUR_S) & (gap[1:] <= NEIGHBOUR_S)
    found[at[1:-1]] = near & (((step[:-1] > by) & (step[1:] < -by)) | ((step[:-1] < -by) & (step[1:] > by)))
    return found


def _blocked(times: Times, raw: Floats, close: Bools, possible: Bools) -> Bools:
    """Runs of readings right at the lens that began at one stroke; a bin that filled up to there is just full."""
    at = np.flatnonzero(possible)
    found = np.zeros(len(raw), dtype=bool)
    if len(at) < 2:
        return found
    near = close[at]
    begins = near & ~np.concatenate([[False], near[:-1]])
    jump = np.concatenate([[0.0], np.diff(raw[at])]) > BLOCKED_JUMP
    soon = np.concatenate([[False], np.diff(times[at]) <= BLOCKED_WITHIN_S])
    run = np.cumsum(begins)
    stroke = np.concatenate([[False], (jump & soon)[begins]])
    found[at] = near & stroke[run]
    return found


def site_level(percent: Floats, capacity_l: Floats) -> float:
    """How full the containers of one stream at a site are together, by their litres; NaN where none is known.

    A container whose level is not known (NaN) is left out: its neighbours speak for it, they are filled by the same
    people.
    """
    known = ~np.isnan(percent)
    litres = float(capacity_l[known].sum())
    return float((percent[known] * capacity_l[known]).sum() / litres) if litres else float("nan")
