"""What the codes of cases are called on pages, for the person in the home as much as for the officer."""

from collections.abc import Mapping
from datetime import datetime

from hereabouts_api.pages.words import counted
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.case import CaseOutcome, CaseState, Significance
from hereabouts_schemas.times import parse_time, say_time

HAZARDS = {
    "damp_mould": "Damp and mould",
    "excess_cold": "Excess cold",
    "excess_heat": "Excess heat",
}
STATES: Mapping[str, str] = {
    CaseState.REPORTED: "Reported",
    CaseState.TRIAGED: "Taken on",
    CaseState.INVESTIGATING: "Being investigated",
    CaseState.WORKS: "Works under way",
    CaseState.MONITORING: "Being watched",
    CaseState.CLOSED: "Closed",
}
OUTCOMES: Mapping[str, str] = {
    CaseOutcome.CONFIRMED_HAZARD: "Hazard confirmed",
    CaseOutcome.CAUSE_FOUND: "Cause found",
    CaseOutcome.FALSE_ALARM: "False alarm",
    CaseOutcome.SENSOR_PROBLEM: "Problem with the sensor",
    CaseOutcome.NO_ACCESS: "Nobody could get in",
}
LEVELS = {
    "ok": "No concern",
    "watch": "Keep an eye on it",
    "act": "Needs action",
    "urgent": "Urgent",
    "no_data": "Cannot be judged: too little is known",
    "sensor_fault": "Cannot be judged: sensor in doubt",
}
VISITS = {"in_person": "In person", "remote": "Remotely, from photographs, readings and what was told"}
FOUND: Mapping[str, str] = {
    Significance.NONE: "No significant hazard",
    Significance.SIGNIFICANT: "A significant hazard",
    Significance.EMERGENCY: "An emergency hazard",
}
WAYS = {
    "hand": "Handed over",
    "left": "Left at the home",
    "post": "First class post",
    "email": "E-mail or another electronic way",
}
WORKS = {
    "safety": "Work to make it safe",
    "preventative": "Work to keep it from coming back",
    "both": "Both",
}
RESULTS = {"let_in": "Let in", "nobody_in": "Nobody was in", "refused": "Entry was refused"}
REPORTERS = {"resident": "A resident", "staff": "A colleague", "partner": "A partner, such as a surgery or a school"}
TITLES: Mapping[Kind, str] = {
    Kind.INDICATED: "First seen in the readings",
    Kind.ALERT_RAISED: "Alert raised",
    Kind.ALERT_CHANGED: "Alert changed",
    Kind.ALERT_CLEARED: "Alert cleared",
    Kind.REPORTED: "Reported",
    Kind.TRIAGED: "Looked at and taken on",
    Kind.EMERGENCY_SUSPECTED: "May be an emergency",
    Kind.INVESTIGATION_BEGUN: "Investigation begun",
    Kind.INVESTIGATION_CONCLUDED: "Investigation ended",
    Kind.IN_PERSON_ASKED_FOR: "Tenant asked for somebody to come in person",
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
    Kind.ENTRY_NOTICE_GIVEN: "Visit booked, and notice given",
    Kind.ACCESS_ATTEMPTED: "Visit",
    Kind.CONTRACTOR_SOUGHT: "Contractor sought",
    Kind.CONSENT_SOUGHT: "Consent sought",
    Kind.ACCOMMODATION_SOUGHT: "Somewhere else to stay sought",
    Kind.ACCOMMODATION_OFFERED: "Somewhere else to stay offered",
    Kind.ASSIGNED: "Given to somebody",
    Kind.COMMENTED: "Comment",
    Kind.FILE_ATTACHED: "File attached",
    Kind.SNOOZED: "Put off",
    Kind.DISMISSED: "Not a hazard",
    Kind.REVIEWED: "Decision reviewed",
    Kind.CORRECTED: "Entry corrected",
    Kind.CLOSED: "Closed",
    Kind.REOPENED: "Opened again",
}
_CHOSEN: Mapping[str, Mapping[str, str]] = {
    "type": VISITS,
    "significance": FOUND,
    "way": {**WAYS, "sms": "Text message", "phone": "By telephone"},
    "result": RESULTS,
    "works": {**WORKS, "both": "Work to make it safe, and to keep it from coming back"},
    "by": REPORTERS,
    "outcome": OUTCOMES,
    "level": LEVELS,
}


_OF_ALERTS = (Kind.ALERT_RAISED, Kind.ALERT_CHANGED, Kind.ALERT_CLEARED)


