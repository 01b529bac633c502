"""What devices need somebody for: silence, an empty battery, a value that stands still, a wrong clock, a dead counter.

Five hazards, each with an alert of its own on the device. None of them says anything of a place, and none touches a
place's alerts: a silent sensor's damp alert stays open by its own rule. A device that is taken down needs nobody any
more: that is something somebody registered, not an absence of data, and it clears what stood open on the device.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hereabouts_platform.rules.battery import EMPTY, LOW, BatteryState, low_volts
from hereabouts_platform.rules.counter_alerts import HAZARD as COUNTER
from hereabouts_platform.rules.counter_alerts import assess_counter
from hereabouts_platform.rules.device_clock import AHEAD_AGAIN_S, AHEAD_S, BAD_SHARE, BEHIND_S
from hereabouts_platform.rules.device_health import Condition, DeviceFacts
from hereabouts_platform.rules.flat_line import Course, Movement, span_of
from hereabouts_platform.rules.wording import first_name, say_list, say_span, say_time
from hereabouts_schemas.alert import Assessment, Evidence, Finding, Level, SubjectKind

SILENT, BATTERY, STUCK, CLOCK = "sensor_silent", "battery_low", "sensor_stuck", "clock_wrong"
HAZARDS = (SILENT, BATTERY, STUCK, CLOCK, COUNTER)
RULE = "device_health"
RULE_VERSION = "1"

# The damp rule needs 5 days of 7: from then on a home's week is lost, and nobody can say how the home is.
LOST_AFTER = timedelta(days=7)
_HOUR = timedelta(hours=1)


def assess_device(facts: DeviceFacts, found: Condition, now: datetime) -> tuple[Assessment, ...]:
    """What the rule says of one deployed device at `now`, a statement a hazard."""
    return (
        _silence(facts, found, now),
        _battery(facts, found),
        _stillness(facts, found, now),
        _clock(facts, found, now),
        *assess_counter(facts.device_id, _name(facts), found.counting),
    )


def taken_down(device_id: str, hazard: str, evidence: Mapping[str, Evidence]) -> Assessment:
    """What can be said of a device with an open alert that is at no place any more; `evidence` is the alert's own."""
    reason = f"The device {device_id} is at no place now, so nothing is expected of it."
    return replace(_draft(device_id, hazard, Finding.CLEAR, reason), evidence=evidence)


def _silence(facts: DeviceFacts, found: Condition, now: datetime) -> Assessment:
    """FLAG beyond its patience; CLEAR as soon as it is heard; HOLD while its whole feed was not heard either."""
    since = facts.heard_here or facts.deployed_from
    silent, limit = now - since, found.allowed.late
    if silent <= limit:
        reason = f"{_name(facts)} was last heard {say_time(since)}." if facts.heard_here else f"{_name(facts)} is new."
        return _silent_draft(facts, found, Finding.CLEAR, reason, now)
    if facts.listened <= limit:
        reason = f"{_name(facts)} has not been heard since {say_time(since)}, but nor has the rest of its feed."
        return _silent_draft(facts, found, Finding.HOLD, reason, now)
    usual = f"It is usually heard every {say_span(timedelta(seconds=found.interval.seconds))}."
    start = "" if facts.heard_here else "it was put up on "
    reason = f"{_name(facts)} has not been heard since {start}{say_time(since)}. {usual}"
    draft = _silent_draft(facts, found, Finding.FLAG, reason, now)
    return replace(draft, level=Level.ACT if silent >= LOST_AFTER else Level.WATCH)


def _silent_draft(facts: DeviceFacts, found: Condition, finding: Finding, reason: str, now: datetime) -> Assessment:
    """In whole hours, so that an alert that stands says something new once an hour."""
    since = facts.heard_here or facts.deployed_from
    hours, limit = (now - since) // _HOUR, found.allowed.late / _HOUR
    value = max(hours, limit) if finding is Finding.FLAG else hours
    number = Evidence(value=value, unit="h", limit=limit, from_at=since, to_at=since + value * _HOUR)
    return replace(_draft(facts.device_id, SILENT, finding, reason), evidence={"silence": number})


def _battery(facts: DeviceFacts, found: Condition) -> Assessment:
    read, state = facts.battery, found.battery.state
    if read is None or state is BatteryState.CANNOT_SAY:
        return _draft(facts.device_id, BATTERY, Finding.CANNOT_SAY, f"The battery of {_name(facts)} cannot be told.")
    percent = found.battery.percent
    said = f"{read.value:.2f} V" if read.quantity == "battery_voltage" else ""
    said = said if percent is None else f"{percent:.0f} %{f' ({said})' if said else ''}"
    reason = f"The battery of {_name(facts)} is at {said}."
    low = state in (BatteryState.LOW, BatteryState.EMPTY)
    finding = Finding.FLAG if low else Finding.CLEAR if found.battery.recovered else Finding.HOLD
    draft = _draft(facts.device_id, BATTERY, finding, reason)
    level = Level.ACT if percent is not None and percent <= EMPTY else Level.WATCH
    return replace(draft, level=level, evidence=_battery_evidence(facts))


