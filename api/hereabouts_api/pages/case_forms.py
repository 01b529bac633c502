"""What can be recorded in a case, as forms: one for each kind of event that people write down."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hereabouts_api.pages.case_fields import Asks, Field
from hereabouts_api.pages.case_words import FOUND, OUTCOMES, RESULTS, VISITS, WAYS, WORKS
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.case import CaseOutcome, CaseState

_WORDS = Field(
    name="words", label="In your own words", hint="What an outsider would need to know. The tenant may read it."
)
_AT = Field(name="at", label="When did it happen?", asks=Asks.TIME, hint="UK time. Leave it empty for now.")
_NEEDED = {"yes": "Needed", "no": "Not needed"}
FALSE_ALARMS = (
    "A short burst of steam from cooking, washing or drying",
    "Plaster, paint or screed that is drying",
    "The home stands empty",
    "A fault that has been mended since",
    "The readings are right, and the walls are dry",
    "Something else",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseForm:
    """One thing that can be recorded.

    Attributes:
        name: its own among the forms, as two of them may record the same kind.
        button: what the button says.
        fixed: what stands in the detail without being asked.
        in_states: where it is what usually comes next.
    """

    name: str
    kind: Kind
    title: str
    button: str
    fields: tuple[Field, ...] = (_WORDS,)
    intro: str = ""
    fixed: Mapping[str, object] | None = None
    has_time: bool = True
    in_states: frozenset[CaseState] = frozenset()

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The questions, with the time it happened last."""
        return (*self.fields, _AT) if self.has_time else self.fields


def _work(name: str, label: str) -> tuple[Field, ...]:
    """Whether a piece of work is needed, what it is, and the days by which it begins and ends."""
    return (
        Field(name=name, label=label, asks=Asks.CHOICE, choices=_NEEDED),
        Field(name=f"{name}_is", label=f"{label}: what will be done", asks=Asks.LINE),
        Field(name=f"{name}_begin", label=f"{label}: begins by", asks=Asks.DAY),
        Field(name=f"{name}_end", label=f"{label}: done by", asks=Asks.DAY),
    )


def _in(*states: CaseState) -> frozenset[CaseState]:
    return frozenset(states)


_NEW, _ON, _LOOK = CaseState.REPORTED, CaseState.TRIAGED, CaseState.INVESTIGATING
_MEND, _WATCHED, _SHUT = CaseState.WORKS, CaseState.MONITORING, CaseState.CLOSED

