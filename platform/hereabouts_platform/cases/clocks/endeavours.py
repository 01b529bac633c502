"""What was tried: the evidence of all reasonable endeavours (Landlord and Tenant Act 1985, section 10A(5)), as a list.

Guidance names denied access, no specialist contractor, the consent of somebody else, and no other accommodation. This
does not judge whether it was enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hereabouts_platform.cases.clocks.book import EntryRule
from hereabouts_platform.cases.clocks.facts import Fact, facts_of
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.times import say_time

_TITLES = {
    CaseEventKind.ENTRY_NOTICE_GIVEN: "Notice of a visit given",
    CaseEventKind.ACCESS_ATTEMPTED: "Visit",
    CaseEventKind.CONTRACTOR_SOUGHT: "Contractor sought",
    CaseEventKind.CONSENT_SOUGHT: "Consent sought",
    CaseEventKind.ACCOMMODATION_SOUGHT: "Other accommodation sought",
    CaseEventKind.ACCOMMODATION_OFFERED: "Other accommodation offered",
    CaseEventKind.TENANT_TOLD: "Tenant told of a delay",
}
_RESULTS = {"let_in": "let in", "refused": "entry refused", "nobody_in": "nobody in"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Endeavour:
    """One thing that was tried.

    Attributes:
        event: its number.
        at: when, UTC.
        actor: the principal who says so.
        title: what it was, for people.
        result: what came of it, in words; empty where nothing is recorded.
    """

    event: int
    at: datetime
    actor: str
    title: str
    result: str


def all_reasonable_endeavours(events: Sequence[CaseEvent], entry: EntryRule | None = None) -> list[Endeavour]:
    """What was tried in a case, oldest first.

    Args:
        events: of the case; their order does not matter.
        entry: how much notice the law asks for before a visit, if it does: each visit then says whether it was given.
    """
    tried: list[Endeavour] = []
    notice: Fact | None = None
    for fact in facts_of(events):
        if fact.kind is CaseEventKind.ENTRY_NOTICE_GIVEN:
            notice = fact
        if fact.kind in _TITLES and (fact.kind is not CaseEventKind.TENANT_TOLD or "delay_of" in fact.event.detail):
            tried.append(_endeavour(fact, notice, entry))
        if fact.kind is CaseEventKind.ACCESS_ATTEMPTED:
            notice = None  # a notice is for one visit
    return tried


def _endeavour(fact: Fact, notice: Fact | None, entry: EntryRule | None) -> Endeavour:
    detail = fact.event.detail
    parts = [_result(fact), *(str(detail[key]) for key in ("reason", "words") if detail.get(key))]
    if fact.kind is CaseEventKind.ACCESS_ATTEMPTED and entry is not None:
        parts.append(_notice(fact, notice, entry))
    return Endeavour(
        event=fact.event.id,
        at=fact.at,
        actor=fact.event.actor,
        title=_TITLES[fact.kind],
        result="; ".join(part for part in parts if part),
    )


def _result(fact: Fact) -> str:
    detail = fact.event.detail
    if fact.kind is CaseEventKind.ACCOMMODATION_OFFERED:
        accepted = detail.get("accepted")
        return "no answer yet" if accepted is None else "accepted" if accepted else "declined"
    if fact.kind is CaseEventKind.TENANT_TOLD:
        return f"until {detail.get('until')}"
    given = str(detail.get("result") or "")
    return _RESULTS.get(given, given)


def _notice(visit: Fact, notice: Fact | None, entry: EntryRule) -> str:
    """Whether notice was given early enough, and by what rule it ought to be."""
    if notice is None:
        return f"no notice of this visit is recorded ({entry.basis} asks for {entry.hours} hours)"
    early = visit.at - notice.at >= timedelta(hours=entry.hours)
    ahead = "at least" if early else "less than"
    return f"notice given {say_time(notice.at)}, {ahead} {entry.hours} hours before ({entry.basis})"
