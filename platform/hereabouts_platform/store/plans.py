"""Plans of a depot's day: kept as drafts, and published in one transaction that supersedes the version before.

Call inside `acting(connection, by.id)`, role owner or jobs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.fleet import crews, shifts_on
from hereabouts_platform.store.imports import kinds_of
from hereabouts_platform.store.plan_rows import Known, PlanRows
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError, NotFound, NotNow
from hereabouts_schemas.place import PlaceKind
from hereabouts_schemas.trouble import TroubleKind
from hereabouts_schemas.work import RoundPlan

SQL = load("plans")
DAYS_PLANNED = 8  # yesterday, whose night shifts last, today, and as far ahead as a day is planned
HOMES = (PlaceKind.HOME, PlaceKind.ROOM)

Ways = Mapping[str, Mapping[str, Any]]
"""Vehicle -> its way on the roads as a GeoJSON LineString."""
Check = Callable[[RoundPlan], Sequence[Any]]
"""What is wrong with a plan: a list of violations, each with a sentence in `says`; none where it holds."""


class PlannedAlready(NotNow):
    """Somebody made a plan of the day meanwhile."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A plan in the store, of a depot's day."""

    id: int
    day: date
    depot: str
    version: int
    state: str


def read_plan(published: str | bytes) -> RoundPlan:
    """A plan from its published JSON.

    Raises:
        InputError: it is no plan.
    """
    try:
        return msgspec.json.decode(published, type=RoundPlan)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError("plan", published[:60], f"This is not the JSON of a plan: {error}.") from error


def keep_draft(
    connection: Connection,
    by: Principal,
    published: bytes,
    depot: str,
    *,
    ways: Ways | None = None,
    checked: bool = False,
    first: bool = False,
) -> Kept:
    """Keep a plan's JSON as it is, as the next version of its day.

    Args:
        published: JSON of a `RoundPlan`.
        depot: the place whose day it plans.
        ways: GeoJSON LineString of each vehicle's way on the roads, where there is one.
        checked: whether the independent check found nothing in just these bytes.
        first: whether it is kept only where the day has no plan yet.

    Raises:
        PlannedAlready: it has one, and this was to be the first.
        NotAllowed: `by` may not say what crews do.
        InputError: it is no plan, or names places that are not there.
    """
    require(by, Action.ADMINISTER, Resource.ROUNDS)
    plan = read_plan(published)
    homes = _homes_of(connection, plan, depot)
    day = {"day": plan.work.day.isoformat(), "depot": depot}
    connection.execute(SQL["take_turn"], day)
    version = _first(connection, "next_version", day)
    if first and version > 1:
        raise PlannedAlready(f"{depot} has a plan of {day['day']} already. It stays as it is.")
    values = {
        **day,
        "version": version,
        "made_at": plan.made_at,
        "roads": plan.roads,
        "attribution": plan.attribution,
        "matrix_sha256": Jsonb(plan.matrix_sha256),
        "of_homes": bool(homes),
        "says": plan.says,
        "troubles": Jsonb(_troubles_of(connection, plan)),
        "no_map": [one.about for one in plan.troubles if one.kind is TroubleKind.NO_MAP],
        "published": published.decode(),
        "ways": Jsonb({vehicle: dict(way) for vehicle, way in (ways or {}).items()}),
        "checked": checked,
    }
    number = _first(connection, "add", values)
    return Kept(id=number, day=plan.work.day, depot=depot, version=version, state="draft")


def newest_version(connection: Connection, day: date, depot: str) -> int:
    """The version of a day's latest plan, draft or published; 0 where there is none."""
    return _first(connection, "next_version", {"day": day, "depot": depot}) - 1


def publish(connection: Connection, by: Principal, plan_id: int, check: Check | None = None) -> Kept:
    """Make a draft the plan of its day; the version before is superseded, and what was reported under it stays.

    Args:
        check: the independent validator, with the travel matrices it needs; None: it was checked when it was kept.

    Raises:
        NotAllowed: `by` may not say what crews do.
        NotFound: there is no such plan, or not for them.
        NotNow: it is no draft any more, a later version is published, the check finds a violation or never looked, or
            another depot's plan has one of its visits.
    """
    require(by, Action.ADMINISTER, Resource.ROUNDS)
    draft = take_turn(connection, plan_id)
    kept, plan = draft.kept, draft.plan
    newest = connection.execute(SQL["newest_published"], {"day": kept.day, "depot": kept.depot}).fetchone()
    if newest is not None and newest[0] > kept.version:
        raise NotNow(f"Version {newest[0]} is published, which is later than {kept.version}. Make a plan anew.")
    if check is None and not draft.checked:
        raise NotNow(f"Plan {plan_id} was not checked when it was kept. Make a plan anew.")
    _refuse_wrong(check(plan) if check else ())
    connection.execute(SQL["take_turn"], {"day": kept.day.isoformat(), "depot": ""})  # of all depots, at publishing
    _refuse_elsewhere(connection, kept, plan)
    at = {"day": kept.day, "depot": kept.depot, "plan": plan_id}
    known = rounds_before(connection, kept.day, kept.depot)
    connection.execute(SQL["supersede"], at)
    connection.execute(SQL["publish"], at)
    on_vehicle = {one.vehicle: one.id for one in shifts_on(crews(connection), kept.day)}
    homes = _homes_of(connection, plan, kept.depot)
    rows = PlanRows(plan=plan, at=at, crews=on_vehicle, homes=homes, ways=draft.ways, known=known)
    numbers = {values["vehicle"]: _first(connection, "add_round", values) for values in rows.rounds()}
    for values in rows.visits(numbers):
        connection.execute(SQL["save_visit"], values)
    detail = {"plan": plan_id, "day": kept.day.isoformat(), "depot": kept.depot, "version": kept.version}
    record(connection, by, Action.WRITE, Resource.ROUNDS, detail)
    return replace(kept, state="published")


