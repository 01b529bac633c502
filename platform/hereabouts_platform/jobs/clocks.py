"""The job of the clocks: what no event of a case tells, because only time passed."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hereabouts_platform.access.policy import require
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.jobs.job import Work
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.telling import tell_owners
from hereabouts_platform.notify.facts import clock_items
from hereabouts_platform.rules.digest import Group, dates
from hereabouts_platform.store import notices as store
from hereabouts_platform.store.case_events import Clerk, renew
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.access import Action, Principal, Resource

NEAR = timedelta(hours=24)
MOST_RENEWED = 500  # cases in one run; the rest follows in the next


def watching_clocks(outside: Outside) -> Work:
    """Work that renews clocks after a change of the rules, and tells whose cases they are of dates near or missed.

    Each date is told to each assignee once when it is near and once when it was missed, if they asked for that.
    """

    def watch(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
        """Only the present matters, so a missed window is not made up for."""
        require(principal, Action.WRITE, Resource.CASES)
        clerk = Clerk.at(connection, principal, now)
        renewed = _renew(clerk)
        found = clock_items(connection, now, now + NEAR)
        theirs = [(f"{item.key} {item.group}", item, whose) for item, whose in found]
        told = tell_owners(connection, outside, store.NoticeKind.CLOCK, theirs, dates, now=now)
        missed = sum(item.group is Group.MISSED for item, _ in found)
        return {"renewed": renewed, "near": len(found) - missed, "missed": missed, "told": told}

    return watch


def _renew(clerk: Clerk) -> int:
    """Work out anew the clocks that stand by other rules, or another policy, than those of today."""
    hashes = [edition.sha256 for edition in load_book(clerk.policy.nation).editions]
    cases = store.outdated(clerk.connection, hashes, clerk.policy.awareness, MOST_RENEWED)
    for case in cases:
        renew(clerk, case)
    return len(cases)
