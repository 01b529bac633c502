"""What may happen in which state of a case, and what state follows: one table, with words for where it may not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.case import CaseState as State

ANY = frozenset(State)
OPEN = ANY - {State.CLOSED}
SEEN = OPEN - {State.REPORTED}

STATES: Mapping[State, str] = {
    State.REPORTED: "reported",
    State.TRIAGED: "triaged",
    State.INVESTIGATING: "under investigation",
    State.WORKS: "in works",
    State.MONITORING: "monitored",
    State.CLOSED: "closed",
}

_REOPEN = "Reopen the case first, with a reason; or add a comment."
_NOT_CLOSED = "It stands open already: go on with it."


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One kind of event.

    Attributes:
        says: what it records, to be put before "cannot be recorded".
        states: those in which it may happen.
        instead: what may be done in the others.
        moves: the state that follows, where another one does.
        by_system: whether only the system records it, never a person by hand.
    """

    says: str
    states: frozenset[State] = OPEN
    instead: str = _REOPEN
    moves: Mapping[State, State] = field(default_factory=dict)
    by_system: bool = False


def _from(states: Iterable[State], to: State) -> dict[State, State]:
    return dict.fromkeys(states, to)


_EARLY = (State.REPORTED, State.TRIAGED)
_UNTIL_WORKS = (*_EARLY, State.INVESTIGATING)

STEPS: Mapping[Kind, Step] = {
    Kind.INDICATED: Step(says="what a rule saw", by_system=True),
    Kind.ALERT_RAISED: Step(says="an alert", by_system=True),
    Kind.ALERT_CHANGED: Step(says="an alert's level", by_system=True),
    Kind.ALERT_CLEARED: Step(says="that an alert cleared", by_system=True),
    Kind.REPORTED: Step(says="a report"),
    Kind.TRIAGED: Step(
        says="the triage",
        states=frozenset({State.REPORTED}),
        instead="It has been looked at already: begin the investigation, or add a comment.",
        moves=_from([State.REPORTED], State.TRIAGED),
    ),
    Kind.EMERGENCY_SUSPECTED: Step(says="that it may be an emergency", moves=_from([State.REPORTED], State.TRIAGED)),
    Kind.INVESTIGATION_BEGUN: Step(
        says="the start of an investigation", moves=_from((*_EARLY, State.MONITORING), State.INVESTIGATING)
    ),
    Kind.INVESTIGATION_CONCLUDED: Step(says="the end of an investigation", moves=_from(_EARLY, State.INVESTIGATING)),
    Kind.IN_PERSON_ASKED_FOR: Step(says="that somebody is to come in person"),
    Kind.EMERGENCY_FOUND: Step(says="that an emergency was found", moves=_from(_EARLY, State.INVESTIGATING)),
    Kind.SUMMARY_SENT: Step(says="the written summary"),
    Kind.TENANT_TOLD: Step(says="what the tenant was told", states=ANY),
    Kind.MADE_SAFE: Step(says="that the home was made safe", moves=_from(_EARLY, State.INVESTIGATING)),
    Kind.SAFETY_WORK_DONE: Step(
        says="safety work", states=SEEN, instead="Nobody has looked at the case yet, or it is closed: triage it first."
    ),
    Kind.PREVENTATIVE_STEPS_TAKEN: Step(
        says="steps towards work",
        states=SEEN,
        instead="Nobody has looked at the case yet, or it is closed: triage it first.",
    ),
    Kind.PREVENTATIVE_WORK_BEGUN: Step(
        says="the start of work",
        states=SEEN,
        instead="Nobody has looked at the case yet, or it is closed: triage it first.",
        moves=_from((State.TRIAGED, State.INVESTIGATING, State.MONITORING), State.WORKS),
    ),
    Kind.PREVENTATIVE_WORK_DONE: Step(
        says="the end of work",
        states=frozenset({State.WORKS, State.MONITORING}),
        instead="Record first that the works have begun.",
    ),
    Kind.WORKS_BEGUN: Step(
        says="that works have begun",
        states=frozenset({State.TRIAGED, State.INVESTIGATING, State.MONITORING}),
        instead="Triage a case that nobody has looked at; reopen one that is closed.",
        moves=_from((State.TRIAGED, State.INVESTIGATING, State.MONITORING), State.WORKS),
    ),
    Kind.WORKS_DONE: Step(
        says="that the works are done",
        states=frozenset({State.WORKS}),
        instead="Record first that works have begun; a case without works is closed with its outcome.",
        moves=_from([State.WORKS], State.MONITORING),
    ),
    Kind.ENTRY_NOTICE_GIVEN: Step(says="a notice of entry"),
    Kind.ACCESS_ATTEMPTED: Step(says="a visit"),
    Kind.CONTRACTOR_SOUGHT: Step(says="the search for a contractor"),
    Kind.CONSENT_SOUGHT: Step(says="that a consent was sought"),
    Kind.ACCOMMODATION_SOUGHT: Step(says="the search for somewhere else to stay"),
    Kind.ACCOMMODATION_OFFERED: Step(says="an offer of somewhere else to stay"),
    Kind.ASSIGNED: Step(says="whose case it is"),
    Kind.COMMENTED: Step(says="a comment", states=ANY),
    Kind.FILE_ATTACHED: Step(says="a file", states=ANY, by_system=True),
    Kind.SNOOZED: Step(says="a snooze"),
    Kind.DISMISSED: Step(
        says="that it is no hazard",
        states=frozenset(_UNTIL_WORKS),
        instead="Works have begun, or the case is closed: close it with an outcome, or reopen it first.",
        moves=_from(_UNTIL_WORKS, State.CLOSED),
    ),
    Kind.REVIEWED: Step(says="a review", states=ANY),
    Kind.CORRECTED: Step(says="a correction", states=ANY),
    Kind.CLOSED: Step(says="the closing", instead="It is closed already.", moves=_from(OPEN, State.CLOSED)),
    Kind.REOPENED: Step(
        says="the reopening",
        states=frozenset({State.CLOSED}),
        instead=_NOT_CLOSED,
        moves=_from([State.CLOSED], State.TRIAGED),
    ),
}
