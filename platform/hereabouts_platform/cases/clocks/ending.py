"""How a clock stands: met, missed, met late, not needed, or another took its place."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from hereabouts_platform.cases.clocks.book import ClockRule
from hereabouts_platform.cases.clocks.clock import ClockState
from hereabouts_platform.cases.clocks.facts import Fact, Start
from hereabouts_platform.cases.clocks.working_days import civil_day
from hereabouts_schemas.case import CaseEventKind, CaseOutcome, Significance

_NO_HAZARD = frozenset({CaseOutcome.FALSE_ALARM, CaseOutcome.SENSOR_PROBLEM})
_FOUND_WORDS = {
    Significance.NONE: "no significant or emergency hazard",
    Significance.SIGNIFICANT: "a significant hazard, and no emergency",
    Significance.EMERGENCY: "an emergency",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How a clock stands and by what; `owed` as `Clock` has it."""

    state: ClockState
    fact: Fact | None = None
    owed: tuple[CaseEventKind, ...] = ()
    reason: str = ""
    note: str = ""


def ending_of(
    rule: ClockRule, start: Start, facts: Iterable[Fact], in_time: Callable[[datetime], bool], now: datetime
) -> Ending:
    """How a clock stands at `now` by what came after its start; the earliest thing that ends it counts.

    Args:
        rule: of the clock.
        start: what started it.
        facts: all that happened, by time.
        in_time: whether an instant is in time.
        now: the time, UTC.
    """
    later = [fact for fact in facts if _after(fact, start.at, rule)]
    if rule.requires is not None and start.fact.event.detail.get(rule.requires) is False:
        return Ending(
            state=ClockState.NOT_NEEDED, fact=start.fact, reason="The investigation found that none is needed."
        )
    found = (_met(rule, later, in_time), _left_over(rule, later), _found(rule, later), _dismissed(rule, later))
    over = [ending for ending in found if ending is not None]
    endings = [one for one in over if one.state is ClockState.MET or (one.fact and in_time(one.fact.at))]
    first = min(endings, key=lambda ending: ending.fact.at if ending.fact else now, default=None)
    if first is None:
        state = ClockState.RUNNING if in_time(now) else ClockState.MISSED
        return Ending(state=state, owed=() if over else _owed(rule), note=_still_to_tell(rule, later))
    if first.fact and not in_time(first.fact.at):
        return Ending(state=ClockState.MET_LATE, fact=first.fact)
    return first


def _after(fact: Fact, from_at: datetime, rule: ClockRule) -> bool:
    return fact.at >= from_at or (rule.same_day and civil_day(fact.at) == civil_day(from_at))


def _owed(rule: ClockRule) -> tuple[CaseEventKind, ...]:
    if CaseEventKind.CLOSED in rule.met_by:
        return ()
    return (*rule.met_by, *(() if rule.unless_told else rule.unless))


def _met(rule: ClockRule, later: list[Fact], in_time: Callable[[datetime], bool]) -> Ending | None:
    """By what is asked for; or, where all is done and only the telling came late, by the telling."""
    candidates = [
        fact
        for fact in later
        if fact.kind in rule.met_by
        and not (rule.met_in_person and fact.found and fact.remote)
        and not _reopened(fact, later)
    ]
    told = _told(rule, later)
    if told is not None and not in_time(told.at):
        candidates.append(told)
    fact = min(candidates, key=lambda fact: fact.at, default=None)
    return None if fact is None else Ending(state=ClockState.MET, fact=fact)


def _left_over(rule: ClockRule, later: list[Fact]) -> Ending | None:
    """Nothing is left to do, because all work was done in time (and the tenant knows)."""
    done = next((fact for fact in later if fact.kind in rule.unless), None)
    last = _told(rule, later) if rule.unless_told else done
    if done is None or last is None:
        return None
    reason = "All work was done in time, and the tenant was told." if rule.unless_told else "The work was done in time."
    return Ending(state=ClockState.NOT_NEEDED, fact=last, reason=reason)


def _told(rule: ClockRule, later: list[Fact]) -> Fact | None:
    """The tenant told of it, at or after the work that leaves nothing to do."""
    if not rule.unless_told:
        return None
    done = next((fact for fact in later if fact.kind in rule.unless), None)
    telling = (fact for fact in later if fact.kind is CaseEventKind.TENANT_TOLD and done and fact.at >= done.at)
    return next(telling, None)


def _still_to_tell(rule: ClockRule, later: list[Fact]) -> str:
    if rule.unless_told and any(fact.kind in rule.unless for fact in later):
        return "All work is done: tell the tenant, and no written summary is needed."
    return ""


def _found(rule: ClockRule, later: list[Fact]) -> Ending | None:
    fact = next((fact for fact in later if fact.found is not None and fact.found in rule.unless_found), None)
    if fact is None or fact.found is None:
        return None
    return Ending(state=ClockState.NOT_NEEDED, fact=fact, reason=f"The investigation found {_FOUND_WORDS[fact.found]}.")


def _dismissed(rule: ClockRule, later: list[Fact]) -> Ending | None:
    """Somebody decided that it is no hazard, and nobody undid that."""
    if not rule.dismissible:
        return None
    standing: Fact | None = None
    for fact in later:
        if standing is None and _says_no_hazard(fact):
            standing = fact
        elif _undoes(fact):
            standing = None
    if standing is None:
        return None
    said = standing.event.detail.get("reason") or "no reason given"
    return Ending(
        state=ClockState.NOT_NEEDED,
        fact=standing,
        reason=f"{standing.event.actor} decided that it is no hazard: {said}",
    )


def _says_no_hazard(fact: Fact) -> bool:
    if fact.kind is CaseEventKind.CLOSED:
        return fact.event.detail.get("outcome") in _NO_HAZARD
    return fact.kind is CaseEventKind.DISMISSED


def _reopened(fact: Fact, later: list[Fact]) -> bool:
    """Whether a closing was undone."""
    return fact.kind is CaseEventKind.CLOSED and any(
        other.kind is CaseEventKind.REOPENED and other.at >= fact.at for other in later
    )


def _undoes(fact: Fact) -> bool:
    not_upheld = fact.kind is CaseEventKind.REVIEWED and fact.event.detail.get("upheld") is False
    return not_upheld or fact.kind is CaseEventKind.REOPENED
