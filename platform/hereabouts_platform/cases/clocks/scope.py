"""Whether a matter is under the law: the tenancy, the hazard, and the day on which it became known."""

from dataclasses import dataclass
from datetime import date

from hereabouts_platform.cases.clocks.awareness import Round
from hereabouts_platform.cases.clocks.book import Edition
from hereabouts_platform.cases.clocks.facts import Fact
from hereabouts_platform.cases.clocks.working_days import civil_day
from hereabouts_schemas.case import CaseEventKind, Significance

_EMERGENCIES = frozenset({CaseEventKind.EMERGENCY_SUSPECTED, CaseEventKind.EMERGENCY_FOUND})
_TENANCIES = {
    "social_lease": "a lease of social housing",
    "licence": "a licence",
    "private_lease": "a private lease",
    "shared_ownership": "shared ownership",
    "other": "another kind of right to live here",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """Why a matter gives no clock by law; `whole` when not even an emergency would."""

    reason: str
    whole: bool


def out_of_scope(each: Round, hazard: str, tenancy: str | None) -> Outside | None:
    """Why a round's clock does not start; None where it does."""
    edition, day = each.edition, civil_day(each.awareness.aware_at)
    if tenancy is not None and tenancy not in edition.tenancies:
        kind = _TENANCIES.get(tenancy, tenancy)
        return Outside(reason=f"No statutory clock: the home is let on {kind}. {edition.outside}", whole=True)
    rule = edition.hazard(hazard)
    if rule is None:
        return Outside(
            reason=f"No statutory clock: {edition.instrument} says nothing of {hazard.replace('_', ' ')}.", whole=True
        )
    if rule.begins is None:
        return Outside(
            reason=f"No statutory clock: no date is set for {rule.title}.", whole=rule.emergency_begins is None
        )
    begins = max(rule.begins, edition.begins)
    return Outside(reason=_too_early(rule.title, edition, begins, day), whole=False) if day < begins else None


def _too_early(title: str, edition: Edition, begins: date, day: date) -> str:
    return (
        f"No statutory clock: {edition.instrument} covers {title} from {_say(begins)}, and this became known on "
        f"{_say(day)}. It starts if it is reported or raised again from then on."
    )


def in_force(each: Round, hazard: str, start: Fact) -> bool:
    """Whether the hazard was under the law on the day that counts.

    That is the day on which it became known; for an emergency, which may have been under the law for longer, its own.
    """
    rule = each.edition.hazard(hazard)
    if rule is None:
        return False
    if start.kind in _EMERGENCIES or start.found is Significance.EMERGENCY:
        return rule.emergency_begins is not None and rule.emergency_begins <= civil_day(start.at)
    return covered(each, hazard)


def covered(each: Round, hazard: str) -> bool:
    """Whether the hazard was under the law on the day on which it became known."""
    rule = each.edition.hazard(hazard)
    return rule is not None and rule.begins is not None and rule.begins <= civil_day(each.awareness.aware_at)


def unknown_tenancy() -> str:
    """What is said where nobody knows how a home is let."""
    return "How the home is let is not recorded; it is taken as in scope until somebody says otherwise."


def _say(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
