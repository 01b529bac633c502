"""Alerts as jobs keep them: read what stands open, take the steps that a rule leads to.

Call inside `acting(connection, principal.id)`, role jobs, one job of a hazard at a time (a run holds its job's lock).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hereabouts_platform.rules.alert_life import Clear, Open, OpenAlert, Statement, Step, Update, next_step
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.alert import Assessment, Evidence, FirstCause, Level, Station, SubjectKind
from hereabouts_schemas.times import format_time, parse_time

SQL = load("alerts")


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """How many alerts were opened, updated and cleared."""

    opened: int = 0
    updated: int = 0
    cleared: int = 0

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(
            opened=self.opened + other.opened,
            updated=self.updated + other.updated,
            cleared=self.cleared + other.cleared,
        )


def open_alerts(connection: Connection, subject_kind: SubjectKind, hazard: str) -> dict[str, OpenAlert]:
    """The open alerts of one hazard on one kind of subject, by the subject's id."""
    rows = connection.execute(SQL["open_alerts"], {"subject_kind": subject_kind, "hazard": hazard})
    return {
        subject_id: OpenAlert(
            id=alert_id,
            says=Statement(
                level=Level(level),
                reason=reason,
                evidence=_evidence_from(evidence),
                rule=rule,
                rule_version=rule_version,
                cause=_cause_from(cause),
            ),
        )
        for alert_id, subject_id, level, reason, evidence, rule, rule_version, cause in rows
    }


def follow(
    connection: Connection, assessments: Sequence[Assessment], standing: Mapping[str, OpenAlert], now: datetime
) -> Changes:
    """Bring the alerts of the subjects assessed in line with what a rule says of them.

    Args:
        assessments: at most one a subject, all of the hazard that `standing` was read for.
        standing: the open alerts, by subject (`open_alerts`).
        now: the time of the assessments; stands as opened_at, updated_at and cleared_at.

    Doing it again with the same assessments changes nothing.
    """
    steps = [next_step(standing.get(assessment.subject_id), assessment) for assessment in assessments]
    opening = sorted((s for s in steps if isinstance(s, Open)), key=lambda s: (s.subject_kind, s.subject_id, s.hazard))
    changing = sorted((s for s in steps if isinstance(s, Update | Clear)), key=lambda s: s.alert_id)
    if opening:
        connection.execute(SQL["open"], _open_columns(opening, now))
    if changing:
        connection.execute(SQL["change"], _change_columns(changing, now))
    return count(steps)


def count(steps: Sequence[Step]) -> Changes:
    """How many steps of each kind there are."""
    return Changes(
        opened=sum(isinstance(step, Open) for step in steps),
        updated=sum(isinstance(step, Update) for step in steps),
        cleared=sum(isinstance(step, Clear) for step in steps),
    )


def _statement_columns(statements: Sequence[Statement]) -> dict[str, list[Any]]:
    return {
        "levels": [says.level.value for says in statements],
        "reasons": [says.reason for says in statements],
        "evidences": [Jsonb(_evidence_to(says.evidence)) for says in statements],
        "rules": [says.rule for says in statements],
        "rule_versions": [says.rule_version for says in statements],
        "causes": [None if says.cause is None else Jsonb(_cause_to(says.cause)) for says in statements],
    }


def _open_columns(steps: Sequence[Open], now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "subject_kinds": [step.subject_kind.value for step in steps],
        "subject_ids": [step.subject_id for step in steps],
        "hazards": [step.hazard for step in steps],
        **_statement_columns([step.says for step in steps]),
    }


def _change_columns(steps: Sequence[Update | Clear], now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "ids": [step.alert_id for step in steps],
        "clears": [isinstance(step, Clear) for step in steps],
        **_statement_columns([step.says for step in steps]),
    }


def _evidence_to(evidence: Mapping[str, Evidence]) -> dict[str, dict[str, object]]:
    """As `/v1/alerts` gives it: {name: {value, unit, limit, from, to, station}}."""
    return {
        name: {
            "value": number.value,
            "unit": number.unit,
            "limit": number.limit,
            "from": format_time(number.from_at),
            "to": format_time(number.to_at),
            **({"station": asdict(number.station)} if number.station is not None else {}),
        }
        for name, number in evidence.items()
    }


def _evidence_from(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Evidence]:
    return {
        name: Evidence(
            value=number["value"],
            unit=number["unit"],
            limit=number["limit"],
            from_at=parse_time(number["from"]),
            to_at=parse_time(number["to"]),
            station=Station(**number["station"]) if "station" in number else None,
        )
        for name, number in stored.items()
    }


def _cause_to(cause: FirstCause) -> dict[str, object]:
    """As `/v1/alerts` gives it: {cause, title, odds, for, against}."""
    return {
        "cause": cause.cause,
        "title": cause.title,
        "odds": cause.odds,
        "for": list(cause.says_for),
        "against": list(cause.says_against),
    }


def _cause_from(stored: Mapping[str, Any] | None) -> FirstCause | None:
    if stored is None:
        return None
    return FirstCause(
        cause=stored["cause"],
        title=stored["title"],
        odds=stored["odds"],
        says_for=tuple(stored["for"]),
        says_against=tuple(stored["against"]),
    )
