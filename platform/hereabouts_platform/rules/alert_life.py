"""The life of an alert as a pure decision: what stands open, what a rule says now, what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hereabouts_schemas.alert import Assessment, Evidence, Finding, FirstCause, Level, SubjectKind

_UNMEASURED = "The alert stays open because what raised it cannot be measured now."


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What an alert says of its subject."""

    level: Level
    reason: str
    evidence: Mapping[str, Evidence]
    rule: str
    rule_version: str
    cause: FirstCause | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAlert:
    """An alert that stands open, by the store's id."""

    id: int
    says: Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """Open an alert on a subject that has none for this hazard."""

    subject_kind: SubjectKind
    subject_id: str
    hazard: str
    says: Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """Let an open alert say something new."""

    alert_id: int
    says: Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Clear:
    """Close an open alert; `says` tells why."""

    alert_id: int
    says: Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """Change nothing."""


Step = Open | Update | Clear | Leave


def next_step(alert: OpenAlert | None, assessment: Assessment) -> Step:
    """What to do, given the open alert of the same subject and hazard, if there is one.

    FLAG opens or updates; only CLEAR clears, and not while a number that had reached its limit is unknown now. HOLD
    and CANNOT_SAY leave an open alert open, let it say why, and open one only where an earlier flag still stands.
    Asked again after its advice was taken, it says Leave.
    """
    if alert is None:
        return _opening(assessment)
    lost = _lost(alert.says.evidence, assessment.evidence)
    if assessment.finding is Finding.CLEAR and not lost:
        says = _says(assessment, alert.says.level, assessment.reason)
        return Clear(alert_id=alert.id, says=replace(says, cause=says.cause or alert.says.cause))
    says = _standing(alert.says, assessment)
    says = replace(says, evidence={**lost, **says.evidence}, cause=says.cause or alert.says.cause)
    return Leave() if says == alert.says else Update(alert_id=alert.id, says=says)


def _opening(assessment: Assessment) -> Step:
    grounds = assessment if assessment.finding is Finding.FLAG else assessment.earlier
    if grounds is None:
        return Leave()
    return Open(
        subject_kind=assessment.subject_kind,
        subject_id=assessment.subject_id,
        hazard=assessment.hazard,
        says=_standing(_says(grounds, grounds.level, grounds.reason), assessment),
    )


def _standing(before: Statement, assessment: Assessment) -> Statement:
    """What an alert that stays open says next, when it said `before`."""
    grounds = assessment.earlier or before
    match assessment.finding:
        case Finding.FLAG:
            return _says(assessment, assessment.level, assessment.reason)
        case Finding.HOLD:
            return _says(assessment, grounds.level, assessment.reason)
        case Finding.CLEAR:
            return _says(assessment, grounds.level, f"{assessment.reason} {_UNMEASURED}")
        case Finding.CANNOT_SAY:
            return replace(_without_data(before, assessment), level=grounds.level, evidence=grounds.evidence)


def _without_data(before: Statement, assessment: Assessment) -> Statement:
    reason = f"{assessment.reason.removesuffix('.')}; the alert stays open."
    if assessment.earlier is not None:
        reason = f"{reason} {assessment.earlier.reason}"
    elif before.reason.startswith(reason):
        reason = before.reason  # the flag lies too far back to be worked out again; what was said of it is kept
    return _says(assessment, before.level, reason)


def _lost(before: Mapping[str, Evidence], now: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """Numbers that had reached their limit and are not known now."""
    return {name: number for name, number in before.items() if number.value >= number.limit and name not in now}


def _says(assessment: Assessment, level: Level, reason: str) -> Statement:
    return Statement(
        level=level,
        reason=reason,
        evidence=assessment.evidence,
        rule=assessment.rule,
        rule_version=assessment.rule_version,
        cause=assessment.cause,
    )
