"""Which bins have to be emptied, which may be, and which are left; each with its reason.

A visit that may be left has a prize: what leaving it costs, as pence of harm times how likely the bin overflows before
the next plan. The planner weighs it against the miles. What has to be done has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np

from hereabouts_platform.bins.forecast import FULL, Ahead
from hereabouts_platform.bins.state import BinState, State
from hereabouts_platform.bins.visit_words import Facts, age_words, fullness_words, left_words, silent_words
from hereabouts_platform.rules.waste_places import OVERFLOW_P
from hereabouts_schemas.work import Reason, ReasonKind

DAY_S, HOUR_S = 86_400, 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitRules:
    """When a bin is visited; a class of bins has its own.

    Attributes:
        limit: per cent at which it should be emptied: for the words, and for when to expect it.
        max_days: days that it is never left longer, full or not (smell, dog waste).
        must_chance: it has to be emptied where it is likelier than this to overflow before the next plan.
        rho_p: pence that an overflowing bin is taken to cost: the one dial between miles and overflow, as its depot
            has set it. 4000 is what some 40 km of a round cost, the middle of what paid in simulation.
        least_prize_p: a visit worth less is left.
        silent_h: hours after which a sensor's silence is said, and its age stands as the reason.
    """

    limit: float = 80.0
    max_days: float = 14.0
    must_chance: float = 0.99
    rho_p: int = OVERFLOW_P
    least_prize_p: int = 10
    silent_h: float = 48.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A bin's rules, and what is known of it beside its level: each a sentence, None where there is none.

    Attributes:
        manual: a dispatcher's word; report: a person's; alert: of a sensor or a rule.
        statutory: a duty, which has to be met by `statutory_by` (seconds since 1970 UTC).
    """

    bin: str
    rules: VisitRules = VisitRules()
    manual: str | None = None
    statutory: str | None = None
    statutory_by: int | None = None
    report: str | None = None
    alert: str | None = None


class Decision(StrEnum):
    """What becomes of a bin in a plan."""

    MUST = "must"
    MAY = "may"
    LEAVE = "leave"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What becomes of a bin, and why.

    Attributes:
        chance: how likely it overflows before the next plan, 0 to 1; prize_p: pence, 0 where it must.
        level: expected now, per cent, 100 "or more".
        overflow_p50_at: when it is as likely as not to have overflowed; overflow_p90_at: when one in ten such bins
            has, so it comes first. UTC; None where not within the time that was forecast.
    """

    bin: str
    decision: Decision
    reason: Reason
    chance: float
    prize_p: int
    level: float
    overflow_p50_at: datetime | None
    overflow_p90_at: datetime | None


def choose(ahead: Ahead, slots: Sequence[Slot], state: State, next_plan: int) -> tuple[Choice, ...]:
    """Every slot's choice, none left out.

    Args:
        ahead: forecasts of these slots in this order, from now on until after the next plan.
        next_plan: when it will be their turn again, seconds since 1970 UTC.

    Raises:
        ValueError: the forecast ends before the next plan, or is of other bins.
    """
    if ahead.bins != tuple(slot.bin for slot in slots):
        raise ValueError("The forecast is of other bins, or in another order.")
    column = int(np.searchsorted(ahead.times, next_plan))
    if column >= len(ahead.times):
        raise ValueError("The forecast ends before the next plan.")
    chance, level = ahead.chance_of(FULL)[:, column], ahead.level(0.5)[:, 0]
    limits = [slot.rules.limit for slot in slots]
    when = {share: _reached(ahead, limits, share) for share in (0.1, 0.5)}
    full = {share: ahead.reaches(FULL, share) for share in (0.5, 0.9)}
    return tuple(
        _choice(
            slot,
            state.bins[slot.bin],
            Facts(
                now=int(ahead.times[0]),
                level=float(level[k]),
                full=bool(ahead.overflowing[k]),
                limit=slot.rules.limit,
                surely_over_at=_time(when[0.1][k]),
                likely_over_at=_time(when[0.5][k]),
                full_p50_at=_time(full[0.5][k]),
                full_p90_at=_time(full[0.9][k]),
            ),
            float(chance[k]),
            next_plan,
        )
        for k, slot in enumerate(slots)
    )


def _reached(ahead: Ahead, limits: Sequence[float], share: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    result = np.empty(len(limits))
    for limit in set(limits):
        rows = np.flatnonzero(np.array(limits) == limit)
        result[rows] = ahead.reaches(limit, share)[rows]
    return result


def _time(seconds: float) -> int | None:
    return None if np.isnan(seconds) else int(seconds)


def _choice(slot: Slot, known: BinState, facts: Facts, chance: float, next_plan: int) -> Choice:
    rules = slot.rules
    must = _must(slot, known, facts, chance, next_plan)
    prize = round(rules.rho_p * chance)
    if must is not None:
        decision, reason, prize = Decision.MUST, must, 0
    elif prize >= rules.least_prize_p:
        decision, reason = Decision.MAY, _may(slot, known, facts)
    else:
        decision, reason, prize = Decision.LEAVE, Reason(kind=ReasonKind.FULLNESS, says=left_words(facts)), 0
    return Choice(
        bin=slot.bin,
        decision=decision,
        reason=reason,
        chance=chance,
        prize_p=prize,
        level=facts.level,
        overflow_p50_at=_instant(facts.full_p50_at),
        overflow_p90_at=_instant(facts.full_p90_at),
    )


def _must(slot: Slot, known: BinState, facts: Facts, chance: float, next_plan: int) -> Reason | None:
    """Why it has to be done, the strongest reason first; None where it has not."""
    statutory = slot.statutory if slot.statutory_by is None or slot.statutory_by <= next_plan else None
    told = (
        (ReasonKind.MANUAL, slot.manual),
        (ReasonKind.STATUTORY, statutory),
        (ReasonKind.REPORT, slot.report),
        (ReasonKind.ALERT, slot.alert),
    )
    for kind, says in told:
        if says is not None:
            return Reason(kind=kind, says=says)
    if (next_plan - known.emptied_at) / DAY_S > slot.rules.max_days:  # before a level: it holds whatever is in the bin
        return Reason(kind=ReasonKind.AGE, says=age_words(known, facts.now, slot.rules.max_days))
    if facts.full or chance > slot.rules.must_chance:
        says = silent_words(known, facts) if _is_silent(slot, known, facts) else fullness_words(facts)
        return Reason(kind=ReasonKind.FULLNESS, says=says)
    return None


def _may(slot: Slot, known: BinState, facts: Facts) -> Reason:
    if _is_silent(slot, known, facts):
        return Reason(kind=ReasonKind.AGE, says=silent_words(known, facts))
    return Reason(kind=ReasonKind.FULLNESS, says=fullness_words(facts))


def _is_silent(slot: Slot, known: BinState, facts: Facts) -> bool:
    return (facts.now - known.read_at) / HOUR_S > slot.rules.silent_h or not known.known


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
