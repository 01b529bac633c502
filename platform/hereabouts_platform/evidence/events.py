"""What happened in a case, one line of plain words each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hereabouts_platform.evidence.case_file import CaseFile, Recorded
from hereabouts_platform.evidence.details import say_detail
from hereabouts_schemas.case import CaseEventKind

_TITLES = {
    "indicated": "First seen in readings",
    "alert_raised": "Alert raised",
    "alert_changed": "Level of an alert changed",
    "alert_cleared": "Alert cleared; that closes no case",
    "reported": "Reported",
    "triaged": "Looked at; it goes on",
    "emergency_suspected": "Possible emergency",
    "investigation_begun": "Investigation begun",
    "investigation_concluded": "Investigation concluded",
    "in_person_asked_for": "Tenant asked for an investigation in person",
    "emergency_found": "Emergency found",
    "summary_sent": "Written summary sent",
    "tenant_told": "Tenant told",
    "made_safe": "Made safe",
    "safety_work_done": "Safety work done",
    "preventative_steps_taken": "Steps taken towards preventative work",
    "preventative_work_begun": "Preventative work begun",
    "preventative_work_done": "Preventative work done",
    "works_begun": "Works begun",
    "works_done": "All works done",
    "entry_notice_given": "Notice of a visit given",
    "access_attempted": "Visit",
    "contractor_sought": "Contractor sought",
    "consent_sought": "Consent sought",
    "accommodation_sought": "Other accommodation sought",
    "accommodation_offered": "Other accommodation offered",
    "assigned": "Assigned",
    "commented": "Comment",
    "file_attached": "File attached",
    "snoozed": "Set aside for a time",
    "dismissed": "Dismissed: not a hazard",
    "reviewed": "Decision reviewed",
    "corrected": "Correction",
    "closed": "Closed",
    "reopened": "Opened again",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EventLine:
    """An event in words; when it was written down only where that was another time."""

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
            recorded_at=each.recorded_at if _later(each) else None,
            actor=each.event.actor,
            title=title_of(each.event.kind),
            detail=say_detail(each.event),
        )
        for each in file.events
    ]


def _later(each: Recorded) -> bool:
    """Whether it was written down on another occasion than it happened."""
    return each.recorded_at is not None and abs(each.recorded_at - each.event.at) > timedelta(minutes=5)


def title_of(kind: CaseEventKind) -> str:
    """What a kind of event is called in a sentence."""
    return _TITLES[kind]
