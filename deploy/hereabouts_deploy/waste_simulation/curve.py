"""The curve of kilometres and overflow as an SVG: a panel a town, fixed rounds as points, a policy's dial as a line."""

from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np

from hereabouts_deploy.curve_picture import HEIGHT, OTHER_COLOUR, Panel, panel_of, picture
from hereabouts_deploy.waste_simulation.baselines import BASELINES, FIXED
from hereabouts_deploy.waste_simulation.equal_overflow import Seeds, can_be_done, dials
from hereabouts_deploy.waste_simulation.score import km_of_fixed

Points = list[tuple[float, float, str]]


def svg(towns: Mapping[str, Mapping[str, Seeds]]) -> str:
    """The whole picture, of means over the years."""
    drawn = {town: policies for town, policies in towns.items() if _drawn(policies)}
    panels = [_panel(HEIGHT * k, town, policies) for k, (town, policies) in enumerate(drawn.items())]
    return picture(panels, "Kilometres a day against overflow, town by town", described(drawn))


def described(towns: Mapping[str, Mapping[str, Seeds]]) -> str:
    """What the picture shows, for who cannot see it."""
    said = []
    for town, policies in towns.items():
        points = ", ".join(
            f"{name} {km:.0f} km at {over:.1f} %" for over, km, name in _means(policies, _drawn(policies))
        )
        said.append(f"{town.capitalize()}: {points}.")
    return " ".join(said)


def _panel(top: int, town: str, policies: Mapping[str, Seeds]) -> str:
    panel = panel_of(top, _means(policies, _drawn(policies)))
    fixed = _means(policies, [name for name in policies if name in BASELINES])
    years = len(next(iter(policies.values())))
    title = f"{town}, {years} {'year' if years == 1 else 'years'}"
    drawn = [*panel.frame(title), _hull(panel, policies)]
    drawn += [panel.point(one, OTHER_COLOUR) for one in fixed]
    for settings in dials(policies).values():
        drawn += panel.dial(_means(policies, settings))
    return "\n".join(drawn)


def _drawn(policies: Mapping[str, Seeds]) -> list[str]:
    """Fixed rounds, and the settings of dials that crews get through."""
    return [*(name for name in policies if name in BASELINES), *chain.from_iterable(dials(policies).values())]


def _means(policies: Mapping[str, Seeds], names: Sequence[str]) -> Points:
    """Overflow, kilometres and name of each."""
    return [
        (
            float(np.mean([one.overflow_percent for one in policies[name].values()])),
            float(np.mean([one.km for one in policies[name].values()])),
            name,
        )
        for name in names
    ]


def _hull(panel: Panel, policies: Mapping[str, Seeds]) -> str:
    """What fixed rounds and mixtures of two of them need, of those that leave less than a bin a day."""
    served = [name for name in policies if name in FIXED and can_be_done(policies[name])]
    points = [(over, km) for over, km, _ in _means(policies, served)]
    if len(points) < 2:
        return ""
    overs = np.linspace(min(points)[0], max(points)[0], 200).tolist()
    path = panel.line([(over, km_of_fixed(over, points)) for over in overs])
    return f'<polyline points="{path}" fill="none" stroke="{OTHER_COLOUR}" stroke-dasharray="5 4"/>'
