"""What a people counter that does not count needs somebody for: an alert on the device, like `device_alerts`."""

from dataclasses import replace
from datetime import timedelta

from hereabouts_platform.rules.counter_health import CountCourse, Counting, CountVerdict
from hereabouts_platform.rules.wording import say_list
from hereabouts_schemas.alert import Assessment, Evidence, Finding, Level, SubjectKind

HAZARD = "counter_dead"
RULE = "counter_health"
RULE_VERSION = "1"
_WRONG = (Counting.DEAD, Counting.BLOCKED)
_WEEK_H = 7 * 24
_LIMIT = 90


def assess_counter(
    device_id: str, name: str, counting: tuple[tuple[CountCourse, CountVerdict], ...]
) -> tuple[Assessment, ...]:
    """What the rule says of one device; nothing of a device that counts nobody by trade."""
    if not counting:
        return ()
    wrong = [(course, verdict) for course, verdict in counting if verdict.counting in _WRONG]
    found = {verdict.counting for _, verdict in counting}
    level = Level.WATCH
    if wrong:
        finding, reason = Finding.FLAG, f"{name} {say_list([_words(*one) for one in wrong])}: go and look."
        level = Level.ACT if max(verdict.quiet_h for _, verdict in wrong) >= _WEEK_H else Level.WATCH
    elif Counting.UNSURE in found:
        finding, reason = Finding.HOLD, f"{name} counts few people; that may be as it is."
    elif Counting.COUNTS in found:
        finding, reason = Finding.CLEAR, f"{name} counts."
    else:
        finding, reason = Finding.CANNOT_SAY, f"{name} has too short a history to tell whether it counts."
    evidence = {
        f"{_name(course).replace(' ', '_')}_missed": _missed(course, verdict)
        for course, verdict in counting
        if verdict.counting is not Counting.CANNOT_SAY
    }
    return (replace(_draft(device_id, finding, reason), level=level, evidence=evidence),)


def _words(course: CountCourse, verdict: CountVerdict) -> str:
    usual = f"{round(verdict.usual, -1):,.0f}"
    if verdict.counting is Counting.DEAD:
        return f"has had no {_name(course)} for {verdict.quiet_h} hours, in which about {usual} are usual"
    share = 100 * verdict.counted / verdict.usual
    return f"has {share:.0f} % of the {_name(course)} that are usual over two days (about {usual})"


def _missed(course: CountCourse, verdict: CountVerdict) -> Evidence:
    """Per cent of what is usual, dated by the day, so that an alert that stands does not say something new every hour.

    Only what is dead or blocked reaches the limit.
    """
    share = round(100 * (1 - verdict.counted / verdict.usual)) if verdict.usual else 0
    reached = verdict.counting in _WRONG
    hours = verdict.quiet_h if verdict.counting is Counting.DEAD else 48
    day = course.to_at.replace(hour=0)
    return Evidence(
        value=float(max(share, _LIMIT) if reached else min(max(share, 0), _LIMIT - 1)),
        unit="%",
        limit=float(_LIMIT),
        from_at=day - timedelta(hours=hours // 24 * 24),
        to_at=day,
    )


def _name(course: CountCourse) -> str:
    channel = f" {course.channel}" if course.channel else ""
    return f"{course.quantity.removesuffix('_total').replace('_', ' ')}{channel}"


def _draft(device_id: str, finding: Finding, reason: str) -> Assessment:
    return Assessment(
        subject_kind=SubjectKind.DEVICE,
        subject_id=device_id,
        hazard=HAZARD,
        finding=finding,
        level=Level.WATCH,
        reason=reason,
        rule=RULE,
        rule_version=RULE_VERSION,
    )
