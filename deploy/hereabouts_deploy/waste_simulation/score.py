"""What a year came to, in figures a day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.waste_simulation.judge import Judged

#: A round that leaves so many bins a day, because the shift ends, is none: the crew cannot do it.
MOST_UNSERVED = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """Means over the days of a year: kilometres, vehicles' hours from gate to gate, bins emptied, bins that were left
    because the shift ended, tips, tips that were not planned; `fill_percent` of bins when emptied (at most 100 each);
    `overflow_percent` of bin-days with any time at 100 % or more; litres beyond capacity x days, each day.
    """

    km: float
    hours: float
    visits: float
    unserved: float
    tips: float
    forced_tips: float
    fill_percent: float
    overflow_percent: float
    overflow_litre_days: float


def score(judged: Judged) -> Score:
    """The figures of a policy's year."""
    days, driven = judged.days, [one.driven for one in judged.days]
    count = len(days)
    fills = np.array([fill for one in driven for fill in one.fills])
    return Score(
        km=sum(one.metres for one in driven) / 1000 / count,
        hours=sum(one.seconds for one in driven) / 3600 / count,
        visits=len(fills) / count,
        unserved=sum(one.unserved for one in driven) / count,
        tips=sum(one.tips for one in driven) / count,
        forced_tips=sum(one.forced_tips for one in driven) / count,
        fill_percent=float(np.minimum(fills, 1).mean()) * 100 if len(fills) else 0.0,
        overflow_percent=sum(len(one.end.over) for one in days) / count / judged.bins * 100,
        overflow_litre_days=sum(one.end.litre_days for one in days) / count,
    )


def km_of_fixed(overflow_percent: float, fixed: Sequence[tuple[float, float]]) -> float:
    """The fewest kilometres a day that fixed rounds need for an overflow: what a policy is held against.

    `fixed` are overflow and kilometres of each. Between two of them lies a mixture of both, some weeks the one and some
    the other: the straight line, of which the lowest counts (the lower convex hull). Less overflow than any of
    them has is held against the one that has least; more, against the one that drives least.
    """
    reached: list[float] = [km for over, km in fixed if over <= overflow_percent]
    for over, km in fixed:
        for more, less_km in fixed:
            if over < overflow_percent < more:
                reached.append(km + (less_km - km) * (overflow_percent - over) / (more - over))
    return min(reached) if reached else min(fixed)[1]
