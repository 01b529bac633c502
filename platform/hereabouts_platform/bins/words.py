"""What crews' words mean in per cent, by the bins whose sensors had just told how full they were.

With that a crew's word says something of a bin that nothing measures, or whose sensor is silent: "emptied" means that
it was as full as bins are on the whole of which crews say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hereabouts_platform.bins.emptyings import Proof, Said
from hereabouts_platform.bins.level import Levels

#: Before a word stands for a level, it was said so often of bins whose level is known.
OFTEN = 50
#: A level says how full a bin was that a crew comes to so much later at the most.
SHOWN_WITHIN_S = 24 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """The levels of which a word was said, points: their sum and how many."""

    total: float = 0.0
    count: int = 0


Words = Mapping[Said, Meaning]


@dataclass(frozen=True, kw_only=True, slots=True)
class CrewsSaid:
    """Crews' words of one slot, in any order, and what words have meant so far."""

    proofs: Sequence[Proof] = ()
    words: Words = field(default_factory=dict)


def with_word(words: Words, said: Said, percent: float) -> dict[Said, Meaning]:
    """Words with one more that was said of a bin that was so full."""
    known = words.get(said, Meaning())
    return {**words, said: Meaning(total=known.total + percent, count=known.count + 1)}


def joined(words: Words, more: Words) -> dict[Said, Meaning]:
    """What was said before and since."""
    found = dict(words)
    for said, one in more.items():
        known = words.get(said, Meaning())
        found[said] = Meaning(total=known.total + one.total, count=known.count + one.count)
    return found


def means(words: Words, said: Said) -> float:
    """How full bins were of which it was said, per cent on the whole; NaN until it was said often."""
    known = words.get(said, Meaning())
    return known.total / known.count if known.count >= OFTEN else float("nan")


def shown(levels: Levels, at: int, within_s: int = SHOWN_WITHIN_S) -> tuple[float, bool]:
    """The last level believed up to `at` (seconds since 1970 UTC), per cent, and whether it means "or more".

    NaN where the last `within_s` seconds have none.
    """
    rows = np.flatnonzero(levels.believed & (levels.times <= at) & (levels.times > at - within_s))
    if not len(rows):
        return float("nan"), False
    return float(levels.percent[rows[-1]]), bool(levels.full[rows[-1]])
