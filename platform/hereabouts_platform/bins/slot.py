"""A slot as it was heard: its sensors one after the other, its crews' words, and its zero as they correct it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hereabouts_platform.bins.advance import Happening
from hereabouts_platform.bins.emptyings import Matched, Proof, find_emptyings
from hereabouts_platform.bins.heard import happenings_of
from hereabouts_platform.bins.level import Doubt, Floats, Levels, Mount, Times, from_distance, from_fill_level
from hereabouts_platform.bins.look_words import look_at
from hereabouts_platform.bins.zero import Zero, corrected


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SensorSaid:
    """What one sensor at a slot told.

    Attributes:
        sensor: which; a new one has a zero of its own.
        times: seconds since 1970 UTC, strictly rising; values: millimetres where `mount` is given, else per cent.
        temperature: degC at those times, NaN where unknown.
    """

    sensor: int
    times: Times
    values: Floats
    mount: Mount | None = None
    temperature: Floats | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotZero:
    """A zero, and of which sensor it is."""

    sensor: int = 0
    zero: Zero = field(default_factory=Zero)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What a slot told in a span: happenings in order of time, and its zero at the end.

    `blocked_at` is when its last reading came, where that shows that something lies on the sensor. `look_at` is what
    somebody should look at by all that was heard, a sentence each.
    """

    happenings: tuple[Happening, ...]
    zero: SlotZero
    blocked_at: int | None = None
    look_at: tuple[str, ...] = ()


def heard_of(
    bin_id: str, said: Sequence[SensorSaid], proofs: Sequence[Proof], zero: SlotZero, corrects: tuple[int, int]
) -> Heard:
    """Readings that are believed and emptyings.

    Args:
        said: its sensors, the newest last; proofs: crews' words in any order.
        zero: as it stood; words of "not full" within `corrects` (`[from, to)`, seconds since 1970) move it.
    """
    newest = said[-1].sensor if said else zero.sensor
    if newest != zero.sensor:
        zero = SlotZero(sensor=newest)
    levels = _levels(said, zero)
    found = find_emptyings(levels, proofs)
    for answer in found.answers:
        if answer.matched is Matched.NOT_FULL and corrects[0] <= answer.proof.at < corrects[1]:
            before = levels.times[levels.believed] <= answer.proof.at
            shown = levels.percent[levels.believed][before]
            zero = replace(zero, zero=corrected(zero.zero, float(shown[-1]) if len(shown) else float("nan")))
            levels = _levels(said, zero)
    if found.answers:
        found = find_emptyings(levels, proofs)
    is_blocked = bool(len(levels.doubt)) and levels.doubt[-1] == Doubt.BLOCKED
    return Heard(
        happenings=happenings_of(bin_id, levels, found, proofs),
        zero=zero,
        blocked_at=int(levels.times[-1]) if is_blocked else None,
        look_at=look_at(levels, found.answers, zero.zero),
    )


def _levels(said: Sequence[SensorSaid], zero: SlotZero) -> Levels:
    """One row of levels; where two sensors spoke in the same second, the newer's."""
    parts = [_levels_of(one, zero.zero.points if one.sensor == zero.sensor else 0.0) for one in reversed(said)]
    if not parts:
        return Levels(
            times=np.empty(0, np.int64), percent=np.empty(0), full=np.empty(0, bool), doubt=np.empty(0, np.uint8)
        )
    times, first = np.unique(np.concatenate([one.times for one in parts]), return_index=True)
    return Levels(
        times=times,
        percent=np.concatenate([one.percent for one in parts])[first],
        full=np.concatenate([one.full for one in parts])[first],
        doubt=np.concatenate([one.doubt for one in parts])[first],
    )


def _levels_of(one: SensorSaid, points: float) -> Levels:
    if one.mount is None:
        return from_fill_level(one.times, one.values, temperature=one.temperature, zero=points)
    return from_distance(one.times, one.values, one.mount, temperature=one.temperature, zero=points)
