"""Drafts that were made in mid-shift: why, of which version, what became of them, and which crews took the change.

Call inside `acting(connection, by.id)`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from hereabouts_platform.access.policy import require
from hereabouts_platform.planning.occasions import Occasion, OccasionKind
from hereabouts_platform.planning.progress import Report
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.outcomes import OutcomeKind
from hereabouts_platform.store.plans import Kept, read_plan, take_turn
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import NotFound, NotNow
from hereabouts_schemas.work import RoundPlan

SQL = load("replans")

LEFT_THERE = frozenset(
    {OutcomeKind.NOT_FULL, OutcomeKind.BLOCKED, OutcomeKind.MISSING, OutcomeKind.CONTAMINATED, OutcomeKind.HAZARD}
)
"""Reports after which nothing of the stop is in the vehicle."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A plan that stands."""

    id: int
    depot: str
    version: int
    plan: RoundPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """The newest draft that was made of a version.

    Attributes:
        keys: of its reasons.
        refused: whether a person discarded it.
    """

    id: int
    state: str
    keys: frozenset[tuple[str, str, str]]
    plan: RoundPlan
    refused: bool


def standing(connection: Connection, day: date, depot: str | None = None) -> list[Standing]:
    """The plans of a day that stand, in order of depot."""
    rows = connection.execute(SQL["standing"], {"day": day, "depot": depot})
    return [Standing(id=row[0], depot=row[1], version=row[2], plan=read_plan(row[3])) for row in rows if row[3]]


def reports_on(connection: Connection, plan_id: int) -> list[Report]:
    """The report that counts of each visit of a plan, at the time at which a crew was there; role jobs alone."""
    values = {"plan": plan_id, "left_there": [one.value for one in LEFT_THERE]}
    rows = connection.execute(SQL["reports"], values).fetchall()
    return [Report(visit=key, at=at, vehicle=vehicle, took=kind not in LEFT_THERE) for key, kind, at, vehicle in rows]


def reported_keys(connection: Connection, plan_id: int, *, since: datetime | None = None) -> frozenset[str]:
    """The visits of a plan that somebody has reported on; `since`: of which a report came after this instant."""
    found = connection.execute(SQL["reported_keys"], {"plan": plan_id, "since": since})
    return frozenset(key for (key,) in found)


def add_change(connection: Connection, kept: Kept, stood: int, reasons: Sequence[Occasion]) -> list[int]:
    """Say why a draft was made of which version; older drafts of that day are discarded: their numbers."""
    said = [{"kind": one.kind, "about": one.about, "says": one.says, "what": one.what} for one in reasons]
    connection.execute(SQL["add_change"], {"plan": kept.id, "stood": stood, "reasons": Jsonb(said)})
    values = {"plan": kept.id, "day": kept.day, "depot": kept.depot}
    older = [number for (number,) in connection.execute(SQL["older_drafts"], values).fetchall()]
    for number in older:
        connection.execute(SQL["discard"], {"plan": number})
    return older


def outlived(connection: Connection, day: date, depot: str) -> list[int]:
    """Drafts that were made in mid-shift of a version that does not stand any more: nobody can publish them."""
    return [number for (number,) in connection.execute(SQL["outlived"], {"day": day, "depot": depot})]


def last_change(connection: Connection, stood: int) -> Change | None:
    """The newest draft that was made of a version, whatever became of it."""
    row = connection.cursor(row_factory=dict_row).execute(SQL["last_change"], {"stood": stood}).fetchone()
    if row is None or row["published"] is None:
        return None
    keys = frozenset(_occasion(one).key for one in row["reasons"])
    plan = read_plan(row["published"])
    return Change(id=row["id"], state=row["state"], keys=keys, plan=plan, refused=bool(row["refused"]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reasons:
    """Why a plan was made, and of which plan that stood."""

    plan: int
    stood: int
    reasons: tuple[Occasion, ...]


def reasons_of(connection: Connection, plans: Sequence[int]) -> dict[int, Reasons]:
    """Of those of these plans that were made in mid-shift."""
    rows = connection.cursor(row_factory=dict_row).execute(SQL["changes"], {"plans": list(plans)})
    return {
        row["plan"]: Reasons(plan=row["plan"], stood=row["stood"], reasons=tuple(map(_occasion, row["reasons"])))
        for row in rows
    }


def _occasion(given: Mapping[str, Any]) -> Occasion:
    kind = OccasionKind(given["kind"])
    return Occasion(kind=kind, about=given["about"], says=given["says"], what=given.get("what", ""))


def discard(connection: Connection, by: Principal, plan_id: int) -> Kept:
    """Put a draft away; nothing of it reaches a crew.

    Raises:
        NotAllowed: `by` may not say what crews do.
        NotFound: there is no such plan, or not for them.
        NotNow: it is no draft any more.
    """
    require(by, Action.ADMINISTER, Resource.ROUNDS)
    kept = take_turn(connection, plan_id).kept
    connection.execute(SQL["discard"], {"plan": plan_id})
    detail = {"plan": plan_id, "day": kept.day.isoformat(), "depot": kept.depot, "discarded": True}
    record(connection, by, Action.WRITE, Resource.ROUNDS, detail)
    return kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance:
    """Whether a crew has to be told that its round is another, and who took that when.

    Attributes:
        state: of the round's plan.
    """

    changed: bool
    state: str
    at: datetime | None
    by: str | None


def acceptance(connection: Connection, round_id: int) -> Acceptance | None:
    """Of a round; None where there is none, or not for this principal."""
    found = connection.cursor(row_factory=class_row(Acceptance))
    return found.execute(SQL["acceptance"], {"round": round_id}).fetchone()


def accept(connection: Connection, by: Principal, round_id: int) -> bool:
    """Say that the crew of a round has seen what changed and takes it; False where that was said before.

    Raises:
        NotAllowed: `by` may not report.
        NotFound: there is no such round, or not for them.
        NotNow: it does not stand any more, or nothing changed.
    """
    require(by, Action.WRITE, Resource.ROUNDS)
    found = acceptance(connection, round_id)
    if found is None:
        raise NotFound(f"There is no round {round_id}.")
    if found.at is not None:
        return False
    if found.state != "published":
        raise NotNow("This round does not stand any more. Look at the one that took its place.")
    if not found.changed:
        raise NotNow("Nothing of this round has changed: there is nothing to take.")
    if connection.execute(SQL["accept"], {"round": round_id}).rowcount == 0:
        return False  # the same was said elsewhere at the same moment
    record(connection, by, Action.WRITE, Resource.ROUNDS, {"round": round_id, "accepted": True})
    return True


def known_round(connection: Connection, found: Mapping[str, Any]) -> int | None:
    """The round of the same vehicle that its crew knows: the last before this one that it took, or that was as before.

    Args:
        found: `day`, `depot`, `vehicle` and `version` of the round.
    """
    row = connection.execute(SQL["known_round"], dict(found)).fetchone()
    return row[0] if row is not None else None
