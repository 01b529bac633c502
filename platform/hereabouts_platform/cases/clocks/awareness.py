"""When the landlord became aware: the policy, the three timestamps, and the rounds that a case goes through.

A round begins when the landlord becomes aware of a potential hazard. A fresh report or alert begins another one only
when the matter was settled: an investigation found nothing, all work was done, or it was dismissed or closed. A
decision that was undone (a review that did not uphold it, a case reopened) settles nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hereabouts_platform.cases.clocks.book import Edition, RuleBook
from hereabouts_platform.cases.clocks.facts import Fact
from hereabouts_platform.cases.clocks.working_days import BeyondKnownDays, civil_day
from hereabouts_schemas.case import CaseEventKind, Significance
from hereabouts_schemas.times import LONDON, aware_utc

_DIRECT = frozenset(
    {
        CaseEventKind.REPORTED,
        CaseEventKind.TRIAGED,
        CaseEventKind.EMERGENCY_SUSPECTED,
        CaseEventKind.EMERGENCY_FOUND,
        CaseEventKind.INVESTIGATION_BEGUN,
        CaseEventKind.INVESTIGATION_CONCLUDED,
    }
)
_FRESH = frozenset({CaseEventKind.ALERT_RAISED, CaseEventKind.REPORTED, CaseEventKind.EMERGENCY_SUSPECTED})
_SETTLING = frozenset({CaseEventKind.WORKS_DONE, CaseEventKind.DISMISSED, CaseEventKind.CLOSED})
_UNSETTLING = frozenset({CaseEventKind.REOPENED, CaseEventKind.IN_PERSON_ASKED_FOR})


class AwarenessPolicy(StrEnum):
    """What counts as becoming aware, where an alert is the first sign. A person's report always counts at once."""

    ALERT_RAISED = "alert_raised"
    HUMAN_TRIAGE = "human_triage"  # when somebody looked, and one working day after the alert at the latest


@dataclass(frozen=True, kw_only=True, slots=True)
class Awareness:
    """How a potential hazard became known.

    Attributes:
        policy: by which `aware_at` was chosen.
        indicator_at: when a rule first saw it in readings, UTC.
        alert_raised_at: when an alert first stood where staff see it, UTC.
        triaged_at: when somebody first looked and decided that it goes on, UTC.
        reported_at: when a person first told us, UTC.
        aware_at: from when it counts, UTC.
        event: the event it counts from.
    """

    policy: AwarenessPolicy
    indicator_at: datetime | None
    alert_raised_at: datetime | None
    triaged_at: datetime | None
    reported_at: datetime | None
    aware_at: datetime
    event: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One round of a case: what happened from becoming aware until it is settled and begins anew."""

    edition: Edition
    awareness: Awareness
    source: Fact
    facts: tuple[Fact, ...]


def rounds_of(facts: list[Fact], book: RuleBook, policy: AwarenessPolicy, hazard: str) -> list[Round]:
    """The rounds of a case, oldest first; none while nobody is aware of anything.

    Before the hazard is under the law, a round is settled from the start: what is reported anew later counts anew.
    """
    cuts: list[int] = []
    settled = False
    for n, fact in enumerate(facts):
        begins = fact.kind in _FRESH or (not cuts and fact.kind in _DIRECT)
        if begins and (settled or not cuts):
            cuts.append(n)
            settled = not _in_force(book, hazard, fact)
        elif fact.found is not None:
            settled = fact.found is Significance.NONE
        elif fact.kind in _SETTLING or fact.kind in _UNSETTLING or _not_upheld(fact):
            settled = fact.kind in _SETTLING
    starts = [0, *cuts[1:]] if cuts else []
    ends = [*cuts[1:], len(facts)]
    seen = [fact for fact in facts if fact.kind is CaseEventKind.INDICATED]
    return [_round(tuple(facts[a:b]), seen, book, policy) for a, b in zip(starts, ends, strict=bool(cuts))]


def _in_force(book: RuleBook, hazard: str, fact: Fact) -> bool:
    day = civil_day(fact.at)
    rule = book.on(day).hazard(hazard)
    return rule is not None and rule.begins is not None and rule.begins <= day


def _not_upheld(fact: Fact) -> bool:
    return fact.kind is CaseEventKind.REVIEWED and fact.event.detail.get("upheld") is False


def _round(facts: tuple[Fact, ...], seen: list[Fact], book: RuleBook, policy: AwarenessPolicy) -> Round:
    first = next(fact for fact in facts if fact.kind is CaseEventKind.ALERT_RAISED or fact.kind in _DIRECT)
    aware_at, source = first.at, first
    if policy is AwarenessPolicy.HUMAN_TRIAGE and first.kind is CaseEventKind.ALERT_RAISED:
        aware_at = _a_working_day_later(first.at, book.on(civil_day(first.at)))
        looked = next((fact for fact in facts if fact.kind in _DIRECT), None)
        if looked is not None and looked.at <= aware_at:
            aware_at, source = looked.at, looked
    return Round(
        edition=book.on(civil_day(aware_at)),
        awareness=Awareness(
            policy=policy,
            indicator_at=_indicated(facts, seen),
            alert_raised_at=_first(facts, CaseEventKind.ALERT_RAISED),
            triaged_at=_first(facts, CaseEventKind.TRIAGED),
            reported_at=_first(facts, CaseEventKind.REPORTED),
            aware_at=aware_at,
            event=source.event.id,
        ),
        source=source,
        facts=facts,
    )


def _first(facts: tuple[Fact, ...], kind: CaseEventKind) -> datetime | None:
    return next((fact.at for fact in facts if fact.kind is kind), None)


def _indicated(facts: tuple[Fact, ...], seen: list[Fact]) -> datetime | None:
    """When a rule first saw what this round is about: within it, or before it where the alert is the same."""
    alerts = {fact.event.detail.get("alert") for fact in facts if fact.kind is CaseEventKind.ALERT_RAISED} - {None}
    return min((fact.at for fact in seen if fact in facts or fact.event.detail.get("alert") in alerts), default=None)


def _a_working_day_later(at: datetime, edition: Edition) -> datetime:
    """The same time of day on the next working day; the alert itself where that day is not known."""
    local = at.astimezone(LONDON)
    try:
        later = edition.working_days.after(local.date(), 1)
    except BeyondKnownDays:
        return at
    return aware_utc(local + timedelta(days=(later - local.date()).days))
