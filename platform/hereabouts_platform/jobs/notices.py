"""The job of the post: who asked for it is told at once of what has become urgent, and what waits is sent."""

from collections.abc import Mapping
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.jobs.job import Work
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.notify.facts import alert_items
from hereabouts_platform.notify.outbox import post_due
from hereabouts_platform.rules.digest import urgent
from hereabouts_platform.rules.hazard_words import RANKS
from hereabouts_platform.rules.notices import GIVEN_UP_AFTER
from hereabouts_platform.store import notices as store
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.alert import Level

TOO_LATE = "It could not be sent for two days."


def posting(outside: Outside) -> Work:
    """Work that makes urgent notices and sends what is due; where nothing is set up it only gives up what is old."""

    def post(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
        """It commits part by part; only the present matters, so a missed window is not made up for."""
        require(principal, Action.WRITE, Resource.NOTICES)
        with acting(connection, principal.id):
            given_up = store.give_up_older(connection, now - GIVEN_UP_AFTER, TOO_LATE)
        if outside.send is None:
            return {"made": 0, "sent": 0, "given_up": given_up}
        with acting(connection, principal.id):
            made = _tell_of_urgent(connection, outside, now)
        posted = post_due(connection, principal, outside.send, now)
        return {
            "made": made,
            "sent": posted.sent,
            "delayed": posted.delayed,
            "failed": posted.failed,
            "given_up": given_up,
        }

    return post


def _tell_of_urgent(connection: Connection, outside: Outside, now: datetime) -> int:
    """One notice to each who asked, of all urgent alerts that they were not told of."""
    items = [item for item in alert_items(connection) if item.rank >= RANKS[Level.URGENT]]
    made = 0
    for contact in store.contacts(connection) if items else ():
        if not contact.urgent:
            continue
        theirs = [item for item in items if contact.may_be_told(item.patch)]
        known = store.told_of(connection, contact.id, [_about(item.key) for item in theirs])
        fresh = [item for item in theirs if _about(item.key) not in known]
        if not fresh:
            continue
        letter = urgent(fresh, outside.pages)
        draft = store.Draft(
            principal_id=contact.id,
            kind=store.NoticeKind.URGENT,
            subject=letter.subject,
            body=letter.body,
            abouts=[_about(item.key) for item in fresh],
        )
        store.add_notice(connection, draft, now)
        made += 1
    return made


def _about(key: str) -> str:
    return f"urgent {key}"
