"""Places into the store: CSV (`id,kind,name,lon,lat,uprn,usrn,parent,attributes`), GeoJSON, OS Open UPRN.

Rows may stand in any order, children before their parents. A row that says what the store holds is a duplicate; a
column that the file does not have leaves what the store holds, an empty cell clears it. In which areas the new and the
moved places lie is computed at the end.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import psycopg

from hereabouts_platform.access.policy import require
from hereabouts_platform.geography.grid import say_accuracy
from hereabouts_platform.imports.open_uprn import UprnOptions, is_open_uprn, take_open_uprn
from hereabouts_platform.imports.place_features import SUFFIXES, read_features
from hereabouts_platform.imports.place_rows import GRID, OPTIONAL, REQUIRED, place_of
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.tables import RowRefused, Table, read_table
from hereabouts_platform.imports.tree import Candidate, refuse_loose_places, refuse_misplaced
from hereabouts_platform.store import imports as store
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.locating import locate_moved, note_moved
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.place import Place

Progress = Callable[[int, int], None]


def import_places(
    connection: Connection,
    principal: Principal,
    path: Path,
    sink: Sink | None = None,
    *,
    uprn: UprnOptions | None = None,
    progress: Progress | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Store the places of a file in one transaction; rows that are wrong are refused, the others stored.

    Args:
        connection: role owner, not in a transaction.
        principal: who imports; must be allowed to write places.
        path: the file.
        sink: is handed every refused row.
        uprn: what to take of a file of OS Open UPRN; for no other file.
        progress: told of such a file's bytes read and in all.
        dry_run: do all of it, and take it back.

    Raises:
        InputError: the file as a whole cannot be used.
        NotAllowed: `principal` may not.
    """
    require(principal, Action.WRITE, Resource.PLACES)
    is_features = path.suffix.lower() in SUFFIXES
    tally = Tally(sink, unit="feature" if is_features else "line")
    is_uprn = not is_features and is_open_uprn(path)
    if uprn is not None and not is_uprn:
        raise InputError("file", path.name, "Only a file of OS Open UPRN is taken in part; leave the filter out.")
    with acting(connection, principal.id):
        store.take_turn(connection)
        if is_uprn:
            found = take_open_uprn(connection, path, uprn or UprnOptions(), tally, progress)
        else:
            found = _take(connection, path, tally, is_features=is_features)
        locate_moved(connection)
        report = tally.report()
        detail = {"import": "places", "file": path.name, "sha256": found, **report.counts}
        record(connection, principal, Action.WRITE, Resource.PLACES, detail)
        if dry_run:
            raise psycopg.Rollback
    return report


def _take(connection: Connection, path: Path, tally: Tally, *, is_features: bool) -> str:
    """Store a file of the council's own; returns its SHA-256."""
    columns = {"required": REQUIRED, "optional": OPTIONAL}
    table = read_features(path, tally) if is_features else read_table(path, tally, **columns)
    known = store.known_places(connection, [row.cell("id") for row in table.rows])
    candidates = _once_each(_candidates(table, known, tally), tally)
    above = store.kinds_of(connection, [c.place.parent for c in candidates if c.place.parent is not None])
    candidates = refuse_misplaced(candidates, above, tally)
    candidates = refuse_loose_places(candidates, store.parents(connection), tally)
    _save(connection, candidates, known, tally)
    if any(row.cell(GRID[0]) for row in table.rows):
        tally.notes.append(say_accuracy())
    return table.sha256


def _candidates(table: Table, known: Mapping[str, Place], tally: Tally) -> Iterable[Candidate]:
    for row in table.rows:
        try:
            yield Candidate(line=row.line, place=place_of(row, known))
        except RowRefused as refused:
            tally.refuse(row.line, refused.cause, refused.reason)


def _once_each(candidates: Iterable[Candidate], tally: Tally) -> list[Candidate]:
    """The first row of each id; the same again is a duplicate, anything else under that id is refused."""
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        stands = first.setdefault(candidate.place.id, candidate)
        if stands is candidate:
            continue
        if stands.place == candidate.place:
            tally.duplicate += 1
        else:
            tally.refuse(
                candidate.line,
                Cause.DOUBLE,
                f"{candidate.place.id} is {tally.unit} {stands.line} already, with other cells. Keep one of them.",
            )
    return list(first.values())


def _save(connection: Connection, candidates: list[Candidate], known: Mapping[str, Place], tally: Tally) -> None:
    changed = [c.place for c in candidates if known.get(c.place.id) != c.place]
    tally.duplicate += len(candidates) - len(changed)
    tally.stored = len(changed)
    tally.updated = sum(place.id in known for place in changed)
    store.save_places(connection, changed)
    note_moved(connection, [place.id for place in changed if _has_moved(known.get(place.id), place)])


def _has_moved(before: Place | None, after: Place) -> bool:
    """Whether a place may lie in other areas than before."""
    return before is None or (before.lon, before.lat, before.parent) != (after.lon, after.lat, after.parent)
