"""Every clock of a case, worked out whole from its events, the rules of the nation and the time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy, Round, rounds_of
from hereabouts_platform.cases.clocks.book import AWARE, ClockRule, RuleBook, Unit
from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.clocks.deadline import Deadline, deadline_of, notices_of, with_notices
from hereabouts_platform.cases.clocks.ending import ending_of
from hereabouts_platform.cases.clocks.facts import Fact, Start, facts_of
from hereabouts_platform.cases.clocks.replaced import replaced_clocks
from hereabouts_platform.cases.clocks.scope import covered, in_force, out_of_scope, unknown_tenancy
from hereabouts_platform.cases.clocks.working_days import BeyondKnownDays, WorkingDays, civil_day
from hereabouts_schemas.case import CaseEvent
from hereabouts_schemas.times import aware_utc


@dataclass(frozen=True, kw_only=True, slots=True)
class _Question:
    """What is asked of a case's events."""

    rules: RuleBook
    policy: AwarenessPolicy
    now: datetime
    hazard: str
    tenancy: str | None


def clocks_of(
    events: Sequence[CaseEvent],
    rules: RuleBook,
    policy: AwarenessPolicy,
    now: datetime,
    *,
    hazard: str,
    tenancy: str | None,
) -> list[Clock]:
    """The clocks of a case as they stand at `now`: those that hold, by their start, then those that were replaced.

    The same events give the same clocks in whatever order they were recorded, but for those replaced, which tell of
    that order. A matter outside the law gives one row without a date that says why.

    Args:
        events: of one case; their order does not matter.
        rules: of the nation in which the home lies.
        policy: what counts as becoming aware.
        now: aware.
        hazard: such as damp_mould.
        tenancy: its kind when the matter became known; None where nobody knows: then it is taken as in scope.

    Raises:
        InputError: an event's detail cannot be read. Work out the clocks before an event is stored, and it never is.
    """
    question = _Question(rules=rules, policy=policy, now=aware_utc(now), hazard=hazard, tenancy=tenancy)
    recorded = sorted(events, key=lambda event: event.id)
    current = _standing(recorded, question)
    return current + replaced_clocks(recorded, current, lambda before: _standing(before, question))


def _standing(events: Sequence[CaseEvent], question: _Question) -> list[Clock]:
    facts = facts_of(events)
    clocks: list[Clock] = []
    for each in rounds_of(facts, question.rules, question.policy, question.hazard):
        clocks += _clocks_of_round(each, facts, question)
    return sorted(clocks, key=lambda clock: clock.started_at)


def _clocks_of_round(each: Round, facts: list[Fact], question: _Question) -> list[Clock]:
    rules = _rules_for(each, question.tenancy)
    starts = {rule.name: _starts(rule, each, question.hazard) for rule in rules}
    outside = out_of_scope(each, question.hazard, question.tenancy)
    clocks = []
    if outside is not None:
        clocks.append(_without_date(next(rule for rule in rules if AWARE in rule.starts), each, outside.reason))
        if outside.whole:
            return clocks
    made = [
        _clock(rule, start, each, facts, question)
        for rule in rules
        for start in starts[rule.name]
        if rule.second_reading_of is None or start.at not in {first.at for first in starts[rule.second_reading_of]}
    ]
    return clocks + _supersede(made, {rule.name: rule for rule in rules})


def _rules_for(each: Round, tenancy: str | None) -> list[ClockRule]:
    """The kinds of clock for a kind of tenancy, one of each name; all where it is not known or not in scope."""
    in_scope = tenancy in each.edition.tenancies
    rules: dict[str, ClockRule] = {}
    for rule in each.edition.clocks:
        if not in_scope or not rule.tenancies or tenancy in rule.tenancies:
            rules.setdefault(rule.name, rule)
    return list(rules.values())


def _starts(rule: ClockRule, each: Round, hazard: str) -> list[Start]:
    """What starts a clock in a round, earliest first; a second start with the same deadline adds nothing."""
    if AWARE in rule.starts:
        starts = [Start(fact=each.source, at=each.awareness.aware_at)] if covered(each, hazard) else []
    else:
        starts = [
            Start(fact=fact, at=fact.at)
            for fact in each.facts
            if fact.kind in rule.starts
            and (fact.found is None or not rule.significance or fact.found in rule.significance)
            and in_force(each, hazard, fact)
        ]
    kept: dict[object, Start] = {}
    for start in starts:
        deadline = deadline_of(rule, start.at, each.edition.working_days)
        kept.setdefault(deadline.due or start.at, start)
    return list(kept.values())[: 1 if rule.once else None]


