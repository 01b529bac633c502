"""Notices as the database keeps them: who asked for them, what waits, what became of it. Role jobs, or the owner."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("notices")

NOT_WANTED = "They ask for no e-mails any more."
REPLACED = "It had not gone when the next digest was made, which tells of the same."

Row = dict[str, Any]


class NoticeKind(StrEnum):
    """Why somebody is written to."""

    DIGEST = "digest"
    URGENT = "urgent"
    CLOCK = "clock"
    RELAPSE = "relapse"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What somebody asked for: the digest, urgent alerts at once, dates of their own cases at once."""

    digest: bool = False
    urgent: bool = False
    own: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """Somebody who asked for e-mails.

    Attributes:
        digest, urgent, own: about what: the digest, urgent alerts, dates of their own cases.
        digested_on: the last day looked at for a digest.
        everywhere: whether they may be told of every home; else of those of their `patches`.
    """

    id: int
    digest: bool
    urgent: bool
    own: bool
    digested_on: date | None
    everywhere: bool
    patches: list[str]

    def may_be_told(self, patch: str | None) -> bool:
        """Whether of something in this patch; None: outside of all."""
        return self.everywhere or patch in self.patches


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A notice to be: to whom, of what kind, its words, and the things that it is about.

    `told` is what a digest told of, for the next one to compare with.
    """

    principal_id: int
    kind: NoticeKind
    subject: str
    body: str
    abouts: Sequence[str]
    told: Mapping[str, int] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A notice whose next attempt is on record; `address` is None where nobody is to be written to any more."""

    subject: str
    body: str
    reference: UUID
    address: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How the post goes: people who want it, what waits and since when, what went and failed, the latest trouble."""

    people: int
    waiting: int
    oldest_waiting: datetime | None
    sent: int
    failed: int
    trouble: str | None


def set_contact(connection: Connection, principal_id: int, address: str, wishes: Wishes) -> None:
    """Write down what somebody asked for, inside `acting()`, role owner."""
    connection.execute(SQL["set_contact"], {"principal": principal_id, "address": address, **asdict(wishes)})


def forget_contact(connection: Connection, principal_id: int) -> bool:
    """Forget somebody's address, and give up what waits for them; whether there was one. Inside `acting()`, owner."""
    gone = connection.execute(SQL["forget_contact"], (principal_id,)).rowcount
    connection.execute(SQL["give_up_of"], {"principal": principal_id, "trouble": NOT_WANTED})
    return gone > 0


def contacts(connection: Connection) -> list[Contact]:
    """Everybody who asked for e-mails and may still look."""
    return connection.cursor(row_factory=class_row(Contact)).execute(SQL["contacts"]).fetchall()


def told_of(connection: Connection, principal_id: int, abouts: Sequence[str]) -> set[str]:
    """Which of these things somebody was told of already."""
    rows = connection.execute(SQL["told_of"], {"principal": principal_id, "abouts": list(abouts)})
    return {row[0] for row in rows}


def add_notice(connection: Connection, draft: Draft, now: datetime) -> None:
    """Put a notice into the outbox, inside `acting()`.

    Raises:
        psycopg.errors.UniqueViolation: they were told of one of these things already.
    """
    values = {
        "principal": draft.principal_id,
        "kind": draft.kind,
        "subject": draft.subject,
        "body": draft.body,
        "told": None if draft.told is None else Jsonb(dict(draft.told)),
        "now": now,
    }
    row = connection.execute(SQL["add"], values).fetchone()
    connection.execute(
        SQL["add_about"],
        {"principal": draft.principal_id, "abouts": list(draft.abouts), "notice": row and row[0]},
    )


def due(connection: Connection, now: datetime, most: int) -> list[tuple[int, int]]:
    """At most `most` notices to be sent at `now`, the longest due first: id, and attempts made."""
    return connection.execute(SQL["due"], {"now": now, "most": most}).fetchall()


def take(connection: Connection, notice_id: int, next_at: datetime) -> Taken | None:
    """Put one more attempt on record, and when the next would be; None where the notice has ended meanwhile."""
    row = connection.execute(SQL["take"], {"id": notice_id, "due_at": next_at}).fetchone()
    return Taken(subject=row[0], body=row[1], reference=row[2], address=row[3]) if row else None


def set_sent(connection: Connection, notice_id: int) -> None:
    """It was handed over."""
    connection.execute(SQL["sent"], (notice_id,))


def set_delayed(connection: Connection, notice_id: int, trouble: str) -> None:
    """It did not go this time."""
    connection.execute(SQL["delayed"], {"id": notice_id, "trouble": trouble})


def set_failed(connection: Connection, notice_id: int, trouble: str) -> None:
    """It will not go."""
    connection.execute(SQL["failed"], {"id": notice_id, "trouble": trouble})


def give_up_older(connection: Connection, before: datetime, trouble: str) -> int:
    """Give up what was made at `before` or earlier and still waits; returns how many."""
    return connection.execute(SQL["give_up_older"], {"before": before, "trouble": trouble}).rowcount


def counts(connection: Connection, since: datetime) -> Counts:
    """How the post goes, inside `acting()`; what was sent and failed counts from `since` on."""
    row = connection.cursor(row_factory=class_row(Counts)).execute(SQL["counts"], (since,)).fetchone()
    return row or Counts(people=0, waiting=0, oldest_waiting=None, sent=0, failed=0, trouble=None)


def replace_digests(connection: Connection, principal_ids: Sequence[int]) -> None:
    """Give up digests of these people that still wait: the one made now tells of all since the last that went."""
    connection.execute(SQL["replace_digests"], {"principals": list(principal_ids), "trouble": REPLACED})


def last_told(connection: Connection, principal_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """What each was told of by their last digest that was sent; nothing of whom there is none."""
    return dict(connection.execute(SQL["last_told"], (list(principal_ids),)).fetchall())


def set_digested(connection: Connection, principal_id: int, day: date) -> None:
    """Their digest of this day has been thought about, whether or not one was made."""
    connection.execute(SQL["set_digested"], {"principal": principal_id, "day": day})


def open_on_places(connection: Connection) -> list[Row]:
    """Open alerts on places: id, hazard, level, opened_at, place, place_name, home, patch, parent_name."""
    return connection.cursor(row_factory=dict_row).execute(SQL["open_on_places"]).fetchall()


def silent_homes(connection: Connection, hazard: str) -> list[Row]:
    """Homes with a sensor that is not heard, by the alerts of that hazard: home, home_name, since, patch."""
    return connection.cursor(row_factory=dict_row).execute(SQL["silent_homes"], (hazard,)).fetchall()


def nearing(connection: Connection, until: datetime) -> list[Row]:
    """Clocks that run and whose time is up by then: case, home, home_name, patch, assignee, key, title, due, due_on."""
    return connection.cursor(row_factory=dict_row).execute(SQL["nearing"], {"until": until}).fetchall()


def outdated(connection: Connection, hashes: Sequence[str], policy: str, most: int) -> list[int]:
    """At most `most` open cases whose clocks were worked out by other rules than these, or another policy."""
    values = {"hashes": list(hashes), "policy": policy, "most": most}
    return [row[0] for row in connection.execute(SQL["outdated"], values)]
