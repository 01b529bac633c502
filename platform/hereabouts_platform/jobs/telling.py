"""Telling people of what is theirs, each thing once."""

from collections.abc import Callable, Sequence
from datetime import datetime

from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.rules.digest import Item, Letter
from hereabouts_platform.store import notices as store
from hereabouts_platform.store.connection import Connection

Words = Callable[[Sequence[Item], str | None], Letter]
Theirs = tuple[str, Item, int | None]
"""What a notice is about, what to say of it, and whose it is."""


def tell_owners(
    connection: Connection,
    outside: Outside,
    kind: store.NoticeKind,
    found: Sequence[Theirs],
    words: Words,
    *,
    now: datetime,
) -> int:
    """One notice to each who asked for what is theirs, of what they were not told of; returns how many.

    None where no e-mails can be sent. Inside `acting()`.
    """
    told = 0
    for contact in store.contacts(connection) if found and outside.send is not None else ():
        theirs = {about: item for about, item, whose in found if whose == contact.id} if contact.own else {}
        known = store.told_of(connection, contact.id, list(theirs)) if theirs else set()
        fresh = {about: item for about, item in theirs.items() if about not in known}
        if not fresh:
            continue
        letter = words(list(fresh.values()), outside.pages)
        draft = store.Draft(
            principal_id=contact.id, kind=kind, subject=letter.subject, body=letter.body, abouts=list(fresh)
        )
        store.add_notice(connection, draft, now)
        told += 1
    return told
