"""The events of one case: read, judged by the pure rules, written down; where the case stands follows from them.

Call inside `acting(connection, principal.id)`, role jobs or api. The case's row is locked from the first to the last.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

import orjson
import psycopg
from psycopg.types.json import Jsonb

from hereabouts_platform.cases.assignment import PatchRule, assignee
from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.cases.clocks.clock import Clock
from hereabouts_platform.cases.clocks.clocks import clocks_of
from hereabouts_platform.cases.life import Standing, stand
from hereabouts_platform.evidence.case_file import Landlord
from hereabouts_platform.store.case_clocks import CasePolicy, keep_clocks, next_due
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Principal
from hereabouts_schemas.alert import Level
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.errors import InputError, NotFound, NotNow

SQL = load("cases")

KEY = "Idempotency-Key"


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """A case whose row this transaction holds."""

    id: int
    home: str
    hazard: str
    patch: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """Something to be written down; `at` is when it happened."""

    kind: CaseEventKind
    at: datetime
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What became of a request: the case and the event, and whether an earlier request of the same key had done it."""

    case: int
    event: int
    again: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestKey:
    """How whoever asks names the request, so that it is done once however often it arrives.

    Attributes:
        key: their name for it.
        asked: everything that was asked for; the same key with anything else is a mistake.
    """

    key: str
    asked: object

    @property
    def digest(self) -> bytes:
        """What the store keeps of what was asked: SHA-256."""
        return hashlib.sha256(orjson.dumps(self.asked, option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Clerk:
    """Whoever writes in cases, in an open transaction.

    Attributes:
        connection: inside `acting(connection, by.id)`.
        now: the time of it.
        policy: what settings say.
    """

    connection: Connection
    by: Principal
    now: datetime
    policy: CasePolicy

    @classmethod
    def at(cls, connection: Connection, by: Principal, now: datetime) -> Self:
        """With the policy as the store has it."""
        return cls(connection=connection, by=by, now=now, policy=policy_of(connection))


def policy_of(connection: Connection) -> CasePolicy:
    """What settings say of cases."""
    row = connection.execute(SQL["policy"]).fetchone()
    if row is None:
        return CasePolicy()
    return CasePolicy(nation=row[0], awareness=AwarenessPolicy(row[1]), least=Level(row[2]))


def set_policy(connection: Connection, policy: CasePolicy) -> None:
    """Write down what settings say of cases; clocks that stand are worked out by it at their case's next event."""
    values = {
        "nation": policy.nation,
        "awareness": policy.awareness,
        "least": policy.least,
        "landlord": Jsonb(asdict(policy.landlord)),
    }
    connection.execute(SQL["set_policy"], values)


def landlord_of(connection: Connection) -> Landlord:
    """Who writes to tenants, as the settings have it now."""
    row = connection.execute(SQL["landlord"]).fetchone()
    return Landlord(**row[0]) if row else Landlord()


def lock_case(connection: Connection, case_id: int) -> Locked:
    """Hold a case until the transaction ends.

    Raises:
        NotFound: there is none, or not for this principal.
    """
    row = connection.execute(SQL["lock"], {"case": case_id}).fetchone()
    if row is None:
        raise NotFound(f"There is no case {case_id}.")
    return Locked(id=row[0], home=row[1], hazard=row[2], patch=row[3])


def events_of(connection: Connection, case_id: int) -> list[CaseEvent]:
    """The events of a case in the order of recording."""
    return [
        CaseEvent(id=number, kind=CaseEventKind(kind), at=at, actor=actor, detail=detail)
        for number, kind, at, actor, detail in connection.execute(SQL["events"], {"case": case_id})
    ]


def write_events(clerk: Clerk, case: Locked, before: Sequence[CaseEvent], news: Sequence[Happened]) -> list[CaseEvent]:
    """Write events down after `before`, and what follows from them: where the case stands, its clocks.

    Returns the new ones. Whether they may happen was asked before (`cases/life.check`).

    Raises:
        InputError: a clock cannot be worked out from what stands beside an event.
        NotNow: undone, the case would stand open beside another one of its home and hazard.
    """
    with clerk.connection.transaction():  # all of it or nothing, even where the caller goes on after an error
        made = [_add(clerk, case.id, one) for one in news]
        _settle(clerk, case, [*before, *made])
    return made


def renew(clerk: Clerk, case_id: int) -> None:
    """Work out anew where a case stands and its clocks, by the rules and the policy as they are now.

    Raises:
        NotFound: there is no such case.
    """
    case = lock_case(clerk.connection, case_id)
    _settle(clerk, case, events_of(clerk.connection, case_id))


def _settle(clerk: Clerk, case: Locked, events: Sequence[CaseEvent]) -> None:
    standing = stand(events)
    clocks = work_out(clerk, case, events, standing)
    _keep(clerk.connection, case, standing, next_due(clocks))
    keep_clocks(clerk.connection, case.id, clocks, standing.last_event)


def work_out(clerk: Clerk, case: Locked, events: Sequence[CaseEvent], standing: Standing) -> list[Clock]:
    """The clocks of a case as they stand now."""
    known = {"home": case.home, "at": standing.opened_at}
    row = clerk.connection.execute(SQL["tenancy_kind"], known).fetchone()
    tenancy = None if row is None else row[0]
    book = load_book(clerk.policy.nation)
    return clocks_of(events, book, clerk.policy.awareness, clerk.now, hazard=case.hazard, tenancy=tenancy)


def _add(clerk: Clerk, case_id: int, news: Happened) -> CaseEvent:
    values = {"case": case_id, "kind": news.kind, "at": news.at, "detail": Jsonb(dict(news.detail))}
    row = clerk.connection.execute(SQL["add_event"], values).fetchone()
    number = int(row[0]) if row else 0
    return CaseEvent(id=number, kind=news.kind, at=news.at, actor=clerk.by.name, detail=news.detail)


def _keep(connection: Connection, case: Locked, standing: Standing, due: datetime | None) -> None:
    values = {
        "case": case.id,
        "state": standing.state,
        "level": standing.level,
        "outcome": standing.outcome,
        "opened_at": standing.opened_at,
        "closed_at": standing.closed_at,
        "assignee": standing.assignee,
        "snoozed_until": standing.snoozed_until,
        "to_review": standing.to_review.id if standing.to_review is not None else None,
        "next_due": due,
        "last_event": standing.last_event,
    }
    try:
        with connection.transaction():
            connection.execute(SQL["stand"], values)
    except psycopg.errors.UniqueViolation:
        row = connection.execute(SQL["open_case"], {"home": case.home, "hazard": case.hazard}).fetchone()
        other = f"case {row[0]}" if row else "another case"
        raise NotNow(f"This home has {other} open for the same hazard: go on with that one.") from None


def chosen_officer(connection: Connection, patch: str | None, hazard: str, more: Mapping[str, int]) -> str | None:
    """Whose a new case of a patch is, by the patch's rules; `more`: open cases that are not in the store yet."""
    if patch is None:
        return None
    loads = {name: open_cases + more.get(name, 0) for name, open_cases in officers_of(connection, patch).items()}
    rows = connection.execute(SQL["rules"], {"patch": patch})
    rules = [PatchRule(officer=name, hazard=named) for name, named in rows]
    return assignee(hazard, rules, list(loads), loads)


def officers_of(connection: Connection, patch: str | None) -> dict[str, int]:
    """Who may be given a patch's cases, by name, with how many open ones they have."""
    return dict(connection.execute(SQL["officers"], {"patch": patch or ""}).fetchall())


def done_before(connection: Connection, key: RequestKey | None) -> Recorded | None:
    """What an earlier request of the same key and principal did; holds the key until the transaction ends.

    Raises:
        InputError: it asked for something else.
    """
    if key is None:
        return None
    connection.execute(SQL["take_key"], {"key": key.key})
    row = connection.execute(SQL["used_key"], {"key": key.key}).fetchone()
    if row is None:
        return None
    if bytes(row[0]) != key.digest:
        raise InputError(KEY, key.key, "Another request had this key and asked for something else: give a new one.")
    return Recorded(case=row[1], event=row[2], again=True)


def keep_key(connection: Connection, key: RequestKey | None, done: Recorded) -> None:
    """Remember what a request did, in the transaction that did it."""
    if key is not None:
        values = {"key": key.key, "request": key.digest, "case": done.case, "event": done.event}
        connection.execute(SQL["keep_key"], values)
