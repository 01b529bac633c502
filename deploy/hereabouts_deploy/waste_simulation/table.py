"""The table of a simulation, in Markdown, as it stands in `docs/waste-simulation.md`."""

from collections.abc import Mapping, Sequence

import numpy as np

from hereabouts_deploy.waste_simulation.baselines import DAILY, FIXED
from hereabouts_deploy.waste_simulation.equal_overflow import Seeds
from hereabouts_deploy.waste_simulation.equal_overflow import lines as lines_of_dials
from hereabouts_deploy.waste_simulation.score import MOST_UNSERVED, km_of_fixed

HEAD = (
    *("policy", "km/day", "against daily", "against fixed at that overflow", "hours/day", "visits/day"),
    *("left/day", "tips/day", "fill at emptying", "overflow bin-days", "overflow litre-days/day"),
)


def markdown(town: str, policies: Mapping[str, Seeds]) -> str:
    """One town's policies: means over the seeds; differences seed by seed, with their standard error."""
    count = len(next(iter(policies.values())))
    lines = [f"**{town}**, {count} {'year' if count == 1 else 'years'}", "", _line(HEAD), _line(["---"] * len(HEAD))]
    fixed = {name: seeds for name, seeds in policies.items() if name in FIXED}
    for name, seeds in policies.items():
        lines.append(_line(_cells(name, seeds, policies.get(DAILY), fixed)))
    said = [f"- {one}" for one in lines_of_dials(policies)]
    return "\n".join([*lines, *([""] if said else []), *said]) + "\n"


def against_fixed(seeds: Seeds, fixed: Mapping[str, Seeds]) -> list[float]:
    """By how many per cent a policy drives more than fixed rounds of the same overflow, seed by seed."""
    return [(one.km / km_of_fixed(one.overflow_percent, _points(seed, fixed)) - 1) * 100 for seed, one in seeds.items()]


def _points(seed: int, fixed: Mapping[str, Seeds]) -> list[tuple[float, float]]:
    scores = [seeds[seed] for seeds in fixed.values()]
    return [(one.overflow_percent, one.km) for one in scores if one.unserved < MOST_UNSERVED] or [
        (one.overflow_percent, one.km) for one in scores
    ]


def _cells(name: str, seeds: Seeds, daily: Seeds | None, fixed: Mapping[str, Seeds]) -> list[str]:
    def mean(figure: str) -> float:
        return float(np.mean([getattr(one, figure) for one in seeds.values()]))

    less = [] if daily is None else [(one.km / daily[seed].km - 1) * 100 for seed, one in seeds.items()]
    held = against_fixed(seeds, fixed) if fixed else []
    return [
        name,
        f"{mean('km'):.1f}",
        _percent(less),
        _percent(held),
        f"{mean('hours'):.1f}",
        f"{mean('visits'):.0f}",
        f"{mean('unserved'):.1f}",
        f"{mean('tips'):.1f}",
        f"{mean('fill_percent'):.0f} %",
        f"{mean('overflow_percent'):.2f} %",
        f"{mean('overflow_litre_days'):.0f}",
    ]


def _percent(differences: Sequence[float]) -> str:
    if not differences:
        return ""
    text = f"{np.mean(differences):+.1f} %"
    if len(differences) == 1:
        return text
    return f"{text} ± {np.std(differences, ddof=1) / np.sqrt(len(differences)):.1f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
