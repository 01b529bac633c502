"""What a policy's dial drives at the overflow of a fixed round: its points, and what lies between two of them.

It is the same interpolation by which a policy is held against the fixed rounds (`score.km_of_fixed`), the other way
round. A dial that reaches no overflow as small as a round's is said not to; where all its settings have less overflow
than the round, the one that drives least stands for it. Rounds and settings that crews do not get through do not count.

Overflow is told in bin-days; against the daily round also in litres beside bins, as ten bags count for more than one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hereabouts_deploy.waste_simulation.baselines import BASELINES, DAILY, SECOND_DAY, late
from hereabouts_deploy.waste_simulation.score import MOST_UNSERVED, Score, km_of_fixed

#: Fixed rounds that go out, or to each half of the town, every second day.
ALTERNATE = (SECOND_DAY, late(SECOND_DAY), "fixed-2nd-day-halves", "alternate-classes-60", "alternate-classes-90")
Seeds = Mapping[int, Score]


class Measure(StrEnum):
    """A figure of a `Score` by which overflow is told."""

    BIN_DAYS = "overflow_percent"
    LITRES = "overflow_litre_days"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A dial at the overflow of a fixed round.

    Attributes:
        overflow, by `measure`, and fixed_km: of the round, means over all years; km: what the dial drives, a mean over
            the years in which it reaches that overflow; NaN where in none.
        less: by how many per cent it drives more than the round (below 0: less), each year that it reaches it.
        years: all years.
    """

    dial: str
    fixed: str
    measure: Measure
    overflow: float
    fixed_km: float
    km: float
    less: tuple[float, ...]
    years: int


def dials(policies: Mapping[str, Seeds]) -> dict[str, list[str]]:
    """The settings of each dial that crews get through, such as those of `ours`: `ours-2`, `ours-8`."""
    found: dict[str, list[str]] = {}
    for name, seeds in policies.items():
        if name not in BASELINES and can_be_done(seeds):
            found.setdefault(name.rpartition("-")[0] or name, []).append(name)
    return found


def held(policies: Mapping[str, Seeds]) -> list[Held]:
    """Each dial against the daily round, by both measures, and each alternate-day round; of those that can be done."""
    pairs = [(name, measure) for name in (DAILY, late(DAILY)) for measure in Measure]
    pairs += [(name, Measure.BIN_DAYS) for name in ALTERNATE]
    run = [(name, measure) for name, measure in pairs if name in policies and can_be_done(policies[name])]
    return [_held(dial, names, one, policies) for dial, names in dials(policies).items() for one in run]


def lines(policies: Mapping[str, Seeds]) -> list[str]:
    """The same in sentences; of the alternate-day rounds, which one is the hardest to beat."""
    found = held(policies)
    said = [_say(one) for one in found]
    for dial in dials(policies):
        reached = [one for one in found if one.dial == dial and one.fixed in ALTERNATE and one.less]
        if reached:
            best = max(reached, key=lambda one: float(np.mean(one.less)))
            said.append(f"Hardest to beat of the alternate-day rounds for {dial}: {best.fixed}, {_change(best.less)}.")
    return said


def can_be_done(seeds: Seeds) -> bool:
    """Whether crews get through a round, on the whole."""
    return float(np.mean([one.unserved for one in seeds.values()])) < MOST_UNSERVED


def _held(dial: str, names: Sequence[str], one_round: tuple[str, Measure], policies: Mapping[str, Seeds]) -> Held:
    fixed, measure = one_round
    reached, less = [], []
    for seed, one in policies[fixed].items():
        scores = [policies[name][seed] for name in names]
        points = [(_overflow(each, measure), each.km) for each in scores]
        if min(points)[0] <= _overflow(one, measure):
            reached.append(km_of_fixed(_overflow(one, measure), points))
            less.append((reached[-1] / one.km - 1) * 100)
    scores = list(policies[fixed].values())
    return Held(
        dial=dial,
        fixed=fixed,
        measure=measure,
        overflow=float(np.mean([_overflow(one, measure) for one in scores])),
        fixed_km=float(np.mean([one.km for one in scores])),
        km=float(np.mean(reached)) if reached else float("nan"),
        less=tuple(less),
        years=len(scores),
    )


def _overflow(score: Score, measure: Measure) -> float:
    return float(getattr(score, measure))


def _say(one: Held) -> str:
    told = f"{one.overflow:.2f} %" if one.measure is Measure.BIN_DAYS else f"{one.overflow:.0f} litre-days/day"
    at = f"At the overflow of {one.fixed} ({told}, {one.fixed_km:.1f} km/day)"
    if not one.less:
        return f"{at}: no setting of {one.dial} has so little overflow."
    where = (
        "" if len(one.less) == one.years else f", in the {len(one.less)} of {one.years} years in which it gets there"
    )
    return f"{at}: {one.dial} needs {one.km:.1f} km/day, {_change(one.less)}{where}."


def _change(less: Sequence[float]) -> str:
    text = f"{np.mean(less):+.1f} %"
    return text if len(less) == 1 else f"{text} ± {np.std(less, ddof=1) / np.sqrt(len(less)):.1f}"
