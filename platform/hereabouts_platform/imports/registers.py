"""Small registers from CSV: a row is one entry, told from others by its key; a file can come again.

What a door for one of them says is in `Door`; how a file goes through it is the same for all.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from hereabouts_platform.access.policy import require
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.tables import Row, RowRefused, read_table
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.imports import take_turn
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError

EntryType = TypeVar("EntryType")
Wishes = Sequence[tuple[int, EntryType]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Door(Generic[EntryType]):
    """How a register is imported.

    Attributes:
        name: of the import, for the audit.
        required, optional: columns.
        read: an entry from a row; may raise `RowRefused` or `InputError`.
        key: what tells entries apart.
        known: what the store holds, by key.
        save: writes new and changed entries.
        settle: leaves out, and refuses, entries that do not go with others; they come with their lines.
    """

    name: str
    required: Sequence[str]
    optional: Sequence[str]
    read: Callable[[Row], EntryType]
    key: Callable[[EntryType], Hashable]
    known: Mapping[Hashable, EntryType]
    save: Callable[[Sequence[EntryType]], None]
    settle: Callable[[Wishes[EntryType], Tally], list[EntryType]]


def import_register(
    connection: Connection,
    principal: Principal,
    path: Path,
    sink: Sink | None,
    door: Callable[[Connection], Door[EntryType]],
) -> ImportReport:
    """Store the entries of a CSV file in one transaction; wrong rows are refused, the others stored.

    Args:
        connection: role owner, not in a transaction.
        principal: who imports; must be allowed to write the fleet.
        sink: is handed every refused row.

    Raises:
        InputError: the file as a whole cannot be used.
        NotAllowed: `principal` may not.
    """
    require(principal, Action.WRITE, Resource.FLEET)
    tally = Tally(sink)
    with acting(connection, principal.id):
        take_turn(connection)
        opened = door(connection)
        table = read_table(path, tally, required=opened.required, optional=opened.optional)
        entries = opened.settle(_once_each(opened, table.rows, tally), tally)
        changed = [one for one in entries if opened.known.get(opened.key(one)) != one]
        tally.duplicate += len(entries) - len(changed)
        tally.stored = len(changed)
        tally.updated = sum(opened.key(one) in opened.known for one in changed)
        opened.save(changed)
        report = tally.report()
        detail = {"import": opened.name, "file": table.name, "sha256": table.sha256, **report.counts}
        record(connection, principal, Action.WRITE, Resource.FLEET, detail)
    return report


def keep_all(wishes: Wishes[EntryType], _tally: Tally) -> list[EntryType]:
    """Of a register whose entries do not weigh on each other: all of them."""
    return [one for _, one in wishes]


def _once_each(door: Door[EntryType], rows: Sequence[Row], tally: Tally) -> list[tuple[int, EntryType]]:
    """The first row of each key; the same again is a duplicate, anything else under that key is refused."""
    first: dict[Hashable, tuple[int, EntryType]] = {}
    for row in rows:
        try:
            entry = door.read(row)
        except RowRefused as refused:
            tally.refuse(row.line, refused.cause, refused.reason)
            continue
        except InputError as error:
            tally.refuse(row.line, Cause.WRONG_SHAPE, str(error))
            continue
        stands = first.setdefault(door.key(entry), (row.line, entry))
        if stands == (row.line, entry):
            continue
        if stands[1] == entry:
            tally.duplicate += 1
        else:
            tally.refuse(row.line, Cause.DOUBLE, f"Line {stands[0]} says something else of the same. Keep one of them.")
    return list(first.values())
