"""The life of a case as its events tell it: where it stands, what may happen next, and words for what may not. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hereabouts_platform.cases.clocks.facts import facts_of
from hereabouts_platform.cases.details import amended, time_in
from hereabouts_platform.cases.known import CLOCKS_DIFFER, check_corrected, check_known, known_at
from hereabouts_platform.cases.steps import STATES, STEPS
from hereabouts_schemas.alert import Level
from hereabouts_schemas.case import CaseEvent, CaseOutcome, CaseState
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.errors import InputError, NotNow
from hereabouts_schemas.times import say_time

LONGEST_SNOOZE = timedelta(days=90)
OLDEST = timedelta(days=366)
RANK: Mapping[Level, int] = {Level.WATCH: 1, Level.ACT: 2, Level.URGENT: 3}
_INVESTIGATION = (Kind.INVESTIGATION_BEGUN, Kind.INVESTIGATION_CONCLUDED)
SET_ASIDE = frozenset({CaseOutcome.FALSE_ALARM, CaseOutcome.SENSOR_PROBLEM, CaseOutcome.NO_ACCESS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A case as its events leave it.

    Attributes:
        opened_at: when the first of them happened.
        closed_at, outcome: while it is closed.
        levels: the alerts of the case that stand, by their number.
        assignee: whose case it is, by name.
        snoozed_until: until when it waits; a snooze ends at once where an alert gets worse than it was then.
        concluded: whether an investigation has ended.
        to_review: the event that set the case aside (a snooze, a dismissal, a closing without a hazard) and that
            nobody else has looked at yet, and who did it.
        last_event: the newest event's number.
    """

    state: CaseState = CaseState.REPORTED
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: CaseOutcome | None = None
    levels: Mapping[int, Level] = field(default_factory=dict)
    assignee: str | None = None
    snoozed_until: datetime | None = None
    snoozed_at_level: int = 0
    concluded: bool = False
    to_review: CaseEvent | None = None
    last_event: int

    @property
    def level(self) -> Level | None:
        """The worst level of the alerts that stand; None where none does."""
        return max(self.levels.values(), key=lambda level: RANK[level], default=None)


def effective(events: Sequence[CaseEvent]) -> list[CaseEvent]:
    """The events as they were corrected, in the order of recording; those withdrawn and the corrections are gone."""
    return sorted((fact.event for fact in facts_of(events)), key=lambda event: event.id)


def stand(events: Sequence[CaseEvent]) -> Standing:
    """Where a case stands after its events, in the order of recording.

    Raises:
        ValueError: there are none, or all of those it began with were withdrawn.
    """
    told = effective(events)
    opened_at = known_at(told)
    if opened_at is None:
        raise ValueError("a case begins with what was seen or reported")
    found = Standing(opened_at=opened_at, last_event=events[-1].id)
    for event in told:
        found = _after(found, event)
    return found


def _after(before: Standing, event: CaseEvent) -> Standing:
    state = STEPS[event.kind].moves.get(before.state, before.state)
    now = _details(replace(before, state=state), event)
    if now.state is not CaseState.CLOSED:
        return replace(now, closed_at=None, outcome=None)
    return now if before.state is CaseState.CLOSED else replace(now, closed_at=event.at, snoozed_until=None)


def _details(standing: Standing, event: CaseEvent) -> Standing:
    match event.kind:
        case Kind.ALERT_RAISED | Kind.ALERT_CHANGED | Kind.ALERT_CLEARED:
            standing = _with_alert(standing, event)
        case Kind.INVESTIGATION_CONCLUDED:
            standing = replace(standing, concluded=True)
        case Kind.ASSIGNED:
            name = event.detail.get("assignee")
            standing = replace(standing, assignee=None if name is None else str(name))
        case Kind.SNOOZED:
            until, rank = time_in(event.detail, "until"), _rank(standing)
            standing = replace(standing, snoozed_until=until, snoozed_at_level=rank, to_review=event)
        case Kind.DISMISSED:
            standing = replace(standing, outcome=CaseOutcome.FALSE_ALARM, to_review=event)
        case Kind.CLOSED:
            outcome = CaseOutcome(str(event.detail["outcome"]))
            standing = replace(standing, outcome=outcome, to_review=event if outcome in SET_ASIDE else None)
        case Kind.REOPENED:
            standing = replace(standing, to_review=None)
        case Kind.REVIEWED:
            standing = _reviewed(standing, upheld=event.detail.get("upheld") is True)
    return standing


def _with_alert(standing: Standing, event: CaseEvent) -> Standing:
    number = event.detail.get("alert")
    if not isinstance(number, int):
        return standing
    levels = {alert: level for alert, level in standing.levels.items() if alert != number}
    level = event.detail.get("level", event.detail.get("to"))
    if event.kind is not Kind.ALERT_CLEARED and isinstance(level, str):
        levels[number] = Level(level)
    now = replace(standing, levels=levels)
    return replace(now, snoozed_until=None) if _rank(now) > standing.snoozed_at_level else now


def _reviewed(standing: Standing, *, upheld: bool) -> Standing:
    now = replace(standing, to_review=None)
    if upheld or standing.to_review is None:
        return now
    if standing.to_review.kind is Kind.SNOOZED:
        return replace(now, snoozed_until=None)
    return replace(now, state=CaseState.TRIAGED)


