"""The report's chart: humidity of air and coldest surface above, temperatures below, over all of the readings, as SVG.

A point is a day's mean (of 18 hours or more), or an hour's where there is less than a fortnight. Where nothing was read
the ground is shaded: a line is never drawn over what is not known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from hereabouts_deploy.damp.look import Look
from hereabouts_platform.climate.averages import HOURS_A_DAY, HOURS_A_VALID_DAY
from hereabouts_platform.climate.surface import surface_humidity
from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.exports.drawing import path_of, scale

LEFT, WIDTH, HEIGHT, APART, TOP = 46.0, 700.0, 150.0, 46.0, 20.0
_HOURLY_UP_TO = 14 * HOURS_A_DAY
_MOST_DATES = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Line(NamedTuple):
    """One course: what it is, its class for colour, its stretches as SVG paths."""

    label: str
    kind: str
    paths: list[str]


class Tick(NamedTuple):
    """A mark and where it lies, in units of the drawing."""

    at: float
    label: str


class Shade(NamedTuple):
    """A stretch without readings."""

    at: float
    width: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """One of the two drawings."""

    title: str
    top: float
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    limit: Tick


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """All that the template draws; `height` of the whole."""

    panels: tuple[Panel, ...]
    dates: tuple[Tick, ...]
    shades: tuple[Shade, ...]
    height: float
    point: str


def draw(look: Look) -> Drawing:
    """Lay out the chart of a file."""
    series = look.series
    hours = len(series.temperature)
    width = 1 if hours <= _HOURLY_UP_TO else HOURS_A_DAY
    air, warmth = _means(series.humidity[:, 0], width), _means(series.temperature[:, 0], width)
    humid, warm = [("Air of the room", "air", air)], [("Room", "air", warmth)]
    if series.outdoor_temperature is not None:
        outside = series.outdoor_temperature[:, 0]
        wall = surface_humidity(series.temperature[:, 0], series.humidity[:, 0], outside, look.factor)
        humid.append(("Coldest surface", "surface", _means(np.minimum(wall, 100.0), width)))
        warm.append(("Outdoors", "outdoor", _means(outside, width)))
    panels = (
        _panel("Relative humidity, %", TOP, humid, Tick(80.0, "80 %: mould can grow on a surface")),
        _panel("Temperature, °C", TOP + HEIGHT + APART, warm, Tick(18.0, "18 °C")),
    )
    return Drawing(
        panels=panels,
        dates=_dates(series.first_day * HOURS_A_DAY, hours),
        shades=_shades(air),
        height=TOP + 2 * HEIGHT + APART + 26,
        point="hour" if width == 1 else "day",
    )


def _means(values: Floats, width: int) -> Floats:
    """Means of `width` hours at a time; of a day only where 18 hours or more are known."""
    if width == 1:
        return values
    padded = np.full(-(-len(values) // width) * width, np.nan)
    padded[: len(values)] = values
    days = padded.reshape(-1, width)
    known = ~np.isnan(days)
    count = known.sum(axis=1)
    sums = np.where(known, days, 0.0).sum(axis=1)
    return np.where(count >= HOURS_A_VALID_DAY, sums / np.maximum(count, 1), np.nan)


def _panel(title: str, top: float, courses: Sequence[tuple[str, str, Floats]], limit: Tick) -> Panel:
    known = [float(value) for _, _, values in courses for value in values if np.isfinite(value)]
    low, high, step = scale([*known, limit.at])

    def up(value: float) -> float:
        return round(top + HEIGHT * (high - value) / (high - low), 2)

    marks = [low + n * step for n in range(round((high - low) / step) + 1)]
    return Panel(
        title=title,
        top=top,
        lines=tuple(
            Line(label, kind, _paths([_across(n, len(v)) for n in range(len(v))], v, up)) for label, kind, v in courses
        ),
        ticks=tuple(Tick(up(mark), f"{mark:g}") for mark in marks),
        limit=Tick(up(limit.at), limit.label),
    )


def _across(number: float, count: int) -> float:
    return round(LEFT + WIDTH * (number + 0.5) / count, 2)


def _paths(across: Sequence[float], values: Floats, up: Callable[[float], float]) -> list[str]:
    runs: list[list[tuple[float, float]]] = []
    begun = False
    for x, value in zip(across, values, strict=True):
        if np.isfinite(value):
            if not begun:
                runs.append([])
            runs[-1].append((x, up(float(value))))
        begun = bool(np.isfinite(value))
    return [path_of(run) for run in runs]


def _shades(values: Floats) -> tuple[Shade, ...]:
    missing = np.concatenate(([False], ~np.isfinite(values), [False])).astype(int)
    turns = np.flatnonzero(np.diff(missing))
    unit = WIDTH / len(values)
    pairs = zip(turns[::2], turns[1::2], strict=True)
    return tuple(Shade(round(LEFT + unit * a, 2), round(unit * (b - a), 2)) for a, b in pairs)


def _dates(first: int, hours: int) -> tuple[Tick, ...]:
    """Up to eight dates under the drawing, at midnights in UTC."""
    days = -(-hours // HOURS_A_DAY)
    step = max(1, -(-days // _MOST_DATES))
    found = []
    for day in range(0, days, step):
        at = _EPOCH + timedelta(hours=first + day * HOURS_A_DAY)
        found.append(Tick(round(LEFT + WIDTH * day * HOURS_A_DAY / hours, 2), f"{at.day} {at:%b %Y}"))
    return tuple(found)
