"""Days compared with how they were before: which can be, which cannot and why, and what that comes to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hereabouts_platform.savings.before import Part, before_of, parts_on
from hereabouts_platform.savings.factors import Factors
from hereabouts_platform.savings.facts import Before, DayPlan, Measure, Span, Why
from hereabouts_platform.savings.interval import Error, interval
from hereabouts_platform.savings.since import now_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A day, of a depot or of all, that can be compared."""

    day: date
    parts: tuple[Part, ...]
    plans: tuple[DayPlan, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A day, of a depot or of all, that is left out; `km` planned for it all the same."""

    day: date
    why: Why
    km: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What became of one measure.

    Attributes:
        days: on how many it is known on both sides.
        before, now, saved: sums over those days; None: cannot be said.
        low, high: in which span the saving of as many days like these lies 19 times in 20; None: too few days.
    """

    measure: Measure
    days: int
    before: float | None
    now: float | None
    saved: float | None
    low: float | None
    high: float | None


def sorted_out(rows: Sequence[Before], plans: Sequence[DayPlan], span: Span, factors: Factors) -> list[Pair | Left]:
    """What becomes of each day of a span on which there were rounds, or would have been.

    Where every row of the baseline names its depot, each depot's day is compared by itself; else all depots together,
    and then every depot that has vehicles must have a plan.
    """
    by_day: defaultdict[date, list[DayPlan]] = defaultdict(list)
    for plan in plans:
        by_day[plan.day].append(plan)
    found = []
    for day in _days(span):
        for mine, here, needed in _cells(rows, by_day[day], span):
            one = _sort(day, parts_on(day, mine, factors), here, needed, span.today)
            if one is not None:
                found.append(one)
    return found


def _days(span: Span) -> Iterator[date]:
    for number in range((span.last - span.first).days + 1):
        yield span.first + timedelta(days=number)


def _cells(
    rows: Sequence[Before], plans: Sequence[DayPlan], span: Span
) -> Iterator[tuple[Sequence[Before], list[DayPlan], frozenset[str]]]:
    """Rows and plans that belong together, and the depots that need a plan."""
    if span.depot is None and any(row.depot is None for row in rows):
        yield rows, list(plans), span.depots
        return
    depots = {row.depot for row in rows} | {plan.depot for plan in plans}
    for depot in sorted(name for name in depots if name is not None and span.depot in (None, name)):
        mine = [row for row in rows if row.depot == depot]
        yield mine, [plan for plan in plans if plan.depot == depot], frozenset({depot})


def _sort(
    day: date, parts: tuple[Part, ...] | Why, plans: Sequence[DayPlan], needed: frozenset[str], today: date
) -> Pair | Left | None:
    if not plans and parts is Why.NO_BASELINE:
        return None  # nobody went out then, nobody goes out now
    why = parts if isinstance(parts, Why) else _not_run(plans, needed)
    if day >= today:
        why = Why.NOT_OVER
    if isinstance(parts, Why) or why is not None:
        km = sum(one.km for plan in plans for one in plan.rounds)
        return Left(day=day, why=why or Why.NO_BASELINE, km=km)
    return Pair(day=day, parts=parts, plans=tuple(plans))


def _not_run(plans: Sequence[DayPlan], needed: frozenset[str]) -> Why | None:
    """Why what was planned does not tell what was run."""
    if not plans or needed - {plan.depot for plan in plans}:
        return Why.NO_PLAN
    if any(plan.to_homes for plan in plans):
        return Why.TO_HOMES
    if not all(plan.mapped or not plan.rounds for plan in plans):
        return Why.NO_MAP
    silent = any(one.visits and not one.reported for plan in plans for one in plan.rounds)
    return Why.NOT_REPORTED if silent else None


def line_of(measure: Measure, pairs: Sequence[Pair], factors: Factors) -> Line:
    """What became of a measure over the days that can be compared."""
    known = []
    for pair in pairs:
        before, now = before_of(pair.parts, measure), now_of(pair.plans, measure, factors)
        if before is not None and now is not None:
            known.append((pair, before, now))
    if not known:
        return Line(measure=measure, days=0, before=None, now=None, saved=None, low=None, high=None)
    by_day: defaultdict[date, float] = defaultdict(float)
    for pair, before, now in known:
        by_day[pair.day] += before - now
    total = sum(before for _, before, _ in known), sum(now for _, _, now in known)
    ends = interval(list(by_day.values()), _shared([pair for pair, _, _ in known], measure))
    low, high = ends if ends is not None else (None, None)
    return Line(
        measure=measure, days=len(by_day), before=total[0], now=total[1], saved=total[0] - total[1], low=low, high=high
    )


def _shared(pairs: Sequence[Pair], measure: Measure) -> dict[object, tuple[int, Error]]:
    """Of each mean of measured days: for how many days it stands, and what it is off by."""
    found: dict[object, tuple[int, Error]] = {}
    for part in (part for pair in pairs for part in pair.parts):
        error = part.error(measure)
        if error is not None:
            key = (part.round, part.rows)
            found[key] = (found[key][0] + 1 if key in found else 1, error)
    return found