def _rank(standing: Standing) -> int:
    level = standing.level
    return 0 if level is None else RANK[level]


def check(events: Sequence[CaseEvent], wanted: CaseEvent, now: datetime) -> None:
    """Pass where `wanted` may be recorded at `now`, after `events`; its detail was checked before (`checked`).

    Raises:
        NotNow: the case does not stand so; the message says what may be done instead.
        InputError: its time, or a time or number in it, cannot be.
    """
    standing = stand(events)
    step = STEPS[wanted.kind]
    if standing.state not in step.states:
        raise _refusal(standing, wanted.kind, step.instead)
    if wanted.at > now + CLOCKS_DIFFER:
        raise InputError("at", wanted.at.isoformat(), "It has not happened yet. Give the time at which it did.")
    if wanted.at < now - OLDEST:
        raise InputError("at", wanted.at.isoformat(), "That is more than a year ago. Is the year right?")
    told = effective(events)
    check_known(told, wanted)
    match wanted.kind:
        case Kind.SUMMARY_SENT if not standing.concluded:
            cure = "No investigation has ended yet: record that first, with what was found."
            raise _refusal(standing, wanted.kind, cure)
        case Kind.INVESTIGATION_CONCLUDED:
            _check_conclusion(told, wanted)
        case Kind.SNOOZED:
            _check_snooze(wanted, now)
        case Kind.CLOSED:
            _check_outcome(standing, CaseOutcome(str(wanted.detail["outcome"])))
        case Kind.REVIEWED:
            _check_review(standing, wanted)
        case Kind.CORRECTED:
            _check_correction(events, wanted, now)


def _check_conclusion(told: Sequence[CaseEvent], wanted: CaseEvent) -> None:
    """An investigation ends after it began; a slip in the day would start the clocks of the law on it."""
    last = next((event for event in reversed(told) if event.kind in _INVESTIGATION), None)
    if last is not None and last.kind is Kind.INVESTIGATION_BEGUN and wanted.at < last.at - CLOCKS_DIFFER:
        cure = f"The investigation began on {say_time(last.at)} and cannot have ended before. Mend one of the times."
        raise InputError("at", wanted.at.isoformat(), cure)


def _check_snooze(wanted: CaseEvent, now: datetime) -> None:
    until = time_in(wanted.detail, "until")
    if until is None or not now < until <= now + LONGEST_SNOOZE:
        cure = f"Give a time to come, at most {LONGEST_SNOOZE.days} days away: the clocks go on meanwhile."
        raise InputError("detail.until", wanted.detail.get("until"), cure)


def _check_outcome(standing: Standing, outcome: CaseOutcome) -> None:
    if outcome in (CaseOutcome.CONFIRMED_HAZARD, CaseOutcome.CAUSE_FOUND) and not standing.concluded:
        cure = "That is what an investigation finds: record the end of one first. Or dismiss the case with a reason."
        raise _refusal(standing, Kind.CLOSED, cure)
    if standing.state is CaseState.WORKS and outcome is not CaseOutcome.NO_ACCESS:
        cure = "Record first that the works are done; while nobody gets in, the outcome is no_access."
        raise _refusal(standing, Kind.CLOSED, cure)


def _check_review(standing: Standing, wanted: CaseEvent) -> None:
    if standing.to_review is None:
        cure = "A snooze, a dismissal or a closing without a hazard can be reviewed, once; there is none now."
        raise _refusal(standing, Kind.REVIEWED, cure)
    if standing.to_review.actor == wanted.actor:
        cure = "You decided it yourself: somebody else reviews it."
        raise _refusal(standing, Kind.REVIEWED, cure)


def _check_correction(events: Sequence[CaseEvent], wanted: CaseEvent, now: datetime) -> None:
    number = wanted.detail["event"]
    target = next((event for event in events if event.id == number), None)
    if target is None:
        raise InputError("detail.event", number, "This case has no such event; its timeline shows their numbers.")
    if STEPS[target.kind].by_system:
        raise NotNow("The system recorded that event itself, and it stays as it is. Add a comment instead.")
    if target.kind is Kind.CORRECTED and "withdrawn" not in wanted.detail:
        raise NotNow("That is a correction: withdraw it, and correct the event itself once more.")
    if "detail" in wanted.detail:
        amended(target, wanted.detail["detail"])
    at = time_in(wanted.detail, "at")
    if at is not None and not now - OLDEST <= at <= now + CLOCKS_DIFFER:
        raise InputError("detail.at", wanted.detail["at"], "Give a time within the last year that has passed.")
    try:
        stand([*events, wanted])
    except ValueError:
        raise NotNow("The case began with that event. Dismiss the case with a reason instead.") from None
    check_corrected(effective(events), effective([*events, wanted]), wanted)


def _refusal(standing: Standing, kind: Kind, instead: str) -> NotNow:
    return NotNow(f"The case is {STATES[standing.state]}: {STEPS[kind].says} cannot be recorded. {instead}")


def possible(standing: Standing) -> list[Kind]:
    """What people may record now, by its kind alone: a check of the whole may still refuse it."""
    return [
        kind
        for kind, step in STEPS.items()
        if not step.by_system
        and standing.state in step.states
        and (kind is not Kind.SUMMARY_SENT or standing.concluded)
        and (kind is not Kind.REVIEWED or standing.to_review is not None)
    ]
