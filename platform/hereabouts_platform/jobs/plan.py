"""The job that plans each depot's day before its first shift begins, or as soon as it can after that."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hereabouts_platform.access.policy import require
from hereabouts_platform.jobs.job import JobFailed, Work
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.planning.workers import Effort, at_once
from hereabouts_platform.rounds.making import PLANS_BEFORE, Asked, make_plan
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.fleet import vehicles, vehicles_on
from hereabouts_platform.store.plans import PlannedAlready, newest_version
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import HereaboutsError
from hereabouts_schemas.times import LONDON

SEARCH_S = 60.0


def planning(outside: Outside, effort: Effort | None = None) -> Work:
    """Work that publishes a plan of each depot whose first shift begins soon and that has no plan of the day yet.

    It commits depot by depot: one that cannot be planned does not hold up the others, and is tried again.

    Args:
        effort: of each plan; a minute on all cores where left out.
    """
    effort = effort or Effort(seconds=SEARCH_S, processes=at_once(SEARCH_S))

    def plan(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
        require(principal, Action.ADMINISTER, Resource.ROUNDS)
        made = rests = visits = unmet = 0
        troubles = []
        for asked in _due(connection, outside, effort, now):
            try:
                planned = make_plan(connection, principal, asked, now)
            except PlannedAlready:  # by a person, while this was searched for
                continue
            except HereaboutsError as error:
                troubles.append(f"{asked.depot} on {asked.day.isoformat()}: {error}")
                continue
            made += 1
            rests += not planned.plan.rounds and not any(one.unmet for one in planned.plan.left)
            visits += sum(stop.visit is not None for one in planned.plan.rounds for stop in one.stops)
            unmet += sum(one.unmet for one in planned.plan.left)
        if troubles:
            raise JobFailed(" ".join(troubles))
        return {"plans": made, "visits": visits, "unmet": unmet, "no_run": rests}

    return plan


def _due(connection: Connection, outside: Outside, effort: Effort, now: datetime) -> list[Asked]:
    """Days of depots without a plan, from `PLANS_BEFORE` the first shift to the end of the last: what could not be
    planned in time is planned once it can be, and is a failure until then."""
    today = now.astimezone(LONDON).date()
    days = [today + timedelta(days=n) for n in (-1, 0, 1)]
    found = []
    for depot in sorted({one.start_depot for one in vehicles(connection).values()}):
        for day in days:
            shifts = [one.shift for one in vehicles_on(connection, day, depot)]
            if not shifts:
                continue
            begins, ends = min(one.from_at for one in shifts), max(one.to_at for one in shifts)
            if begins - PLANS_BEFORE <= now < ends and newest_version(connection, day, depot) == 0:
                asked = Asked(
                    day=day, depot=depot, effort=effort, roads=outside.roads, duty_rules=outside.duty_rules,
                    publish=True, first=True, look_ahead=outside.choose_run_days, may_rest=outside.choose_run_days,
                )  # fmt: skip
                found.append(asked)
    return found
