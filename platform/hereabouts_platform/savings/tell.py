"""Savings of a span of days as they are told: figures, how sure they are, what was left out, and the method."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from hereabouts_platform.savings.compare import Left, Line, Pair, line_of, sorted_out
from hereabouts_platform.savings.factors import Factor, Factors
from hereabouts_platform.savings.facts import UNITS, Before, DayPlan, Measure, Span, Why
from hereabouts_platform.savings.method import method_of
from hereabouts_platform.savings.words import WHY, missing, say_line


@dataclass(frozen=True, kw_only=True, slots=True)
class Saving(Line):
    """What became of one measure, as it is told; `says`: the same in a sentence, or why it cannot be said."""

    unit: str
    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """Days that are in no figure, and why.

    Attributes:
        km: planned for them all the same; None where rounds lead to homes, which not everybody sees.
    """

    why: Why
    days: int
    km: float | None
    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedFactor(Factor):
    """A conversion factor, and for days of which year it was used."""

    used_for: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Savings:
    """What the rounds of some days saved against how it was before.

    Attributes:
        first, last: both counted in.
        compared_days: days that could be compared.
        planned_visits, reported_visits: of those days.
        overflowing, unmet: of those days: visits at which a crew found an overflow, and visits that had to be done and
            were in no round. How it was before in this nobody stored.
        method: how the figures were found, in sentences.
    """

    first: date
    last: date
    depot: str | None
    compared_days: int
    savings: tuple[Saving, ...]
    left_out: tuple[LeftOut, ...]
    planned_visits: int
    reported_visits: int
    overflowing: int
    unmet: int
    method: tuple[str, ...]
    factors: tuple[UsedFactor, ...]


def savings(rows: Sequence[Before], plans: Sequence[DayPlan], span: Span, factors: Factors) -> Savings:
    """What the rounds of a span of days saved against the baseline; nothing is reckoned beyond the days compared."""
    sorted_days = sorted_out(rows, plans, span, factors)
    pairs = [one for one in sorted_days if isinstance(one, Pair)]
    run = [plan for pair in pairs for plan in pair.plans]
    rounds = [one for plan in run for one in plan.rounds]
    lines = [line_of(measure, pairs, factors) for measure in Measure]
    used = _used(pairs, factors) if any(line.measure is Measure.CO2E and line.days for line in lines) else ()
    return Savings(
        first=span.first,
        last=span.last,
        depot=span.depot,
        compared_days=len({pair.day for pair in pairs}),
        savings=tuple(_saving(line, pairs, factors) for line in lines),
        left_out=_left_out([one for one in sorted_days if isinstance(one, Left)]),
        planned_visits=sum(one.visits for one in rounds),
        reported_visits=sum(one.reported for one in rounds),
        overflowing=sum(plan.overflowing for plan in run),
        unmet=sum(plan.unmet for plan in run),
        method=tuple(method_of(pairs, lines)),
        factors=used,
    )


def _saving(line: Line, pairs: Sequence[Pair], factors: Factors) -> Saving:
    says = say_line(line, len({pair.day for pair in pairs}), missing(line.measure, pairs, factors))
    return Saving(**asdict(line), unit=UNITS[line.measure], says=says)


def _left_out(left: Sequence[Left]) -> tuple[LeftOut, ...]:
    by_why: defaultdict[Why, list[Left]] = defaultdict(list)
    for one in left:
        by_why[one.why].append(one)
    return tuple(
        LeftOut(
            why=why,
            days=len({one.day for one in own}),
            km=None if why is Why.TO_HOMES else sum(one.km for one in own),
            says=WHY[why],
        )
        for why, own in sorted(by_why.items(), key=lambda item: list(Why).index(item[0]))
    )


def _used(pairs: Sequence[Pair], factors: Factors) -> tuple[UsedFactor, ...]:
    """The factors of these days, by fuel and year."""
    named = {(row.fuel, pair.day.year) for pair in pairs for part in pair.parts for row in part.rows if row.litres}
    named |= {(one.fuel, pair.day.year) for pair in pairs for plan in pair.plans for one in plan.rounds if one.km}
    found = []
    for fuel, year in sorted((fuel, year) for fuel, year in named if fuel is not None):
        factor = factors.of(fuel, year)
        if factor is not None:
            about = {name: getattr(factor, name) for name in Factor.__slots__}
            found.append(UsedFactor(**about, used_for=year))
    return tuple(found)
