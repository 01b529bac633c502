"""What a day took before: each round's figure for that date, else for the weekday, else the mean of measured days."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from statistics import fmean, variance

from hereabouts_platform.savings.factors import Factors
from hereabouts_platform.savings.facts import Before, Measure, Why


class Basis(StrEnum):
    """What a round's figure for a day rests on."""

    DATE = "date"
    WEEKDAY = "weekday"
    MEASURED = "measured"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one round took on such a day.

    Attributes:
        rows: one of that date or of such weekdays, or the days that were measured.
        samples: measure -> the figure of each row that has one.
    """

    round: str
    basis: Basis
    rows: tuple[Before, ...]
    samples: Mapping[Measure, tuple[float, ...]]

    def mean(self, measure: Measure) -> float | None:
        """What it took; None where no row says so."""
        sample = self.samples[measure]
        return fmean(sample) if sample else None

    def error(self, measure: Measure) -> tuple[float, int] | None:
        """Variance of the mean and its degrees of freedom; None where fewer than two days were measured."""
        sample = self.samples[measure]
        return (variance(sample) / len(sample), len(sample) - 1) if len(sample) > 1 else None


def parts_on(day: date, rows: Sequence[Before], factors: Factors) -> tuple[Part, ...] | Why:
    """What each round took on such a day, or why that cannot be said."""
    by_round: defaultdict[str, list[Before]] = defaultdict(list)
    for row in rows:
        by_round[row.round].append(row)
    found = []
    for name in sorted(by_round):
        basis, picked = _picked(day, by_round[name])
        if basis is Basis.WEEKDAY and len(picked) > 1:
            return Why.TWO_BASELINES
        if picked:
            samples = _samples(picked, day.year, factors)
            found.append(Part(round=name, basis=basis, rows=tuple(picked), samples=samples))
    return tuple(found) or Why.NO_BASELINE


def _picked(day: date, rows: Sequence[Before]) -> tuple[Basis, list[Before]]:
    exact = [row for row in rows if row.on == day]
    if exact:
        return Basis.DATE, exact
    usual = [row for row in rows if row.weekdays is not None and day.isoweekday() in row.weekdays]
    if usual:
        return Basis.WEEKDAY, usual
    dated = [row for row in rows if row.on is not None and row.on < day and row.on.weekday() == day.weekday()]
    return Basis.MEASURED, sorted(dated, key=lambda row: str(row.on))


def _samples(rows: Sequence[Before], year: int, factors: Factors) -> dict[Measure, tuple[float, ...]]:
    found: dict[Measure, list[float]] = {measure: [] for measure in Measure}
    for row in rows:
        found[Measure.KM].append(row.km)
        found[Measure.HOURS].append(row.hours)
        found[Measure.VISITS].append(row.visits)
        if row.litres is not None:
            found[Measure.LITRES].append(row.litres)
            factor = factors.of(row.fuel, year)
            if factor is not None and factor.unit == "litre":
                found[Measure.CO2E].append(row.litres * factor.kg_co2e)
    return {measure: tuple(values) for measure, values in found.items()}


def before_of(parts: Sequence[Part], measure: Measure) -> float | None:
    """What all of them took; None where one of them cannot be said."""
    means = [part.mean(measure) for part in parts]
    known = [mean for mean in means if mean is not None]
    return sum(known) if len(known) == len(means) else None