def _battery_evidence(facts: DeviceFacts) -> dict[str, Evidence]:
    """Limits are reached from below, so what counts is what is used up, or what the voltage lacks."""
    read = facts.battery
    if read is None:
        return {}
    at = _day_of(read.at)
    if read.quantity == "battery_level":
        return {"battery_used": Evidence(value=100 - read.value, unit="%", limit=100 - LOW, from_at=at, to_at=at)}
    lacking = round(low_volts(facts.chemistry) - read.value, 3)
    return {"battery_volts_lacking": Evidence(value=lacking, unit="V", limit=0.0, from_at=at, to_at=at)}


def _stillness(facts: DeviceFacts, found: Condition, now: datetime) -> Assessment:
    judged = [course for course, movement in found.moves if movement is not Movement.CANNOT_SAY]
    if found.stuck:
        names = say_list([_words(course) for course in found.stuck])
        spans = [span_of(course.quantity, course.high or 0.0) for course in found.stuck]
        finding = Finding.FLAG
        reason = f"{_name(facts)} has given the same {names} for {say_span(min(spans))} and more: it may be frozen."
    elif judged:
        finding, reason = Finding.CLEAR, f"What {_name(facts)} measures moves."
    else:
        finding, reason = Finding.CANNOT_SAY, f"Too little was read from {_name(facts)} to tell whether it moves."
    evidence = {
        f"{_words(course).replace(' ', '_')}_unmoved": _unmoved(course, course in found.stuck, now) for course in judged
    }
    return replace(_draft(facts.device_id, STUCK, finding, reason), evidence=evidence)


def _unmoved(course: Course, stuck: bool, now: datetime) -> Evidence:
    limit = span_of(course.quantity, course.high or 0.0) / _HOUR
    to_at = _day_of(course.last_at or now)
    return Evidence(
        value=limit if stuck else 0.0, unit="h", limit=limit, from_at=to_at - timedelta(hours=limit), to_at=to_at
    )


def _words(course: Course) -> str:
    channel = f" {course.channel}" if course.channel else ""
    return f"{course.quantity.replace('_', ' ')}{channel}"


def _clock(facts: DeviceFacts, found: Condition, now: datetime) -> Assessment:
    """Only a device's own clock is its fault; of a gateway's, only times that were not believed count."""
    ahead, bad = found.clock.ahead_s, found.clock.bad_percent
    numbers: dict[str, tuple[float, float, float, str]] = {}  # value, limit, fine again below, unit
    if ahead is not None and facts.clock_source == "device":
        numbers["clock_ahead"] = (ahead // 10 * 10, AHEAD_S, AHEAD_AGAIN_S, "s")
        numbers["clock_behind"] = (-ahead // 3600, BEHIND_S / 3600, BEHIND_S / 3600, "h")
    if bad is not None:
        numbers["clock_not_believed"] = (bad // 10 * 10, BAD_SHARE, BAD_SHARE / 2, "%")
    if not numbers:
        return _draft(facts.device_id, CLOCK, Finding.CANNOT_SAY, f"The clock of {_name(facts)} cannot be told.")
    reached = [name for name, (value, limit, _, _) in numbers.items() if value >= limit]
    fine = all(value < again for value, _, again, _ in numbers.values())
    finding = Finding.FLAG if reached else Finding.CLEAR if fine else Finding.HOLD
    at = _day_of(facts.heard_at or now)
    evidence = {
        name: Evidence(value=value, unit=unit, limit=limit, from_at=at, to_at=at)
        for name, (value, limit, _, unit) in numbers.items()
    }
    reason = _say_clock(facts, reached, {name: value for name, (value, *_) in numbers.items()})
    return replace(_draft(facts.device_id, CLOCK, finding, reason), evidence=evidence)


def _say_clock(facts: DeviceFacts, reached: list[str], values: Mapping[str, float]) -> str:
    if "clock_ahead" in reached:
        ahead = say_span(timedelta(seconds=values["clock_ahead"]))
        return f"The clock of {_name(facts)} is {ahead} ahead: its readings stand at the wrong time."
    if "clock_behind" in reached:
        behind = say_span(timedelta(hours=values["clock_behind"]))
        return f"Even the freshest readings of {_name(facts)} are {behind} old when they come: its clock may be slow."
    if reached:
        return f"Most times that {_name(facts)} states are not believed: see to its clock, or to its gateway's."
    return f"The clock of {_name(facts)} is right as far as can be told."


def _day_of(at: datetime) -> datetime:
    """Evidence is dated by the day, so that an alert that stands does not say something new with every message."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _name(facts: DeviceFacts) -> str:
    return f"{first_name(facts.title)} {facts.device_id}"


def _draft(device_id: str, hazard: str, finding: Finding, reason: str) -> Assessment:
    return Assessment(
        subject_kind=SubjectKind.DEVICE,
        subject_id=device_id,
        hazard=hazard,
        finding=finding,
        level=Level.WATCH,
        reason=reason,
        rule=RULE,
        rule_version=RULE_VERSION,
    )
