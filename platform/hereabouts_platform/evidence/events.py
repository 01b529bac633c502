"""What happened in a case, one line of plain words each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hereabouts_platform.evidence.case_file import CaseFile
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.times import say_time

Kind = CaseEventKind
_AS_WRITTEN = frozenset({"words", "reason", "name", "sha256"})
_TITLES: Mapping[CaseEventKind, str] = {
    Kind.INDICATED: "First seen in readings",
    Kind.ALERT_RAISED: "Alert raised",
    Kind.REPORTED: "Reported",
    Kind.TRIAGED: "Looked at; it goes on",
    Kind.EMERGENCY_SUSPECTED: "Possible emergency",
    Kind.INVESTIGATION_BEGUN: "Investigation begun",
    Kind.INVESTIGATION_CONCLUDED: "Investigation concluded",
    Kind.IN_PERSON_ASKED_FOR: "Tenant asked for an investigation in person",
    Kind.EMERGENCY_FOUND: "Emergency found",
    Kind.SUMMARY_SENT: "Written summary sent",
    Kind.TENANT_TOLD: "Tenant told",
    Kind.MADE_SAFE: "Made safe",
    Kind.SAFETY_WORK_DONE: "Safety work done",
    Kind.PREVENTATIVE_STEPS_TAKEN: "Steps taken towards preventative work",
    Kind.PREVENTATIVE_WORK_BEGUN: "Preventative work begun",
    Kind.PREVENTATIVE_WORK_DONE: "Preventative work done",
    Kind.WORKS_BEGUN: "Works begun",
    Kind.WORKS_DONE: "All works done",
    Kind.ENTRY_NOTICE_GIVEN: "Notice of a visit given",
    Kind.ACCESS_ATTEMPTED: "Visit",
    Kind.CONTRACTOR_SOUGHT: "Contractor sought",
    Kind.CONSENT_SOUGHT: "Consent sought",
    Kind.ACCOMMODATION_SOUGHT: "Other accommodation sought",
    Kind.ACCOMMODATION_OFFERED: "Other accommodation offered",
    Kind.ASSIGNED: "Assigned",
    Kind.COMMENTED: "Comment",
    Kind.FILE_ATTACHED: "File attached",
    Kind.SNOOZED: "Set aside for a time",
    Kind.DISMISSED: "Dismissed: not a hazard",
    Kind.REVIEWED: "Decision reviewed",
    Kind.CORRECTED: "Correction",
    Kind.CLOSED: "Closed",
    Kind.REOPENED: "Opened again",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EventLine:
    """An event in words: its number, when it happened, when it was written down, who says so, what it was."""

    event: int
    at: datetime
    recorded_at: datetime | None
    actor: str
    title: str
    detail: str


def event_lines(file: CaseFile) -> list[EventLine]:
    """What happened, in the order of recording: nothing is left out, corrections stand as what they are."""
    return [
        EventLine(
            event=each.event.id,
            at=each.event.at,
            recorded_at=each.recorded_at,
            actor=each.event.actor,
            title=title_of(each.event.kind),
            detail=_detail(each.event),
        )
        for each in file.events
    ]


def title_of(kind: CaseEventKind) -> str:
    """What a kind of event is called in a sentence."""
    return _TITLES[kind]


def _detail(event: CaseEvent) -> str:
    return "; ".join(
        _part(key, value) for key, value in sorted(event.detail.items()) if value not in (None, "", {}, [])
    )


def _part(key: str, value: object) -> str:
    name = key.replace("_", " ")
    if isinstance(value, bool):
        return f"{name}: {'yes' if value else 'no'}"
    if isinstance(value, datetime):
        return f"{name}: {say_time(value)}"
    if isinstance(value, Mapping):
        return f"{name}: {', '.join(_part(str(inner), said) for inner, said in sorted(value.items()))}"
    if key in _AS_WRITTEN:
        return str(value) if key == "words" else f"{name}: {value}"
    return f"{name}: {str(value).replace('_', ' ')}"