def hand_over(connection: Connection, first: date) -> None:
    """Give rounds that stand, of a day and those after it, to the crews that their vehicles have now.

    A vehicle that has none keeps the one it had. What a crew could see of a day, to report on it, it can still.
    """
    stored = crews(connection)
    for day in (first + timedelta(days=n) for n in range(DAYS_PLANNED)):
        connection.execute(SQL["take_turn"], {"day": day.isoformat(), "depot": ""})
        for one in shifts_on(stored, day):
            connection.execute(SQL["hand_over"], {"day": day, "vehicle": one.vehicle, "crew": one.id})


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A draft whose turn it is."""

    kept: Kept
    plan: RoundPlan
    ways: Ways
    checked: bool


def take_turn(connection: Connection, plan_id: int) -> Draft:
    """The draft, with nobody else at its day until the transaction ends.

    Raises:
        NotFound: there is no such plan, or not for whoever acts.
        NotNow: it is no draft any more.
    """
    for _ in range(2):  # once to know whose turn to wait for, once for what stands then
        row = connection.execute(SQL["whole"], {"plan": plan_id}).fetchone()
        if row is None or row[4] is None:
            raise NotFound(f"There is no plan {plan_id}, or not for you.")
        day, depot, version, state, published, ways, checked = row
        connection.execute(SQL["take_turn"], {"day": day.isoformat(), "depot": depot})
    if state != "draft":
        raise NotNow(f"Plan {plan_id} is {state}: only a draft is published or discarded. Make a plan anew.")
    kept = Kept(id=plan_id, day=day, depot=depot, version=version, state=state)
    return Draft(kept=kept, plan=read_plan(published), ways=ways, checked=checked)


def rounds_before(connection: Connection, day: date, depot: str) -> dict[str, Known] | None:
    """Vehicle -> what its crew knows of its round by the plan that stands; None where none does."""
    rows = connection.execute(SQL["rounds_before"], {"day": day, "depot": depot}).fetchall()
    stands = connection.execute(SQL["newest_published"], {"day": day, "depot": depot}).fetchone()
    return (
        None if stands is None else {vehicle: Known(visits=tuple(keys), waits=waits) for vehicle, keys, waits in rows}
    )


def _refuse_wrong(violations: Sequence[Any]) -> None:
    if violations:
        more = f" And {len(violations) - 1} more." if len(violations) > 1 else ""
        raise NotNow(f"The plan does not hold and is not published: {violations[0].says}{more}")


def _refuse_elsewhere(connection: Connection, kept: Kept, plan: RoundPlan) -> None:
    keys = [visit.id for visit in plan.work.visits]
    row = connection.execute(SQL["elsewhere"], {"day": kept.day, "depot": kept.depot, "keys": keys}).fetchone()
    if row is not None:
        raise NotNow(f"The visit {row[0]} is in the plan of {row[1]} of that day. A visit is in one plan a day.")


def _homes_of(connection: Connection, plan: RoundPlan, depot: str) -> frozenset[str]:
    """Which of a plan's places are homes, or rooms of one.

    Raises:
        InputError: a place is not there.
    """
    named = [*_places_of(plan), depot]
    kinds = kinds_of(connection, named)
    missing = next((place for place in named if place not in kinds), None)
    if missing is not None:
        raise InputError("place", missing, "The plan names it, and there is no such place. Import places first.")
    return frozenset(place for place, kind in kinds.items() if kind in HOMES)


def _troubles_of(connection: Connection, plan: RoundPlan) -> list[dict[str, Any]]:
    """What a person has to look at, each with the home that it is about, where it is about one."""
    kinds = kinds_of(connection, sorted({one.about for one in plan.troubles}))
    return [
        {**msgspec.to_builtins(one), "home": one.about if kinds.get(one.about) in HOMES else None}
        for one in plan.troubles
    ]


def _places_of(plan: RoundPlan) -> Iterator[str]:
    yield from (visit.place for visit in plan.work.visits)
    yield from (yard.id for yard in plan.work.yards)
    yield from (tip.id for tip in plan.work.tips)


def _first(connection: Connection, statement: str, values: Mapping[str, Any]) -> int:
    row = connection.execute(SQL[statement], values).fetchone()
    assert row is not None  # noqa: S101 - each of these answers with one row
    return int(row[0])