def _clock(rule: ClockRule, start: Start, each: Round, facts: list[Fact], question: _Question) -> Clock:
    edition = each.edition
    known_to = edition.working_days.known_to
    deadline = with_notices(deadline_of(rule, start.at, edition.working_days), rule, notices_of(each.facts, rule.name))
    ending = ending_of(rule, start, facts, lambda at: deadline.holds(at, known_to), question.now)
    if deadline.cannot_say and ending.state in (ClockState.MISSED, ClockState.MET_LATE):
        ending = replace(ending, state=ClockState.RUNNING if ending.fact is None else ClockState.MET)
    notes = (rule.note, deadline.note, ending.note, "" if question.tenancy else unknown_tenancy())
    open_ = ending.state in (ClockState.RUNNING, ClockState.MISSED)
    return Clock(
        key=f"{rule.name}/{start.fact.name}",
        name=rule.name,
        title=rule.title,
        basis=rule.basis,
        nation=edition.nation,
        rule_version=edition.version,
        rule_sha256=edition.sha256,
        start_event=start.fact.event.id,
        started_at=start.at,
        day_zero=civil_day(start.at),
        due=deadline.due,
        due_on=deadline.due_on,
        cannot_say=deadline.cannot_say,
        state=ending.state,
        reason=ending.reason,
        met_event=ending.fact.event.id if ending.fact else None,
        met_at=ending.fact.at if ending.fact else None,
        met_by=ending.fact.event.actor if ending.fact else None,
        working_days_left=_days_left(deadline, edition.working_days, question.now) if open_ else None,
        hours_left=_hours_left(deadline, question.now) if open_ and rule.unit is Unit.HOURS else None,
        was_due_on=deadline.was_due_on,
        second_reading=rule.second_reading_of is not None,
        owed=ending.owed,
        note=" ".join(note for note in notes if note),
        awareness=each.awareness,
    )


def _days_left(deadline: Deadline, working_days: WorkingDays, now: datetime) -> int | None:
    if deadline.due_on is None:
        return None
    try:
        return working_days.between(civil_day(now), deadline.due_on)
    except BeyondKnownDays:
        return None


def _hours_left(deadline: Deadline, now: datetime) -> int | None:
    return None if deadline.due is None else int((deadline.due - now).total_seconds() // 3600)


def _without_date(rule: ClockRule, each: Round, reason: str) -> Clock:
    day_zero = civil_day(each.awareness.aware_at)
    return Clock(
        key=f"{rule.name}/{each.source.name}",
        name=rule.name,
        title=rule.title,
        basis=rule.basis,
        nation=each.edition.nation,
        rule_version=each.edition.version,
        rule_sha256=each.edition.sha256,
        start_event=each.source.event.id,
        started_at=each.awareness.aware_at,
        day_zero=day_zero,
        due=None,
        due_on=None,
        state=ClockState.NOT_NEEDED,
        reason=reason,
        awareness=each.awareness,
    )


def _supersede(clocks: list[Clock], rules: dict[str, ClockRule]) -> list[Clock]:
    """Give way to the clock that takes a clock's place, where that started while it ran."""
    result = []
    for clock in clocks:
        heir = next(
            (
                other
                for name in rules[clock.name].superseded_by
                for other in clocks
                if other.name == name and _while_running(clock, other.started_at)
            ),
            None,
        )
        result.append(clock if heir is None else _superseded(clock, heir))
    return result


def _while_running(clock: Clock, at: datetime) -> bool:
    ended = clock.met_at is not None and clock.met_at < at
    return clock.started_at <= at and not ended and (clock.due is None or at < clock.due)


def _superseded(clock: Clock, heir: Clock) -> Clock:
    return replace(
        clock,
        state=ClockState.SUPERSEDED,
        reason=f"“{heir.title}” took its place.",
        replaced_by=heir.key,
        met_event=None,
        met_at=None,
        met_by=None,
        working_days_left=None,
        hours_left=None,
        owed=(),
    )
