"""The job that plans a day again while its crews are out, where there is a reason: as a draft, for a dispatcher."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from hereabouts_platform.access.policy import require
from hereabouts_platform.jobs.job import JobFailed, Work
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.planning.workers import Effort
from hereabouts_platform.rounds.making import Asked
from hereabouts_platform.rounds.remaking import Look, StandsNoMore, look, remake
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.replans import Change, Standing, discard, last_change, outlived, standing
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import HereaboutsError
from hereabouts_schemas.times import LONDON

EFFORT = Effort(seconds=5.0)


def replanning(outside: Outside, effort: Effort = EFFORT) -> Work:
    """Work that looks at each plan whose shift is under way and makes a draft where there is a reason to.

    It commits depot by depot: one that cannot be planned does not hold up the others, and is tried again. No draft is
    published by it, and none is made twice for the same reasons, unless what happened since outdates it.
    """

    def replan(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
        require(principal, Action.ADMINISTER, Resource.ROUNDS)
        counts: Counter[str] = Counter(under_way=0, drafts=0, withdrawn=0)
        troubles = []
        with acting(connection, principal.id):
            stand = list(_under_way(connection, now))
        for one in stand:
            asked = Asked(
                day=one.plan.work.day, depot=one.depot, effort=effort, roads=outside.roads,
                duty_rules=outside.duty_rules,
            )  # fmt: skip
            counts["under_way"] += 1
            try:
                counts[_once(connection, principal, asked, one, now)] += 1
            except HereaboutsError as error:
                troubles.append(f"{asked.depot} on {asked.day.isoformat()}: {error}")
        if troubles:
            raise JobFailed(" ".join(troubles))
        return {name: counts[name] for name in ("under_way", "drafts", "withdrawn")}

    return replan


def _under_way(connection: Connection, now: datetime) -> Iterator[Standing]:
    """Plans of today, and of yesterday past midnight, whose first round (shift, of a day without a run) has begun and
    whose shifts are not all over."""
    today = now.astimezone(LONDON).date()
    for day in (today - timedelta(days=1), today):
        for one in standing(connection, day):
            shifts = [each.shift for each in one.plan.work.vehicles]
            begins = [each.stops[0].leaves_at for each in one.plan.rounds] or [each.from_at for each in shifts]
            if shifts and min(begins) <= now < max(each.to_at for each in shifts):
                yield one


def _once(connection: Connection, by: Principal, asked: Asked, stands: Standing, now: datetime) -> str:
    """Look at one plan, and do what is to do; returns what that was, as the run counts it."""
    with acting(connection, by.id):
        for number in outlived(connection, asked.day, asked.depot):
            discard(connection, by, number)
        seen = look(connection, asked, stands, now)
        last = last_change(connection, stands.id)
        if not seen.occasions and last is not None and last.state == "draft":
            discard(connection, by, last.id)
            return "withdrawn"
    if not seen.occasions or (last is not None and _stays(last, seen)):
        return "stands"
    try:
        remake(connection, by, asked, seen, now)
    except StandsNoMore:
        return "stands"
    return "drafts"


def _stays(last: Change, seen: Look) -> bool:
    """Whether the last draft answers all there is: it waits and holds, or a person discarded it."""
    waits = last.state == "draft" and seen.outdates(last.plan) is None
    return seen.keys <= last.keys and (waits or (last.state == "discarded" and last.refused))
