"""A draft is published by a person, unless what happened since it was made stands against it."""

from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.planning.occasions import outdated
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.outages import outages
from hereabouts_platform.store.plans import Draft, Kept, publish, take_turn
from hereabouts_platform.store.replans import Standing, reasons_of, reported_keys, standing
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import NotNow
from hereabouts_schemas.work import RoundPlan


def publish_draft(connection: Connection, by: Principal, plan_id: int, now: datetime) -> Kept:
    """Publish a draft that was checked when it was kept, unless what happened since stands against it.

    Call inside `acting(connection, by.id)`, role api, jobs or owner.

    Raises:
        NotAllowed, NotFound: as `publish` does.
        NotNow: as `publish` does; or it was made of another version than stands, or is outdated.
    """
    require(by, Action.ADMINISTER, Resource.ROUNDS)
    draft = take_turn(connection, plan_id)
    _refuse_outdated(connection, draft, now)
    return publish(connection, by, plan_id)


def _refuse_outdated(connection: Connection, draft: Draft, now: datetime) -> None:
    kept = draft.kept
    made_of = reasons_of(connection, [kept.id]).get(kept.id)
    stands = next(iter(standing(connection, kept.day, kept.depot)), None)
    if made_of is None:
        _refuse_late(connection, draft.plan, stands, now)
        return
    if stands is None or stands.id != made_of.stood:
        raise NotNow("Another version stands now than the one this draft was made of. It is made again within minutes.")
    why = outdated(draft.plan, stands.plan, reported_keys(connection, stands.id), _out_by(connection, now))
    if why is not None:
        raise NotNow(f"Too late for this draft: {why} It is made again within minutes.")


def _refuse_late(connection: Connection, plan: RoundPlan, stands: Standing | None, now: datetime) -> None:
    """A draft that a person made, and left while the day went on."""
    if all(one.shift.to_at <= now for one in plan.work.vehicles):
        raise NotNow("Too late for this draft: all its shifts are over.")
    if stands is None:
        return
    reported = reported_keys(connection, stands.id, since=plan.made_at)
    why = outdated(plan, stands.plan, reported, _out_by(connection, now))
    if why is not None:
        raise NotNow(f"Too late for this draft: {why} Make a plan anew.")


def _out_by(connection: Connection, now: datetime) -> set[str]:
    return {one.vehicle for one in outages(connection).values() if one.from_at <= now}
