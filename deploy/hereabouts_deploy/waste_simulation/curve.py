"""The curve of kilometres and overflow as an SVG: a panel a town, fixed rounds as points, a policy's dial as a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from hereabouts_deploy.waste_simulation.baselines import BASELINES, FIXED
from hereabouts_deploy.waste_simulation.equal_overflow import Seeds, dials
from hereabouts_deploy.waste_simulation.score import km_of_fixed

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 330, 52, 14, 34, 44
STEPS = (0.5, 1, 2, 5, 10, 20, 50, 100)
FIXED_COLOUR, OURS_COLOUR = "#6b6b6b", "#1d4f91"
Points = list[tuple[float, float, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Panel:
    """Where a panel's overflow (per cent) and kilometres lie on the page."""

    top: int
    most_over: float
    most_km: float

    def x(self, over: float) -> float:
        return round(LEFT + over / self.most_over * (WIDTH - LEFT - RIGHT), 1)

    def y(self, km: float) -> float:
        return round(self.top + TOP + (1 - km / self.most_km) * (HEIGHT - TOP - BOTTOM), 1)

    def line(self, points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(over):g},{self.y(km):g}" for over, km in points)


def svg(towns: Mapping[str, Mapping[str, Seeds]]) -> str:
    """The whole picture, of means over the years."""
    panels = [_panel(HEIGHT * k, town, policies) for k, (town, policies) in enumerate(towns.items())]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT * len(panels)}" role="img"'
            ' font-family="sans-serif" font-size="11">',
            "<title>Kilometres a day against overflow, town by town</title>",
            f"<desc>{escape(described(towns))}</desc>",
            f'<rect width="{WIDTH}" height="{HEIGHT * len(panels)}" fill="#ffffff"/>',
            *panels,
            "</svg>\n",
        ]
    )


def described(towns: Mapping[str, Mapping[str, Seeds]]) -> str:
    """What the picture shows, for who cannot see it."""
    said = []
    for town, policies in towns.items():
        points = ", ".join(f"{name} {km:.0f} km at {over:.1f} %" for over, km, name in _means(policies, policies))
        said.append(f"{town.capitalize()}: {points}.")
    return " ".join(said)


def _panel(top: int, town: str, policies: Mapping[str, Seeds]) -> str:
    points = _means(policies, policies)
    panel = _Panel(
        top=top, most_over=max(one[0] for one in points) * 1.08, most_km=max(one[1] for one in points) * 1.08
    )
    fixed = _means(policies, [name for name in policies if name in BASELINES])
    years = len(next(iter(policies.values())))
    title = f"{town}, {years} {'year' if years == 1 else 'years'}"
    drawn = [f'<text x="{LEFT}" y="{top + 18}" font-size="14" font-weight="bold">{escape(title)}</text>', *_axes(panel)]
    drawn += [_hull(panel, policies)]
    drawn += [_point(panel, one, FIXED_COLOUR) for one in fixed]
    for settings in dials(policies).values():
        line = sorted(_means(policies, settings))
        path = panel.line([(over, km) for over, km, _ in line])
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{OURS_COLOUR}" stroke-width="2"/>')
        drawn += [_point(panel, one, OURS_COLOUR) for one in line]
    return "\n".join(drawn)


def _means(policies: Mapping[str, Seeds], names: Mapping[str, Seeds] | Sequence[str]) -> Points:
    """Overflow, kilometres and name of each."""
    return [
        (
            float(np.mean([one.overflow_percent for one in policies[name].values()])),
            float(np.mean([one.km for one in policies[name].values()])),
            name,
        )
        for name in names
    ]


def _hull(panel: _Panel, policies: Mapping[str, Seeds]) -> str:
    """What fixed rounds and mixtures of two of them need, of those that leave less than a bin a day."""
    served = [name for name in policies if name in FIXED and _left(policies[name]) < 1]
    points = [(over, km) for over, km, _ in _means(policies, served)]
    if len(points) < 2:
        return ""
    overs = np.linspace(min(points)[0], max(points)[0], 200).tolist()
    path = panel.line([(over, km_of_fixed(over, points)) for over in overs])
    return f'<polyline points="{path}" fill="none" stroke="{FIXED_COLOUR}" stroke-dasharray="5 4"/>'


def _left(seeds: Seeds) -> float:
    return float(np.mean([one.unserved for one in seeds.values()]))


def _point(panel: _Panel, one: tuple[float, float, str], colour: str) -> str:
    over, km, name = one
    x, y = panel.x(over), panel.y(km)
    anchor, aside = ("end", -6) if x > WIDTH - 130 else ("start", 6)
    text = f'<text x="{x + aside:g}" y="{y - 5:g}" text-anchor="{anchor}" fill="{colour}">{escape(name)}</text>'
    return f'<circle cx="{x:g}" cy="{y:g}" r="3.5" fill="{colour}"/>{text}'


def _axes(panel: _Panel) -> list[str]:
    left, right, low = LEFT, WIDTH - RIGHT, panel.y(0)
    drawn = [f'<path d="M{left} {panel.y(panel.most_km):g}V{low:g}H{right}" fill="none" stroke="#333333"/>']
    drawn += [
        f'<path d="M{left} {panel.y(km):g}H{right}" stroke="#e4e4e4"/>'
        f'<text x="{left - 6}" y="{panel.y(km) + 4:g}" text-anchor="end">{km:g}</text>'
        for km in _ticks(panel.most_km)
    ]
    drawn += [
        f'<text x="{panel.x(over):g}" y="{low + 15:g}" text-anchor="middle">{over:g}</text>'
        for over in _ticks(panel.most_over)
    ]
    drawn.append(f'<text x="{right}" y="{low + 32:g}" text-anchor="end">overflow, % of bin-days</text>')
    drawn.append(f'<text x="{left - 40}" y="{panel.top + TOP - 4}">km/day</text>')
    return drawn


def _ticks(most: float) -> list[float]:
    step = next(one for one in STEPS if most / one <= 7)
    return [step * k for k in range(int(most / step) + 1)]
