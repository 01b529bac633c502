"""Is a run worth it today, and for which bins? Plans of run days are compared over the days that can be looked ahead.

A plan is the days on which somebody goes out. Under a plan each bin is visited on those of its days that cost it least:

    cost of a bin = sum over its visits of its detour + rho * overflow bin-days expected in between

found backwards, day by day. A round costs what it drives. What the last days leave behind is counted: a bin that has
half of its usual time behind it at the end owes half a detour, and a round likewise.

The best plan says whether today is a day to run. A bin's worth today is what it costs more when it is left until a
later day of that plan: overflow in between, and the later visit that today's would save. That is its prize for the
planner of routes, who knows the roads; so a bin that would be due tomorrow comes along where that is cheap.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.bins.level import Bools, Floats
from hereabouts_platform.collection.outlook import Outlook
from hereabouts_platform.collection.streets import Streets

#: From this chance on a bin counts as full now: what lies beside it is not left there when somebody is out, however
#: soon it will be full again.
FULL_NOW = 0.9
FIRST, GAPS = (0, 1, 2, 3), (1, 2, 3, 4)
Days = NDArray[np.int64]
Plan = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Look:
    """What the best plan says.

    Attributes:
        plan: its run days from today, 0; cost: km, with overflow as km.
        other: what the best plan that differs about today costs.
        worth: of each bin today, km: what leaving it would cost more; of a plan that does not run today, if it did.
        chosen: bins that go today by the rough lengths, or would if there were a run, [bins].
        later: bins that go on the plan's next run day, by what is known now, [bins].
        due: the day on which each bin goes if not today, [bins]; the number of days where not within them.
        harm: of that worth, what overflow until then is, km, [bins].
        waits: how likely each bin is full before the next run after today's decision gets to it, [bins]; 0 of those
            that go today.
    """

    plan: Plan
    cost: float
    other: float
    worth: Floats
    chosen: Bools
    later: Bools
    due: Days
    harm: Floats
    waits: Floats

    @property
    def run(self) -> bool:
        """Whether somebody goes out today."""
        return self.plan[0] == 0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Priced:
    cost: float
    rounds: list[Bools]
    worth: Floats
    due: Days


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Usual:
    """What one bin adds to a round, km; days between its visits, and between rounds, in the long run."""

    detour: Floats
    cycle: Floats
    gap: float


def plans(days: int, allowed: Iterable[int] | None = None) -> list[Plan]:
    """Plans to compare: a first day, a gap, and equal gaps from there on; of days on which crews may work."""
    may = set(range(days)) if allowed is None else set(allowed)
    found: dict[Plan, None] = {}
    for first in FIRST:
        for gap in GAPS:
            for then in GAPS:
                plan = (first, *range(first + gap, days, then))
                plan = tuple(day for day in plan if day in may and day < days)
                if plan:
                    found[plan] = None
    return list(found)


def look_ahead(ahead: Outlook, streets: Streets, rho_km: float, allowed: Iterable[int] | None = None) -> Look:
    """The best plan of run days, and what it says of today.

    Args:
        ahead: of the bins of the streets, in their order.
        rho_km: km that a bin-day of overflow is taken to cost: the dial.
        allowed: days on which crews work; None: all.
    """
    usual = _usual(ahead, streets, rho_km)
    detour = usual.detour
    priced = {one: _price(ahead, streets, one, usual, rho_km) for one in plans(ahead.days, allowed)}
    # Where no bin is ever worth its way, all plans cost alike (without end): the one that waits longest counts.
    best = min(priced, key=lambda one: (priced[one].cost, -one[0]))
    others = [one.cost for plan, one in priced.items() if (plan[0] == 0) != (best[0] == 0)]
    today = min((one for one in priced if one[0] == 0), key=lambda one: priced[one].cost, default=best)
    going, shown, rows = priced[today], priced[best], np.arange(len(detour))
    following = 1 if best[0] == 0 else 0
    some = following < len(best)
    waits = ahead.full[:, best[following]] if some else ahead.full[:, -1]
    return Look(
        plan=best,
        cost=shown.cost,
        other=min(others, default=float("inf")),
        worth=np.maximum(going.worth, np.where(ahead.full[:, 0] >= FULL_NOW, rho_km / 2, 0.0)),
        chosen=going.rounds[0],
        later=shown.rounds[following] if some else np.zeros(len(detour), np.bool_),
        due=going.due,
        harm=rho_km * (ahead.first[rows, going.due] - ahead.first[:, 0]),
        waits=np.where(shown.rounds[0], 0.0, waits) if best[0] == 0 else waits,
    )


def _usual(ahead: Outlook, streets: Streets, rho_km: float) -> _Usual:
    """How often bins are visited, and rounds driven, where they cost least a day in the long run."""
    detour = streets.detour()
    every = np.ones(len(detour), np.bool_)
    round_km = max(streets.length(every, ahead.after_percent[:, 0, 1]) - float(detour.sum()), 0.0)
    gaps = np.arange(1, ahead.days)
    rate = (detour[:, None] + rho_km * ahead.after[:, 0, 1 : ahead.days]) / gaps
    costs = [round_km / gap + float(rate[:, gap - 1 :: gap].min(axis=1).sum()) for gap in gaps]
    return _Usual(
        detour=detour,
        cycle=np.asarray(gaps[np.argmin(rate, axis=1)], np.float64),
        gap=float(gaps[int(np.argmin(costs))]),
    )


def _price(ahead: Outlook, streets: Streets, plan: Plan, usual: _Usual, rho_km: float) -> _Priced:
    """What a plan costs, and its rounds."""
    detour, cycle = usual.detour, usual.cycle
    days, rows = ahead.days, np.arange(len(detour))
    after = np.empty((len(plan), len(detour)))
    following = np.empty((len(plan), len(detour)), np.int64)
    for k in reversed(range(len(plan))):
        owed = detour * np.minimum((days - plan[k]) / cycle, 1.0)
        ways = [rho_km * ahead.after[:, plan[k], plan[j]] + detour + after[j] for j in range(k + 1, len(plan))]
        costs = np.stack([*ways, rho_km * ahead.after[:, plan[k], days] + owed])
        at = np.argmin(costs, axis=0)
        after[k], following[k] = costs[at, rows], np.where(at == len(ways), len(plan), k + 1 + at)
    ways = [rho_km * ahead.first[:, day] + detour + after[k] for k, day in enumerate(plan)]
    costs = np.stack([*ways, rho_km * ahead.first[:, days] + detour])
    first = np.argmin(costs, axis=0)
    rounds, found = _rounds(ahead, plan, first, following)
    lengths = [streets.length(*one) for one in zip(rounds, found, strict=True)]
    share = [length - float(detour[one].sum()) for length, one in zip(lengths, rounds, strict=True)]
    owed_round = max(share) * min((days - plan[-1]) / usual.gap, 1.0)
    total = float(costs[first, rows].sum()) + float(np.sum(share)) + owed_round
    if not rounds[0].any():  # nobody goes on its first day: another plan is these days
        total = float("inf")
    later = costs[1:] if plan[0] == 0 else costs
    worth = later.min(axis=0) - (costs[0] - detour)
    due_at = np.argmin(later, axis=0) + (len(costs) - len(later))
    return _Priced(cost=total, rounds=rounds, worth=worth, due=np.array([*plan, days])[due_at])


def _rounds(ahead: Outlook, plan: Plan, first: Days, following: Days) -> tuple[list[Bools], list[Floats]]:
    """Which bins go on each day of the plan, and how full they are expected then."""
    rows = np.arange(len(first))
    rounds, found = [], []
    last = np.full(len(first), -1)
    turn = first.copy()
    for k, day in enumerate(plan):
        here = turn == k
        fresh = ahead.after_percent[rows, np.maximum(last, 0), day]
        rounds.append(here)
        found.append(np.where(last < 0, ahead.first_percent[:, day], fresh))
        last, turn = np.where(here, day, last), np.where(here, following[k], turn)
    return rounds, found