FORMS: tuple[CaseForm, ...] = (
    CaseForm(
        name="triage", kind=Kind.TRIAGED, title="Take it on", button="Take it on",
        intro="You have looked at it, and it goes on.", in_states=_in(_NEW),
    ),
    CaseForm(
        name="book", kind=Kind.ENTRY_NOTICE_GIVEN, title="Book a visit", button="Record the booking",
        intro="The tenant has been given notice in writing, 24 hours ahead at least.",
        fields=(
            Field(name="way", label="How was notice given?", asks=Asks.CHOICE, choices={**WAYS, "sms": "Text message"}),
            replace(_WORDS, label="When, and who comes", needed=True),
        ),
        in_states=_in(_ON, _LOOK),
    ),
    CaseForm(
        name="begin", kind=Kind.INVESTIGATION_BEGUN, title="Begin an investigation", button="Record that it began",
        fields=(Field(name="type", label="How", asks=Asks.CHOICE, choices=VISITS, needed=True), _WORDS),
        in_states=_in(_ON),
    ),
    CaseForm(
        name="conclude", kind=Kind.INVESTIGATION_CONCLUDED,
        title="End an investigation", button="Record what was found",
        fields=(
            Field(name="type", label="How was it done?", asks=Asks.CHOICE, choices=VISITS, needed=True),
            Field(name="significance", label="What was found?", asks=Asks.CHOICE, choices=FOUND, needed=True,
                  hint="Significant: a landlord who knows this household would make it safe as a matter of urgency. "
                       "Emergency: within 24 hours."),
            Field(name="investigator", label="Who investigated?", asks=Asks.LINE),
            Field(name="reason", label="What was seen, and why that is so",
                  hint="It goes into the summary to the tenant."),
            *_work("safety_work", "Work to make it safe"),
            *_work("preventative_work", "Work to keep it from coming back"),
        ),
        in_states=_in(_ON, _LOOK),
    ),
    CaseForm(
        name="summary", kind=Kind.SUMMARY_SENT, title="Written summary sent", button="Record that it was sent",
        fields=(Field(name="way", label="How was it sent?", asks=Asks.CHOICE, choices=WAYS, needed=True), _WORDS),
        in_states=_in(_LOOK),
    ),
    CaseForm(
        name="works-begun", kind=Kind.WORKS_BEGUN, title="Works have begun", button="Record that works began",
        fields=(Field(name="works", label="Which works?", asks=Asks.CHOICE, choices=WORKS, needed=True,
                      hint="It says which of the clocks is met."), _WORDS),
        in_states=_in(_LOOK),
    ),
    CaseForm(
        name="safety-done", kind=Kind.SAFETY_WORK_DONE, title="Safety work done", button="Record safety work",
        in_states=_in(_LOOK, _MEND),
    ),
    CaseForm(
        name="works-done", kind=Kind.WORKS_DONE, title="All works done", button="Record that works are done",
        intro="The home is watched from then on, to see that it stays dry.", in_states=_in(_MEND),
    ),
    CaseForm(
        name="visit", kind=Kind.ACCESS_ATTEMPTED, title="Record a visit or a try to get in", button="Record the visit",
        fields=(Field(name="result", label="What came of it?", asks=Asks.CHOICE, choices=RESULTS, needed=True), _WORDS),
        in_states=_in(_ON, _LOOK, _MEND),
    ),
    CaseForm(
        name="assign", kind=Kind.ASSIGNED, title="Give it to somebody", button="Give it to them", has_time=False,
        fields=(Field(name="assignee", label="Whose case is it?", asks=Asks.LIST, needed=True),),
        in_states=frozenset(CaseState) - _in(CaseState.CLOSED),
    ),
    CaseForm(
        name="comment", kind=Kind.COMMENTED, title="Add a comment", button="Add the comment", has_time=False,
        fields=(replace(_WORDS, label="Your comment", needed=True),),
        in_states=frozenset(CaseState),
    ),
    CaseForm(
        name="not-a-hazard", kind=Kind.DISMISSED, title="Not a hazard, because…", button="Close as not a hazard",
        intro="The case closes as a false alarm. Somebody else may look at that decision again.",
        fields=(
            Field(name="reason", label="Why?", asks=Asks.CHOICE, needed=True,
                  choices={one: one for one in FALSE_ALARMS}),
            replace(_WORDS, hint="What you saw. The tenant may read it."),
        ),
        in_states=_in(_NEW, _ON, _LOOK), has_time=False,
    ),
    CaseForm(
        name="sensor", kind=Kind.CLOSED, title="It is the sensor", button="Close: problem with the sensor",
        intro="The case closes. The sensor has to be looked at before anything can be said of this home.",
        fixed={"outcome": str(CaseOutcome.SENSOR_PROBLEM)},
        fields=(Field(name="reason", label="What is wrong with it?", needed=True),),
        in_states=_in(_NEW, _ON, _LOOK), has_time=False,
    ),
    CaseForm(
        name="snooze", kind=Kind.SNOOZED, title="Put it off", button="Put it off",
        intro="It leaves the lists until then, or until the alert gets worse. The clocks of the law go on.",
        fields=(
            Field(name="until", label="Until the end of", asks=Asks.DAY, needed=True, as_instant=True,
                  hint="At most 90 days away."),
            Field(name="reason", label="Why?", needed=True),
        ),
        in_states=_in(_NEW, _ON, _LOOK, _MEND, _WATCHED), has_time=False,
    ),
    CaseForm(
        name="close", kind=Kind.CLOSED, title="Close the case", button="Close the case",
        fields=(
            Field(name="outcome", label="What came of it?", asks=Asks.CHOICE, choices=OUTCOMES, needed=True),
            Field(name="cause", label="What was the cause?", asks=Asks.LINE),
            Field(name="reason", label="Why can it be closed?", needed=True),
        ),
        in_states=_in(_LOOK, _WATCHED),
    ),
    CaseForm(
        name="reopen", kind=Kind.REOPENED, title="Open it again", button="Open it again", has_time=False,
        fields=(Field(name="reason", label="Why?", needed=True),), in_states=_in(_SHUT),
    ),
    CaseForm(
        name="review", kind=Kind.REVIEWED, title="Look at the decision again", button="Record the review",
        has_time=False,
        intro="Somebody put this case aside. You look at whether that was right.",
        fields=(
            Field(name="upheld", label="Does the decision stand?", asks=Asks.CHOICE, needed=True,
                  choices={"yes": "Yes, it stands", "no": "No, the case goes on"}),
            _WORDS,
        ),
        in_states=frozenset(CaseState),
    ),
    CaseForm(
        name="emergency", kind=Kind.EMERGENCY_SUSPECTED, title="It may be an emergency",
        button="Record it: 24 hours begin",
        intro="A clock of 24 hours begins, which runs nights, weekends and holidays.",
    ),
    CaseForm(
        name="emergency-found", kind=Kind.EMERGENCY_FOUND, title="An emergency was found",
        button="Record it: 24 hours begin",
    ),
    CaseForm(name="made-safe", kind=Kind.MADE_SAFE, title="The home was made safe", button="Record that it is safe"),
    CaseForm(
        name="in-person", kind=Kind.IN_PERSON_ASKED_FOR, title="The tenant wants somebody to come in person",
        button="Record what was asked for",
    ),
    CaseForm(
        name="told", kind=Kind.TENANT_TOLD, title="The tenant was told something", button="Record what was told",
        fields=(
            Field(name="way", label="How?", asks=Asks.CHOICE,
                  choices={**WAYS, "phone": "By telephone", "sms": "Text message"}),
            replace(_WORDS, label="What they were told", needed=True),
            Field(name="delay_of", label="If it was a delay: of what?", asks=Asks.LIST),
            Field(name="until", label="If it was a delay: until when?", asks=Asks.DAY),
            Field(name="reason", label="If it was a delay: why?"),
        ),
    ),
    CaseForm(
        name="steps", kind=Kind.PREVENTATIVE_STEPS_TAKEN, title="Steps towards preventative work",
        button="Record the steps", intro="Such as a survey booked, or a contractor secured.",
    ),
    CaseForm(
        name="preventative-begun", kind=Kind.PREVENTATIVE_WORK_BEGUN, title="Preventative work has begun",
        button="Record that it began", intro="Work to keep it from coming back, begun in the home.",
        in_states=_in(_MEND),
    ),
    CaseForm(
        name="preventative-done", kind=Kind.PREVENTATIVE_WORK_DONE, title="Preventative work is done",
        button="Record that it is done",
    ),
    CaseForm(
        name="contractor", kind=Kind.CONTRACTOR_SOUGHT, title="A contractor was sought", button="Record the search",
    ),
    CaseForm(
        name="consent", kind=Kind.CONSENT_SOUGHT, title="Consent was sought", button="Record it",
        intro="Such as of the Building Safety Regulator, or of a freeholder.",
    ),
    CaseForm(
        name="stay-sought", kind=Kind.ACCOMMODATION_SOUGHT, title="Somewhere else to stay was sought",
        button="Record the search",
    ),
    CaseForm(
        name="stay-offered", kind=Kind.ACCOMMODATION_OFFERED, title="Somewhere else to stay was offered",
        button="Record the offer",
        fields=(
            Field(name="accepted", label="What was the answer?", asks=Asks.CHOICE, needed=True,
                  choices={"yes": "Accepted", "no": "Declined", "open": "No answer yet"}),
            _WORDS,
        ),
    ),
    CaseForm(
        name="correct", kind=Kind.CORRECTED, title="Correct the time of an entry", button="Record the correction",
        has_time=False,
        intro="The entry stays on the timeline with its correction beside it. Clocks are worked out anew.",
        fields=(
            Field(name="event", label="Which entry?", asks=Asks.LIST, needed=True),
            Field(name="at", label="When did it really happen?", asks=Asks.TIME, hint="UK time.", needed=True),
            Field(name="reason", label="Why is it corrected?", needed=True),
        ),
    ),
    CaseForm(
        name="withdraw", kind=Kind.CORRECTED, title="Withdraw an entry", button="Withdraw the entry", has_time=False,
        intro="The entry stays on the timeline, marked as withdrawn: it did not happen.", fixed={"withdrawn": True},
        fields=(
            Field(name="event", label="Which entry?", asks=Asks.LIST, needed=True),
            Field(name="reason", label="Why?", needed=True),
        ),
    ),
)  # fmt: skip
