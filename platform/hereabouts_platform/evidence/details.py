"""What stands beside an event, in plain words for a reader who has never seen this system."""

from collections.abc import Callable, Mapping
from datetime import date

from hereabouts_platform.cases.clocks.facts import instant
from hereabouts_platform.cases.clocks.words import say_day
from hereabouts_platform.rules.hazard_words import LEVELS, say_level
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.times import say_time

_CHOICES: Mapping[str, Mapping[str, str]] = {
    "by": {"resident": "Told by a resident", "staff": "Told by a colleague", "partner": "Told by a partner"},
    "type": {"remote": "Done remotely", "in_person": "Done in person"},
    "significance": {
        "none": "No significant hazard found",
        "significant": "A significant hazard found",
        "emergency": "An emergency found",
    },
    "way": {
        "hand": "Handed over",
        "left": "Left at the home",
        "post": "First class post",
        "email": "E-mail or another electronic way",
        "sms": "Text message",
        "phone": "By telephone",
    },
    "result": {"let_in": "Let in", "refused": "Entry refused", "nobody_in": "Nobody was in"},
    "works": {
        "safety": "Work to make it safe",
        "preventative": "Work to keep it from coming back",
        "both": "Work to make it safe, and to keep it from coming back",
    },
    "outcome": {
        "confirmed_hazard": "Hazard confirmed",
        "cause_found": "Cause found",
        "false_alarm": "False alarm",
        "sensor_problem": "Problem with the sensor",
        "no_access": "Nobody could get in",
    },
    "level": {level: f"Level: {words}" for level, words in LEVELS.items()},
}
_YES_NO: Mapping[str, tuple[str, str]] = {
    "accepted": ("Accepted", "Declined"),
    "upheld": ("The decision stands", "The decision does not stand"),
    "safety_work": ("Safety work is needed", "Safety work is not needed"),
    "preventative_work": ("Preventative work is needed", "Preventative work is not needed"),
    "withdrawn": ("It did not happen", "It did happen"),
}
_TEXTS: Mapping[str, str] = {
    "words": "",
    "reason": "Reason: ",
    "name": "File ",
    "sha256": "SHA-256 ",
    "place": "Place ",
    "room": "Room ",
    "investigator": "Investigated by ",
    "assignee": "To ",
    "cause": "Cause: ",
    "safety_work_is": "Safety work: ",
    "preventative_work_is": "Preventative work: ",
}
_TIMES: Mapping[str, str] = {
    "at": "It happened on ",
    "until": "Until ",
    "safety_work_begin": "Safety work begins by ",
    "safety_work_end": "Safety work is done by ",
    "preventative_work_begin": "Preventative work begins by ",
    "preventative_work_end": "Preventative work is done by ",
}
_SAID_ELSEWHERE = frozenset({"alert", "file"})  # numbers within this system


def say_detail(event: CaseEvent) -> str:
    """What stands beside an event, as sentences; empty where nothing does."""
    said = _change(event.detail) + [
        text
        for key, value in _in_order(event.detail)
        if key not in _SAID_ELSEWHERE and not _is_change(event.detail, key) and (text := _say(key, value))
    ]
    if event.kind is CaseEventKind.ASSIGNED and not event.detail.get("assignee"):
        said.append("To nobody")
    if event.kind is CaseEventKind.ACCOMMODATION_OFFERED and event.detail.get("accepted") is None:
        said.append("No answer yet")
    return " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in said)


def _in_order(detail: Mapping[str, object]) -> list[tuple[str, object]]:
    return sorted(detail.items(), key=lambda pair: (_ORDER.get(pair[0], len(_ORDER)), pair[0]))


def _is_change(detail: Mapping[str, object], key: str) -> bool:
    return key in ("from", "to") and "from" in detail and "to" in detail


def _change(detail: Mapping[str, object]) -> list[str]:
    if not _is_change(detail, "from"):
        return []
    before, now = (say_level(str(detail[key])) for key in ("from", "to"))
    return [f"From “{before}” to “{now}”"]


def _say(key: str, value: object) -> str:
    if value is None or value == "":
        return ""
    for among, say in _WAYS:
        if key in among:
            return say(key, value)
    if isinstance(value, bool):
        return f"{_title(key)}: {'yes' if value else 'no'}"
    return f"{_title(key)}: {str(value).replace('_', ' ')}"


def _choice(key: str, value: object) -> str:
    return _CHOICES[key].get(str(value), str(value).replace("_", " "))


def _yes_no(key: str, value: object) -> str:
    return _YES_NO[key][value is not True]


def _text(key: str, value: object) -> str:
    return f"{_TEXTS[key]}{value}"


def _time(key: str, value: object) -> str:
    text = str(value)
    return f"{_TIMES[key]}{say_time(instant(value, key)) if 'T' in text else say_day(date.fromisoformat(text))}"


def _event(_: str, value: object) -> str:
    return f"Of entry {value}"


def _clock(_: str, value: object) -> str:
    return f"A notice of delay of: {str(value).replace('_', ' ')}"


def _whole(_: str, value: object) -> str:
    inner = value if isinstance(value, Mapping) else {}
    parts = [text for key, one in _in_order(inner) if (text := _say(key, one))]
    return f"It should have said: {'; '.join(parts)}"


def _title(key: str) -> str:
    return key.replace("_", " ").capitalize()


# In the order in which they are said: the same bytes come out whatever the order that a detail was kept in.
_WAYS: tuple[tuple[tuple[str, ...], Callable[[str, object], str]], ...] = (
    (("event",), _event),
    (tuple(_CHOICES), _choice),
    (tuple(_YES_NO), _yes_no),
    (tuple(_TIMES), _time),
    (("delay_of",), _clock),
    (("detail",), _whole),
    (tuple(_TEXTS), _text),
)
_ORDER = {key: n for n, key in enumerate(key for keys, _ in _WAYS for key in keys)}
