"""Alerts become cases: the jobs' side. What an alert means for its home's cases is decided by `cases/joining`.

Call inside `acting(connection, principal.id)`, role jobs, after the alerts of the run are written and near the end of
its transaction: the cases that change are held until it commits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.cases.joining import AlertFacts, Joining, joining
from hereabouts_platform.cases.life import RANK
from hereabouts_platform.store import case_events
from hereabouts_platform.store.case_events import (
    Clerk,
    Happened,
    Locked,
    Recorded,
    RequestKey,
    chosen_officer,
    done_before,
    events_of,
    keep_key,
    lock_case,
    write_events,
)
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.evidence_body import packed
from hereabouts_platform.store.patches import move_cases
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.alert import Level
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.errors import InputError, NotNow
from hereabouts_schemas.times import format_time, parse_time

SQL = load("case_alerts")

Row = dict[str, Any]
_LEVELS: Mapping[int, Level] = {rank: level for level, rank in RANK.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseChanges:
    """How many cases were opened, and how many that stood open heard something new of their alerts."""

    opened: int = 0
    told: int = 0


def follow_alerts(connection: Connection, by: Principal, now: datetime) -> CaseChanges:
    """Bring the cases of homes in line with the alerts that stand; asked again, it changes nothing.

    Alerts of the level that settings say and worse open a case where their home has none of the hazard, and join it
    where it has one, with all others of the home; every later change of them is told there, and their clearing, which
    closes nothing. Cases go with their homes to other patches. The cost is that of the alerts that changed, and of a
    look at those that stand.

    Raises:
        NotAllowed: `by` may not write cases.
    """
    require(by, Action.WRITE, Resource.CASES)
    clerk = Clerk.at(connection, by, now)
    move_cases(connection)
    first = _pass(clerk)
    if not first.opened:
        return first
    second = _pass(clerk)  # those that were not bad enough by themselves join now
    return CaseChanges(opened=first.opened + second.opened, told=first.told)


def open_from_alert(clerk: Clerk, alert_id: int, key: RequestKey | None = None) -> Recorded:
    """Open a case from an alert that stands on a home, whatever its level.

    Raises:
        NotAllowed: the clerk may not work cases.
        InputError: no such alert stands on a home that they may see.
        NotNow: the home has an open case of the hazard; the alert joins it by itself.
    """
    require(clerk.by, Action.WRITE, Resource.CASES)
    if (done := done_before(clerk.connection, key)) is not None:
        return done
    row = clerk.connection.cursor(row_factory=dict_row).execute(SQL["alert"], {"alert": alert_id}).fetchone()
    if row is None or row["home"] is None:
        raise InputError("alert", alert_id, "No such alert stands on a home; /v1/alerts?state=open lists them.")
    case = _open(clerk, [row], Counter())
    if case is None:
        raise NotNow("The home has an open case of that hazard already; the alert joins it by itself within minutes.")
    recorded = Recorded(case=case, event=events_of(clerk.connection, case)[0].id)
    keep_key(clerk.connection, key, recorded)
    return recorded


def _pass(clerk: Clerk) -> CaseChanges:
    least = clerk.policy.least
    rows = clerk.connection.cursor(row_factory=dict_row).execute(SQL["unfollowed"], {"least": least}).fetchall()
    opened = told = 0
    handed: Counter[str] = Counter()  # to whom in this run
    for _, group in groupby(rows, key=lambda row: (row["home"], row["hazard"])):
        alerts = [(row, step) for row in group if (step := _step(row, least)) is not Joining.LEAVE]
        if not alerts:
            continue
        if alerts[0][0]["case_id"] is not None:
            _tell(clerk, alerts)
            told += 1
        else:
            opened += _open(clerk, [row for row, _ in alerts], handed) is not None
    return CaseChanges(opened=opened, told=told)


def _step(row: Row, least: Level) -> Joining:
    facts = AlertFacts(
        level=Level(row["level"]) if row["level"] else None,
        case_level=Level(row["case_level"]) if row["case_level"] else None,
        has_case=row["case_id"] is not None,
        decided_level=_LEVELS[row["decided"]] if row["decided"] else None,
    )
    return joining(facts, least)


def _open(clerk: Clerk, alerts: Sequence[Row], handed: Counter[str]) -> int | None:
    """Open one case for alerts of one home and hazard; None where there is one, if only since this very moment."""
    home, hazard = alerts[0]["home"], alerts[0]["hazard"]
    values = {"home": home, "hazard": hazard, "at": clerk.now}
    row = clerk.connection.execute(case_events.SQL["open"], values).fetchone()
    if row is None:
        return None
    case = Locked(id=row[0], home=home, hazard=hazard, patch=row[3])
    news = [Happened(kind=Kind.INDICATED, at=alert["opened_at"], detail={"alert": alert["id"]}) for alert in alerts]
    news += [_raised(alert, clerk.now) for alert in alerts]
    officer = chosen_officer(clerk.connection, case.patch, hazard, handed)
    if officer is not None:
        handed[officer] += 1
        news.append(Happened(kind=Kind.ASSIGNED, at=clerk.now, detail={"assignee": officer}))
    made = write_events(clerk, case, [], news)
    for alert, event in zip(alerts, made[len(alerts) :], strict=False):
        _heard(clerk.connection, case, alert, event.id)
    return case.id


def _tell(clerk: Clerk, alerts: Sequence[tuple[Row, Joining]]) -> None:
    """Tell an open case what is new of its alerts."""
    case = lock_case(clerk.connection, alerts[0][0]["case_id"])
    news = [_news(alert, step, clerk.now) for alert, step in alerts]
    made = write_events(clerk, case, events_of(clerk.connection, case.id), news)
    for (alert, step), event in zip(alerts, made, strict=True):
        if step is Joining.CLEAR:
            clerk.connection.execute(SQL["cleared"], {"case": case.id, "alert": alert["id"], "at": clerk.now})
        else:
            _heard(clerk.connection, case, alert, event.id)


def _raised(alert: Row, now: datetime) -> Happened:
    said = {name: alert[name] for name in ("level", "reason")}
    detail = {"alert": alert["id"], "place": alert["place_id"], **said}
    return Happened(kind=Kind.ALERT_RAISED, at=now, detail=detail)


def _news(alert: Row, step: Joining, now: datetime) -> Happened:
    match step:
        case Joining.CLEAR:
            detail = {"alert": alert["id"], "reason": alert["reason"]}
            return Happened(kind=Kind.ALERT_CLEARED, at=now, detail=detail)
        case Joining.CHANGE:
            detail = {"alert": alert["id"], "from": alert["case_level"], "to": alert["level"]}
            return Happened(kind=Kind.ALERT_CHANGED, at=now, detail={**detail, "reason": alert["reason"]})
        case _:
            return _raised(alert, now)


def _heard(connection: Connection, case: Locked, alert: Row, event: int) -> None:
    """Keep the level that the case has heard of, and the whole statement as its evidence."""
    connection.execute(SQL["heard"], {"case": case.id, "alert": alert["id"], "level": alert["level"]})
    numbers = [number for number in alert["evidence"].values() if isinstance(number, dict) and "from" in number]
    spans = [(parse_time(number["from"]), parse_time(number["to"])) for number in numbers]
    says = {
        name: alert[name] for name in ("hazard", "level", "reason", "evidence", "rule", "rule_version", "place_name")
    }
    if alert["cause"] is not None:
        says["cause"] = alert["cause"]
    body, digest = packed(
        {"alert": alert["id"], "place": alert["place_id"], "opened_at": format_time(alert["opened_at"]), **says}
    )
    values = {
        "case": case.id,
        "event": event,
        "subject": f"alert {alert['id']}",
        "from": min((start for start, _ in spans), default=alert["opened_at"]),
        "to": max((end for _, end in spans), default=alert["opened_at"]),
        "body": body,
        "sha256": digest,
    }
    connection.execute(SQL["keep_statement"], values)
