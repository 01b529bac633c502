"""Retention in the store: each class's rule, what would go under it, and letting go of it part by part. Role jobs.

The database itself sees to it that nothing younger than a class's `before` goes, and moves that first (migration 0017).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.times import format_time

SQL = load("retention")

BLOCKS = 512  # of 8 kB, looked through in one transaction: 4 MB
STREAMS = 20  # datastreams thinned in one transaction: of a month, some 60,000 readings


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """How long a class is kept, since when that stands, and up to when it was let go of before (None: never yet)."""

    name: str
    keep: str
    changed_at: datetime
    before: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What would go of one table: rows, the oldest of them, and rows that stay although they are old enough."""

    part: str
    rows: int
    oldest: datetime | None
    held: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    name: str
    has_streams: bool
    is_divided: bool


def rules_of(connection: Connection) -> dict[str, Rule]:
    """The rules that stand, by class."""
    rows = connection.execute(SQL["rules"])
    return {
        name: Rule(name=name, keep=keep, changed_at=changed_at, before=before)
        for name, keep, changed_at, before in rows
    }


def save_rules(connection: Connection, keeps: Mapping[str, str], *, only_new: bool = False) -> None:
    """Write down how long each class is kept, inside `acting()`; with `only_new` those that stand stay as they are."""
    connection.execute(SQL["save_rules"], {"classes": list(keeps), "keeps": list(keeps.values()), "only_new": only_new})


def look(connection: Connection, name: str, cut: datetime) -> list[Due]:
    """What of a class would go at `cut`, table by table; changes nothing."""
    return [
        Due(part=part, rows=rows, oldest=oldest, held=held)
        for part, rows, oldest, held in connection.execute(SQL["look"], (name, cut))
    ]


def let_go(connection: Connection, by: Principal, cuts: Mapping[str, datetime]) -> dict[str, int]:
    """Let go of what lies before each class's cut, in short transactions of its own; rows by class, for the audit too.

    Cut off, it has done some of it, and the next call does the rest. Rows that a run had deleted when it was cut off
    are told, in the audit and in the answer, by the next.

    Args:
        connection: role jobs, in no transaction.
        cuts: the classes to let go of; the others stay whole.

    Raises:
        NotAllowed: `by` may not administer the store.
        psycopg.errors.LockNotAvailable: a partition was in use for longer than 10 seconds.
    """
    require(by, Action.ADMINISTER, Resource.STORE)
    for name, cut in cuts.items():
        with acting(connection, by.id):
            connection.execute(SQL["begin"], (name, cut))
    parts = _parts_of(connection)
    for part in {part.name: part for of_class in parts.values() for part in of_class if part.is_divided}.values():
        _drop_whole(connection, by, part.name, cuts, [name for name, of_class in parts.items() if part in of_class])
    gone = {}
    for name, cut in cuts.items():
        for part in parts[name]:
            if part.is_divided and part.has_streams:
                _thin(connection, by, name, part.name, cut)
            elif not part.is_divided:
                _sweep(connection, by, name, part.name, cut)
        gone[name] = _tell(connection, by, name, cut)
    return gone


def _parts_of(connection: Connection) -> dict[str, list[_Part]]:
    found: dict[str, list[_Part]] = {}
    for name, part, has_streams, is_divided in connection.execute(SQL["parts"]).fetchall():
        found.setdefault(name, []).append(_Part(name=part, has_streams=has_streams, is_divided=is_divided))
    return found


def _drop_whole(
    connection: Connection, by: Principal, part: str, cuts: Mapping[str, datetime], classes: Sequence[str]
) -> None:
    """Whole partitions, where all classes in them go."""
    if not cuts.keys() >= set(classes):
        return
    cut = min(cuts[name] for name in classes)
    while True:
        with acting(connection, by.id):
            if not connection.execute(SQL["drop"], (part, cut)).fetchall():
                return


def _thin(connection: Connection, by: Principal, name: str, part: str, cut: datetime) -> None:
    """The class's own datastreams, out of partitions in which others stay."""
    for from_at, to_at in connection.execute(SQL["pieces"], {"part": part, "cut": cut}).fetchall():
        row = connection.execute(SQL["streams"], (name, part, from_at, to_at)).fetchone()
        for some in _groups(row[0] if row else []):
            with acting(connection, by.id):
                connection.execute(SQL["thin"], (name, part, some, from_at, to_at))


def _groups(streams: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(streams), STREAMS):
        yield streams[start : start + STREAMS]


def _sweep(connection: Connection, by: Principal, name: str, part: str, cut: datetime) -> None:
    """One pass over a table, some blocks at a time."""
    block, more = 0, True
    while more:
        with acting(connection, by.id):
            row = connection.execute(SQL["delete"], (name, part, cut, block, BLOCKS)).fetchone()
        more = row is not None and bool(row[1])
        block += BLOCKS


def _tell(connection: Connection, by: Principal, name: str, cut: datetime) -> int:
    with acting(connection, by.id):
        row = connection.execute(SQL["untold"], {"class": name}).fetchone()
        if row is None:
            return 0
        detail = {"retention": name, "rows": row[0], "before": format_time(cut)}
        record(connection, by, Action.WRITE, Resource.STORE, detail)
        return int(row[0])


def hold_horizons(connection: Connection) -> dict[str, datetime | None]:
    """From when on readings are whole, of `home_readings` and `public_readings`; held until this transaction ends.

    Whoever computes from readings asks here first, and computes no hour before it anew.
    """
    return dict(connection.execute(SQL["hold_horizons"]).fetchall())
