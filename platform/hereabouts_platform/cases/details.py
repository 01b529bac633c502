"""What may stand beside each kind of event, in the words of `hereabouts_schemas.case`: checked when it is handed in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from hereabouts_schemas.case import CaseEvent, CaseOutcome, Significance
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import format_time, parse_time

LONGEST = 4000
VISITS = ("remote", "in_person")
REPORTERS = ("resident", "staff", "partner")
WAYS = ("hand", "left", "post", "email")
WORKS = ("safety", "preventative", "both")
RESULTS = ("let_in", "refused", "nobody_in")

Check = Callable[[str, object], object]


def _choice(words: Sequence[str]) -> Check:
    def check(field: str, value: object) -> object:
        if value not in words:
            raise InputError(field, value, f"Give one of {', '.join(words)}.")
        return str(value)

    return check


def _text(field: str, value: object) -> object:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST or "\0" in value:
        raise InputError(field, value, f"Say it in words, at most {LONGEST:,} characters.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InputError(field, "text", "It holds half of a character. Write it again.") from None
    return value.strip()


def _yes_or_no(field: str, value: object) -> object:
    if not isinstance(value, bool):
        raise InputError(field, value, "Give true or false.")
    return value


def _number(field: str, value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise InputError(field, value, "Give the number of an event of this case.")
    return value


def _time(field: str, value: object) -> object:
    try:
        return format_time(parse_time(value if isinstance(value, str) else ""))
    except (ValueError, OverflowError):
        raise InputError(field, value, "Give RFC 3339 with a zone, like 2026-12-03T14:00:00Z.") from None


def _day(field: str, value: object) -> object:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        raise InputError(field, value, "Give a day like 2027-01-15.") from None


def _object(field: str, value: object) -> object:
    if not isinstance(value, dict) or not value:
        raise InputError(field, value, "Give what stands beside that event, as it should have been.")
    return value


def _or_null(check: Check) -> Check:
    return lambda field, value: None if value is None else check(field, value)


# Kind -> what has to be given. `words`, in one's own words, may stand beside any of them.
NEEDED: Mapping[Kind, Mapping[str, Check]] = {
    Kind.REPORTED: {"by": _choice(REPORTERS)},
    Kind.INVESTIGATION_BEGUN: {"type": _choice(VISITS)},
    Kind.INVESTIGATION_CONCLUDED: {"type": _choice(VISITS), "significance": _choice(tuple(Significance))},
    Kind.SUMMARY_SENT: {"way": _choice(WAYS)},
    Kind.ACCESS_ATTEMPTED: {"result": _choice(RESULTS)},
    Kind.ACCOMMODATION_OFFERED: {"accepted": _or_null(_yes_or_no)},
    Kind.ASSIGNED: {"assignee": _or_null(_text)},
    Kind.COMMENTED: {"words": _text},
    Kind.SNOOZED: {"until": _time, "reason": _text},
    Kind.DISMISSED: {"reason": _text},
    Kind.REVIEWED: {"upheld": _yes_or_no},
    Kind.CORRECTED: {"event": _number},
    Kind.CLOSED: {"outcome": _choice(tuple(CaseOutcome)), "reason": _text},
    Kind.REOPENED: {"reason": _text},
}
_WORK = ("safety_work", "preventative_work")
MAY_BE_GIVEN: Mapping[Kind, Mapping[str, Check]] = {
    Kind.REPORTED: {"room": _text},
    Kind.INVESTIGATION_CONCLUDED: {
        "investigator": _text,
        "reason": _text,
        **dict.fromkeys(_WORK, _yes_or_no),
        **{f"{work}_is": _text for work in _WORK},
        **{f"{work}_{end}": _day for work in _WORK for end in ("begin", "end")},
    },
    Kind.EMERGENCY_FOUND: {"investigator": _text, "reason": _text},
    Kind.TENANT_TOLD: {"way": _choice((*WAYS, "sms", "phone")), "delay_of": _text, "until": _day, "reason": _text},
    Kind.ENTRY_NOTICE_GIVEN: {"way": _choice((*WAYS, "sms"))},
    Kind.WORKS_BEGUN: {"room": _text, "works": _choice(WORKS)},
    Kind.CLOSED: {"cause": _text},
    Kind.CORRECTED: {"at": _time, "withdrawn": _yes_or_no, "detail": _object, "reason": _text},
}


def checked(kind: Kind, detail: Mapping[str, object]) -> dict[str, object]:
    """The detail of an event as it is kept: texts without outer blanks, times in UTC with Z.

    Raises:
        InputError: something is missing, not known beside this kind, or not what it should be; named `detail.<key>`.
    """
    needed = NEEDED.get(kind, {})
    known = {**needed, **MAY_BE_GIVEN.get(kind, {}), "words": _text}
    for key in detail:
        if key not in known:
            raise InputError(f"detail.{key}"[:100], detail[key], f"Beside {kind} only {', '.join(known)} may stand.")
    for key in needed:
        if key not in detail:
            raise InputError(f"detail.{key}", "", f"It has to be given beside {kind}.")
    found = {key: known[key](f"detail.{key}", value) for key, value in detail.items()}
    if kind is Kind.CORRECTED and ("at" in found or "detail" in found) == (found.get("withdrawn") is True):
        cure = "Give when it happened (at) or what it was (detail), or withdrawn: true where it never happened."
        raise InputError("detail.at", found.get("at", ""), cure)
    if "delay_of" in found and "until" not in found:
        raise InputError("detail.until", "", "Say until when it is put off.")
    _check_order(found)
    return found


def _check_order(found: Mapping[str, object]) -> None:
    """Work ends on the day on which it begins or later: the tenant is told these days."""
    for work in _WORK:
        begin, end = str(found.get(f"{work}_begin", "")), str(found.get(f"{work}_end", ""))
        if begin and end and end < begin:
            raise InputError(f"detail.{work}_end", end, f"It would end before it begins, on {begin}. Mend one of them.")


def amended(target: CaseEvent, amendment: object) -> dict[str, object]:
    """What a correction may change beside the event that it corrects: the whole is checked as if it were handed in.

    Raises:
        InputError: it cannot stand there.
    """
    new = amendment if isinstance(amendment, Mapping) else {}
    whole = checked(target.kind, {**target.detail, **new})
    return {key: whole[key] for key in new}


def time_in(detail: Mapping[str, object], key: str) -> datetime | None:
    """An instant of a detail, as `checked` kept it."""
    value = detail.get(key)
    return parse_time(value) if isinstance(value, str) else None
