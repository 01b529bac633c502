"""The job of the digest: on each working day, once its hour has come, each who asked is told what has changed."""

from collections.abc import Mapping
from datetime import datetime, time

from hereabouts_platform.access.policy import require
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.jobs.job import Work
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.notify.facts import alert_items, clock_items, relapse_items, silent_items, soon
from hereabouts_platform.rules.digest import Letter, digest
from hereabouts_platform.store import notices as store
from hereabouts_platform.store.case_events import policy_of
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.times import LONDON


def digesting(outside: Outside) -> Work:
    """Work that makes the digests of the day, once a day and person; none where no e-mails can be sent."""

    def make(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, int]:
        """A day on which nobody ran jobs has no digest: the next one tells of it too."""
        require(principal, Action.WRITE, Resource.NOTICES)
        nation = policy_of(connection).nation
        if outside.send is None or not is_due(outside.digest_at, nation, now):
            return {"looked_at": 0, "made": 0}
        day = now.astimezone(LONDON).date()
        people = [one for one in store.contacts(connection) if one.digest and one.digested_on != day]
        made = _make(connection, outside, people, nation, now) if people else 0
        return {"looked_at": len(people), "made": made}

    return make


def is_due(digest_at: time, nation: str, now: datetime) -> bool:
    """Whether it is a working day and the hour of the digest has come.

    Beyond the bank holidays that are known every weekday counts: a digest too many does no harm.
    """
    local = now.astimezone(LONDON)
    day, days = local.date(), load_book(nation).on(local.date()).working_days
    is_working = day.weekday() < 5 if day > days.known_to else day in days
    return is_working and local.time() >= digest_at


def _make(connection: Connection, outside: Outside, people: list[store.Contact], nation: str, now: datetime) -> int:
    day = now.astimezone(LONDON).date()
    store.replace_digests(connection, [person.id for person in people])
    told = store.last_told(connection, [person.id for person in people])
    dates = [item for item, _ in clock_items(connection, now, soon(now, nation))]
    back = [item for item, _ in relapse_items(connection)]
    items = [*dates, *back, *alert_items(connection), *silent_items(connection)]
    about = f"digest {day.isoformat()}"
    made = 0
    for person in people:
        theirs = [item for item in items if person.may_be_told(item.patch)]
        letter = digest(theirs, told.get(person.id, {}), day, outside.pages)
        if letter is not None and not store.told_of(connection, person.id, [about]):
            store.add_notice(connection, _draft(person, letter, about), now)
            made += 1
        store.set_digested(connection, person.id, day)
    return made


def _draft(person: store.Contact, letter: Letter, about: str) -> store.Draft:
    return store.Draft(
        principal_id=person.id,
        kind=store.NoticeKind.DIGEST,
        subject=letter.subject,
        body=letter.body,
        abouts=[about],
        told=letter.told,
    )
