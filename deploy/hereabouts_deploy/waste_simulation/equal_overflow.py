"""What a policy's dial drives at the overflow of a fixed round: its points, and what lies between two of them.

It is the same interpolation by which a policy is held against the fixed rounds (`score.km_of_fixed`), the other way
round. A dial that reaches no overflow as small as a round's is said not to; where all its settings have less overflow
than the round, the one that drives least stands for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.waste_simulation.baselines import BASELINES, DAILY, SECOND_DAY, late
from hereabouts_deploy.waste_simulation.score import MOST_UNSERVED, Score, km_of_fixed

#: Fixed rounds that go out, or to each half of the town, every second day.
ALTERNATE = (SECOND_DAY, late(SECOND_DAY), "fixed-2nd-day-halves", "alternate-classes-60", "alternate-classes-90")
Seeds = Mapping[int, Score]


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A dial at the overflow of a fixed round.

    Attributes:
        overflow, fixed_km: of the round, means over all years; km: what the dial drives, a mean over the years in
            which it reaches that overflow; NaN where in none.
        less: by how many per cent it drives more than the round (below 0: less), each year that it reaches it.
        years: all years.
    """

    dial: str
    fixed: str
    overflow: float
    fixed_km: float
    km: float
    less: tuple[float, ...]
    years: int


def dials(policies: Mapping[str, Seeds]) -> dict[str, list[str]]:
    """The settings of each dial, such as those of `ours`: `ours-2`, `ours-8`."""
    found: dict[str, list[str]] = {}
    for name in policies:
        if name not in BASELINES:
            found.setdefault(name.rpartition("-")[0] or name, []).append(name)
    return found


def held(policies: Mapping[str, Seeds]) -> list[Held]:
    """Each dial against the daily round and each alternate-day round that was run and that crews can do."""
    rounds = [name for name in (DAILY, late(DAILY), *ALTERNATE) if name in policies and can_be_done(policies[name])]
    return [_held(dial, names, name, policies) for dial, names in dials(policies).items() for name in rounds]


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


def _held(dial: str, names: Sequence[str], fixed: str, policies: Mapping[str, Seeds]) -> Held:
    reached, less = [], []
    for seed, one in policies[fixed].items():
        scores = [policies[name][seed] for name in names]
        points = [(each.overflow_percent, each.km) for each in scores]
        if min(points)[0] <= one.overflow_percent:
            reached.append(km_of_fixed(one.overflow_percent, points))
            less.append((reached[-1] / one.km - 1) * 100)
    scores = list(policies[fixed].values())
    return Held(
        dial=dial,
        fixed=fixed,
        overflow=float(np.mean([one.overflow_percent for one in scores])),
        fixed_km=float(np.mean([one.km for one in scores])),
        km=float(np.mean(reached)) if reached else float("nan"),
        less=tuple(less),
        years=len(scores),
    )


def _say(one: Held) -> str:
    at = f"At the overflow of {one.fixed} ({one.overflow:.2f} %, {one.fixed_km:.1f} km/day)"
    if not one.less:
        return f"{at}: no setting of {one.dial} has so little overflow."
    where = (
        "" if len(one.less) == one.years else f", in the {len(one.less)} of {one.years} years in which it gets there"
    )
    return f"{at}: {one.dial} needs {one.km:.1f} km/day, {_change(one.less)}{where}."


def _change(less: Sequence[float]) -> str:
    text = f"{np.mean(less):+.1f} %"
    return text if len(less) == 1 else f"{text} ± {np.std(less, ddof=1) / np.sqrt(len(less)):.1f}"
