"""Charts as geometry: where lines, marks and gaps lie, for a template to draw as SVG.

Across, one unit is an hour; up, the scale runs from 0 (top) to 100 (bottom). Marks are given in per cent, so that the
drawing stretches to any width while its text keeps its size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hereabouts_api.pages.words import number, quantity_of, unit_of
from hereabouts_platform.exports.drawing import path_of, scale
from hereabouts_schemas.times import LONDON

HOUR = timedelta(hours=1)
MOST_NAMED = 16  # days that have room for a name each
ROOM_FOR_TEXT = 11  # per cent of the height that two labels on top of each other need


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The time a chart covers, in whole hours."""

    from_at: datetime
    to_at: datetime

    @property
    def hours(self) -> int:
        """How many hours it covers."""
        return round((self.to_at - self.from_at) / HOUR)

    def position(self, at: datetime) -> float:
        """Hours from the left edge."""
        return (at - self.from_at) / HOUR


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One quantity at one place, a value an hour; hours without a reading are not in it.

    Attributes:
        values: start of the hour -> value, oldest first.
        longest_step: readings further apart than this have a gap between them.
    """

    quantity: str
    channel: str
    unit: str
    values: Mapping[datetime, float]
    longest_step: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A value that should not be reached, and what of ("a week's average")."""

    value: float
    of: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A line or a label; `at` in per cent from the left or the top. Minor ones give way where it is narrow."""

    at: float
    label: str
    minor: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A stretch without readings, in hours from the left edge."""

    at: float
    width: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line: its path, how it is drawn where there are several, and what it is then called."""

    path: str
    style: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """What the template draws."""

    title: str
    summary: str
    key: str
    hours: int
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    ticks: tuple[Mark, ...]
    limits: tuple[Mark, ...]
    midnights: tuple[float, ...]
    days: tuple[Mark, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """One of several series on a chart: what it is called, and how its line is drawn (room, surface, outdoors)."""

    name: str
    style: str
    series: Series


def draw(series: Series, window: Window, limits: Sequence[Limit] = ()) -> Chart:
    """Lay out one series over `window`; it holds at least one value."""
    return _draw(
        quantity_of(series.quantity, series.channel), [Named(name="", style="", series=series)], window, limits
    )


def draw_together(title: str, several: Sequence[Named], window: Window, limits: Sequence[Limit] = ()) -> Chart:
    """Lay out several series of one unit over `window`, each with a value; gaps and summary are those of the first."""
    return _draw(title, several, window, limits)


def _draw(title: str, several: Sequence[Named], window: Window, limits: Sequence[Limit]) -> Chart:
    series = several[0].series
    values = [value for one in several for value in one.series.values.values()]
    low, high, step = scale([*values, *(limit.value for limit in limits)])
    gaps = _gaps(runs_of(series), series.longest_step / HOUR, window)

    def mark(value: float) -> Mark:
        return Mark(at=round(100 * (high - value) / (high - low), 2), label=f"{value:,g}{unit_of(series.unit)}")

    limit_marks = [mark(limit.value) for limit in limits]
    ticks = [mark(low + index * step) for index in range(round((high - low) / step) + 1)]
    return Chart(
        title=title,
        summary=_summary(series),
        key=_key(limits, series.unit, has_gaps=bool(gaps)),
        hours=window.hours,
        lines=tuple(
            Line(
                path=path_of([(window.position(at), mark(value).at) for at, value in run]),
                style=one.style,
                name=one.name,
            )
            for one in several
            for run in runs_of(one.series)
        ),
        gaps=tuple(gaps),
        ticks=tuple(tick for tick in ticks if all(abs(tick.at - limit.at) > ROOM_FOR_TEXT for limit in limit_marks)),
        limits=tuple(limit_marks),
        midnights=tuple(_midnights(window)),
        days=tuple(_days(window)),
    )


def runs_of(series: Series) -> list[list[tuple[datetime, float]]]:
    """The values in runs without a gap between them."""
    runs: list[list[tuple[datetime, float]]] = []
    for at, value in series.values.items():
        if runs and at - runs[-1][-1][0] <= series.longest_step:
            runs[-1].append((at, value))
        else:
            runs.append([(at, value)])
    return runs


def _gaps(runs: Sequence[Sequence[tuple[datetime, float]]], longest: float, window: Window) -> list[Gap]:
    edges = [0.0]
    for run in runs:
        edges += [window.position(run[0][0]), window.position(run[-1][0])]
    edges.append(float(window.hours - 1))
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [Gap(at=round(start, 2), width=round(end - start, 2)) for start, end in pairs if end - start > longest]


def _civil_days(window: Window) -> list[date]:
    first, last = window.from_at.astimezone(LONDON).date(), window.to_at.astimezone(LONDON).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _midnights(window: Window) -> list[float]:
    starts = [window.position(datetime.combine(day, time(), LONDON)) for day in _civil_days(window)]
    return [round(start, 2) for start in starts if 0 < start < window.hours]


def _days(window: Window) -> list[Mark]:
    """Each day's name under its noon, where it fits (of more than a fortnight every third); few where it is narrow."""
    marks = []
    days = _civil_days(window)
    every = 1 if len(days) <= MOST_NAMED else 3
    for index, day in enumerate(days[::every]):
        at = round(100 * window.position(datetime.combine(day, time(12), LONDON)) / window.hours, 2)
        if 3 <= at <= 97:
            narrow = index % 4 == 2 and 9 <= at <= 91
            marks.append(Mark(at=at, label=f"{day.day} {day:%b}", minor=not narrow))
    return marks


def _key(limits: Sequence[Limit], unit: str, *, has_gaps: bool) -> str:
    named = [f"{limit.value:g}{unit_of(unit)}, the limit of {limit.of}" for limit in limits]
    parts = [f"Dashed: {'; '.join(named)}."] if named else []
    return " ".join([*parts, *(["Shaded: no readings."] if has_gaps else [])])


def _summary(series: Series) -> str:
    values = list(series.values.values())

    def say(value: float) -> str:
        return f"{number(value, series.unit)}{unit_of(series.unit)}"

    return f"Between {say(min(values))} and {say(max(values))}; last {say(values[-1])}."
