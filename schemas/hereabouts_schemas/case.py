"""Cases: what people do about a hazard in a home, as the facts that happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CaseState(StrEnum):
    """How far the people are with a case."""

    REPORTED = "reported"
    TRIAGED = "triaged"
    INVESTIGATING = "investigating"
    WORKS = "works"
    MONITORING = "monitoring"
    CLOSED = "closed"


class CaseOutcome(StrEnum):
    """What came of a case."""

    CONFIRMED_HAZARD = "confirmed_hazard"
    CAUSE_FOUND = "cause_found"
    FALSE_ALARM = "false_alarm"
    SENSOR_PROBLEM = "sensor_problem"
    NO_ACCESS = "no_access"


class Significance(StrEnum):
    """What an investigation found, in the words of SI 2025/1042."""

    NONE = "none"
    SIGNIFICANT = "significant"
    EMERGENCY = "emergency"


class CaseEventKind(StrEnum):
    """What can happen in a case. Clocks start and are met by these and by nothing else."""

    # how it became known
    INDICATED = "indicated"  # a rule first saw it in readings; detail: alert
    ALERT_RAISED = "alert_raised"  # an alert stood where staff see it; detail: alert, place, level, reason
    ALERT_CHANGED = "alert_changed"  # the level of an alert of the case went up or down; detail: alert, from, to
    ALERT_CLEARED = "alert_cleared"  # the rule no longer says so; that never closes the case; detail: alert
    REPORTED = "reported"  # a person told us; detail: by (resident, staff, partner), words
    TRIAGED = "triaged"  # somebody looked and decided that it goes on
    EMERGENCY_SUSPECTED = "emergency_suspected"  # aware of what may be an emergency
    # how it is looked into
    INVESTIGATION_BEGUN = "investigation_begun"  # detail: type (remote, in_person)
    # detail: type, significance; safety_work and preventative_work: false where none is needed
    INVESTIGATION_CONCLUDED = "investigation_concluded"
    IN_PERSON_ASKED_FOR = "in_person_asked_for"  # the tenant wants one in person after a remote one
    EMERGENCY_FOUND = "emergency_found"  # identified, in an investigation of any kind
    # what is told to the tenant
    SUMMARY_SENT = "summary_sent"  # the written summary; detail: way
    # kept up to date otherwise; a notice of delay: delay_of (name of the clock), until (a day), reason
    TENANT_TOLD = "tenant_told"
    # what is done
    MADE_SAFE = "made_safe"  # emergency work complete
    SAFETY_WORK_DONE = "safety_work_done"
    PREVENTATIVE_STEPS_TAKEN = "preventative_steps_taken"  # survey booked, contractor secured
    PREVENTATIVE_WORK_BEGUN = "preventative_work_begun"  # physically
    PREVENTATIVE_WORK_DONE = "preventative_work_done"
    # the case goes into works; detail: works (safety, preventative, both); beside the latter two stands the event above
    WORKS_BEGUN = "works_begun"
    WORKS_DONE = "works_done"  # all of them: monitoring begins
    # evidence of all reasonable endeavours
    ENTRY_NOTICE_GIVEN = "entry_notice_given"
    ACCESS_ATTEMPTED = "access_attempted"  # detail: result (let_in, refused, nobody_in)
    CONTRACTOR_SOUGHT = "contractor_sought"
    CONSENT_SOUGHT = "consent_sought"  # such as of the Building Safety Regulator
    ACCOMMODATION_SOUGHT = "accommodation_sought"
    ACCOMMODATION_OFFERED = "accommodation_offered"  # detail: accepted (true, false, null while open)
    # about the case itself
    ASSIGNED = "assigned"  # detail: assignee (a principal's name, null for nobody)
    COMMENTED = "commented"  # detail: words
    FILE_ATTACHED = "file_attached"  # detail: file (its number), name, sha256
    SNOOZED = "snoozed"  # detail: until, reason
    DISMISSED = "dismissed"  # not a hazard, because; detail: reason; reviewable
    REVIEWED = "reviewed"  # somebody else looked at what was snoozed, dismissed or closed; detail: upheld
    # an event before was wrong; detail: event (its number), at, detail (what changes in it) or withdrawn; reason
    CORRECTED = "corrected"
    CLOSED = "closed"  # detail: outcome, reason
    REOPENED = "reopened"  # detail: reason


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseEvent:
    """One thing that happened in a case.

    Attributes:
        id: its number, rising in the order of recording.
        kind: what happened.
        at: when it happened, aware; not when it was written down.
        actor: the principal who says so, by name; a job's is `system:jobs`.
        detail: what else belongs to it, as JSON; its keys stand beside each kind.
    """

    id: int
    kind: CaseEventKind
    at: datetime
    actor: str
    detail: Mapping[str, object] = field(default_factory=dict)
