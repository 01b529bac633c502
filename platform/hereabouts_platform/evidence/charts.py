"""Charts of a pack as SVG text of their own: lines by the hour, times without readings shaded. No script, no asset."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from hereabouts_platform.evidence.case_file import CaseFile, Series
from hereabouts_schemas.times import LONDON

WIDTH, HEIGHT = 720, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 8, 24
_HOUR = timedelta(hours=1)
_MOST_POINTS = 720
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_COLOURS = ("#1d4f91", "#a03f00", "#3f6b2f", "#6b3f8a")
_TITLES = {
    "air_temperature": "Air temperature, °C",
    "relative_humidity": "Relative humidity, %",
    "surface_temperature": "Surface temperature, °C",
    "co2": "Carbon dioxide, ppm",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A chart: its title, what a reader who cannot see it is told, and its SVG."""

    title: str
    description: str
    svg: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A line: points of (hours from the left, value) in unbroken runs, and the runs of hours without a reading."""

    name: str
    runs: list[list[tuple[float, float]]]
    gaps: list[tuple[float, float]]


def charts_of(file: CaseFile) -> list[Chart]:
    """One chart for each place and quantity indoors; the outdoor temperature is drawn beside the indoor one."""
    outdoors = [series for series in file.series if series.outdoors]
    charts = []
    for series in file.series:
        if not series.outdoors and series.from_at < series.to_at:
            beside = [each for each in outdoors if each.quantity == series.quantity == "air_temperature"]
            charts.append(_chart(series, beside))
    return charts


def _chart(series: Series, beside: Sequence[Series]) -> Chart:
    left, right = series.from_at, series.to_at
    lines = [_line(series, left, right), *(_line(each, left, right) for each in beside)]
    title = f"{series.place}: {_TITLES.get(series.quantity, f'{series.quantity} ({series.unit})')}"
    missing = sum(to - since for since, to in lines[0].gaps)
    hours = (right - left) / _HOUR
    said = f"{_say(left)} to {_say(right)}; {hours - missing:.0f} of {hours:.0f} hours have readings"
    if series.hours:
        low, high = min(hour.least for hour in series.hours), max(hour.greatest for hour in series.hours)
        said += f"; from {low:.1f} to {high:.1f}"
    return Chart(title=title, description=f"{said}.", svg=_svg(title, said, lines, left, hours))


def _line(series: Series, left: datetime, right: datetime) -> _Line:
    """A line, its points thinned to means of whole hours so that a year can be drawn."""
    width = max(1, math.ceil((right - left) / _HOUR / _MOST_POINTS))
    known = {int((hour.at - left) / _HOUR): hour.mean for hour in series.hours if left <= hour.at < right}
    runs: list[list[tuple[float, float]]] = []
    gaps: list[tuple[float, float]] = []
    total = math.ceil((right - left) / _HOUR)
    for start in range(0, total, width):
        values = [known[n] for n in range(start, min(start + width, total)) if n in known]
        end = min(start + width, total)
        if not values:
            gaps.append((start, end)) if not gaps or gaps[-1][1] != start else gaps.append((gaps.pop()[0], end))
        elif runs and (not gaps or gaps[-1][1] != start):
            runs[-1].append(((start + end) / 2, sum(values) / len(values)))
        else:
            runs.append([((start + end) / 2, sum(values) / len(values))])
    return _Line(name="outdoors" if series.outdoors else series.place, runs=runs, gaps=gaps)


def _svg(title: str, said: str, lines: Sequence[_Line], left: datetime, hours: float) -> str:
    low, high, step = _scale([value for line in lines for run in line.runs for _, value in run])

    def x(hour: float) -> str:
        return f"{_LEFT + (WIDTH - _LEFT - _RIGHT) * hour / hours:.1f}"

    def y(value: float) -> str:
        return f"{HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * (value - low) / (high - low):.1f}"

    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(f"{title}. {said}")}">',
        *(
            f'<rect class="gap" x="{x(since)}" y="{_TOP}" width="{float(x(to)) - float(x(since)):.1f}" '
            f'height="{HEIGHT - _TOP - _BOTTOM}"/>'
            for since, to in lines[0].gaps
        ),
    ]
    for n in range(round((high - low) / step) + 1):
        value = low + n * step
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y(value)}" y2="{y(value)}"/>')
        parts.append(f'<text x="{_LEFT - 4}" y="{y(value)}" class="up">{value:g}</text>')
    for hour, text in _days(left, hours):
        parts.append(f'<text x="{x(hour)}" y="{HEIGHT - 8}" class="along">{text}</text>')
    for n, line in enumerate(lines):
        colour = _COLOURS[n % len(_COLOURS)]
        dash = ' stroke-dasharray="4 3"' if n else ""
        for run in line.runs:
            path = " ".join(f"{x(hour)},{y(value)}" for hour, value in run)
            parts.append(f'<polyline points="{path}" stroke="{colour}"{dash}/>')
    return "".join([*parts, "</svg>"])


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    """The bottom and top of the scale, and the step between its lines."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    step = next((step for step in _STEPS if (high - low) / step <= 4), _STEPS[-1])
    bottom = math.floor(low / step) * step
    top = max(math.ceil(high / step) * step, bottom + step)
    return bottom, top, step


def _days(left: datetime, hours: float) -> list[tuple[float, str]]:
    """About six days along the bottom, at their midnights in Europe/London."""
    every = max(1, math.ceil(hours / 24 / 6))
    local = left.astimezone(LONDON)
    first = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    marks = []
    for n in range(0, math.ceil(hours / 24), every):
        day = first + timedelta(days=n)
        hour = (day - left) / _HOUR
        if 0 <= hour <= hours * 0.95:
            marks.append((hour, f"{day.day} {day:%b}"))
    return marks


def _say(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"