def first_sentence(text: str) -> str:
    """The first sentence of a reason.

    Example:
        >>> first_sentence("It is damp. It was 81.3 % for 2.5 days.")
        'It is damp.'
    """
    first, stop, _ = text.partition(". ")
    return f"{first}." if stop else text


def hazard_title(hazard: str) -> str:
    """A hazard of cases as people call it."""
    return HAZARDS.get(hazard, hazard.replace("_", " ").capitalize())


def say_left(left: int) -> str:
    """Working days up to a deadline.

    Example:
        >>> say_left(5), say_left(1), say_left(0), say_left(-2)
        ('5 working days left', '1 working day left', 'today', '2 working days late')
    """
    if left == 0:
        return "today"
    days = counted(abs(left), "working day", "working days")
    return f"{days} left" if left > 0 else f"{days} late"


def say_hours(left: int) -> str:
    """Hours up to a deadline.

    Example:
        >>> say_hours(20), say_hours(0), say_hours(-3)
        ('20 hours left', 'less than an hour left', '3 hours late')
    """
    if left == 0:
        return "less than an hour left"
    hours = counted(abs(left), "hour", "hours")
    return f"{hours} left" if left > 0 else f"{hours} late"


def say_detail(kind: Kind, detail: Mapping[str, object]) -> list[str]:
    """What stands beside an event, a sentence or two a line."""
    lines = [_change(detail)] if kind is Kind.ALERT_CHANGED else []
    if kind is Kind.ASSIGNED:
        lines.append(f"To {detail['assignee']}." if detail.get("assignee") else "To nobody.")
    if kind is Kind.REVIEWED:
        lines.append("The decision stands." if detail.get("upheld") is True else "The decision does not stand.")
    if kind is Kind.CORRECTED:
        lines.append(_correction(detail))
    for key, value in detail.items():
        if key in _CHOSEN:
            lines.append(f"{_CHOSEN[key].get(str(value), str(value))}.")
    lines += _plainly(detail)
    if kind in _OF_ALERTS:
        lines.append(first_sentence(str(detail.get("reason", ""))))
    else:
        lines += [str(detail[key]) for key in ("reason", "words") if detail.get(key)]
    return [line for line in lines if line]


def _plainly(detail: Mapping[str, object]) -> list[str]:
    said = []
    if "accepted" in detail:
        said.append({True: "Accepted.", False: "Declined."}.get(detail["accepted"] is True, ""))
        if detail["accepted"] is None:
            said[-1] = "No answer yet."
    if detail.get("investigator"):
        said.append(f"Investigated by {detail['investigator']}.")
    for key, what in (("safety_work", "Safety work"), ("preventative_work", "Preventative work")):
        said += _work(detail, key, what)
    if detail.get("cause"):
        said.append(f"Cause: {detail['cause']}")
    if detail.get("until"):
        said.append(f"Until {_when(str(detail['until']))}.")
    if detail.get("delay_of"):
        said.append(f"A notice of delay ({str(detail['delay_of']).replace('_', ' ')}).")
    if detail.get("name"):
        said.append(str(detail["name"]))
    return said


def _work(detail: Mapping[str, object], key: str, what: str) -> list[str]:
    said = [f"{what} is {'needed' if detail[key] else 'not needed'}."] if key in detail else []
    if detail.get(f"{key}_is"):
        said.append(f"{what}: {detail[f'{key}_is']}")
    days = [f"{word} by {_when(str(detail[f'{key}_{end}']))}"
            for end, word in (("begin", "begins"), ("end", "done")) if detail.get(f"{key}_{end}")]  # fmt: skip
    return [*said, f"{what} {', '.join(days)}."] if days else said


def _when(text: str) -> str:
    try:
        return say_time(parse_time(text)).removesuffix(", 00:00")
    except ValueError:  # a day, without a time or zone
        day = datetime.fromisoformat(text)
        return f"{day.day} {day:%B %Y}"


def _change(detail: Mapping[str, object]) -> str:
    before, now = (LEVELS.get(str(detail.get(key)), "") for key in ("from", "to"))
    return f"From “{before}” to “{now}”."


def _correction(detail: Mapping[str, object]) -> str:
    what = f"Of entry {detail.get('event')}: "
    if detail.get("withdrawn"):
        return f"{what}it did not happen."
    if detail.get("at"):
        return f"{what}it happened on {_when(str(detail['at']))}."
    return f"{what}what was written down changed."
