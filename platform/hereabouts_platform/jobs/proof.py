"""The job of proof of fix: whether what was mended stays mended, for 90 days after the works of a case."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

import numpy as np

from hereabouts_platform.access.policy import require
from hereabouts_platform.cases.clocks.working_days import civil_day
from hereabouts_platform.cases.life import effective
from hereabouts_platform.homes.proof import MEASURES_OF, Change, weather_matched
from hereabouts_platform.homes.relapse import WATCHED, Watch, WatchState, relapse_watch
from hereabouts_platform.jobs.job import Work
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.telling import tell_owners
from hereabouts_platform.notify.facts import relapse_items
from hereabouts_platform.rules.digest import came_back
from hereabouts_platform.store import proof as store
from hereabouts_platform.store.case_events import events_of
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.notices import NoticeKind
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.case import CaseEvent
from hereabouts_schemas.case import CaseEventKind as Kind

BEFORE = timedelta(days=180)  # of the time before the works, with which the time since is compared


def watching_works(outside: Outside) -> Work:
    """Work that looks at every case in monitoring and keeps how the watch over each of its rooms stands.

    It commits case by case. Whoever has the case is told once of each room in which it came back.
    """

    def watch(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
        """Only the present matters, so a missed window is not made up for."""
        require(principal, Action.WRITE, Resource.CASES)
        found: Counter[str] = Counter()
        cases = store.watched_cases(connection)
        for case in cases:
            with acting(connection, principal.id):
                found.update(watch.state for watch in _look(connection, case, now))
        with acting(connection, principal.id):
            found_back = [(item.key, item, whose) for item, whose in relapse_items(connection)]
            told = tell_owners(connection, outside, NoticeKind.RELAPSE, found_back, came_back, now=now)
        return {"cases": len(cases), **{state.value: found[state] for state in WatchState}, "told": told}

    return watch


def _look(connection: Connection, case: store.Row, now: datetime) -> list[Watch]:
    span = _works(effective(events_of(connection, case["id"])))
    if span is None or case["hazard"] not in MEASURES_OF:
        return []
    begun, done = span
    today = min(civil_day(now) - timedelta(days=1), done + WATCHED)
    if today < done:  # no day is over yet
        return []
    rooms = store.histories_of(connection, case["home"], MEASURES_OF[case["hazard"]], (begun - BEFORE, today), now)
    levels = store.levels_of(connection, [room.place_id for room in rooms], case["hazard"], done, today)
    watches = []
    for room in rooms:
        watch, changes = _watch_of(room, levels[room.place_id], begun, done, today)
        store.save_watch(connection, case["id"], room.place_id, watch, changes=changes, now=now)
        watches.append(watch)
    return watches


def _watch_of(
    room: store.RoomHistory, levels: list[str], begun: date, done: date, today: date
) -> tuple[Watch, list[Change]]:
    """By each measure of the hazard, the first that says it came back is believed; and how each changed."""
    watches, changes = [], []
    for measure, days in room.days.items():
        before = days.between(days.day[0], np.datetime64(begun))
        after = days.between(np.datetime64(done), np.datetime64(today) + 1)
        watches.append(relapse_watch(before, after, levels, measure, works_done=done, today=today))
        changes.append(weather_matched(before, after, measure))
    return next((watch for watch in watches if watch.state is WatchState.RELAPSED), watches[0]), changes


def _works(told: list[CaseEvent]) -> tuple[date, date] | None:
    """The days on which the works began and ended; None where nobody said that they ended."""
    done = [civil_day(event.at) for event in told if event.kind is Kind.WORKS_DONE]
    if not done:
        return None
    begun = [civil_day(event.at) for event in told if event.kind is Kind.WORKS_BEGUN]
    return min([*begun, done[-1]]), done[-1]
