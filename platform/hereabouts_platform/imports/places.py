"""`places.csv` into the store: `id,kind,name,lon,lat,uprn,usrn,parent,attributes`.

Rows may stand in any order, children before their parents. A row that says what the store holds is a duplicate; a
column that the file does not have leaves what the store holds, an empty cell clears it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from hereabouts_platform.access.policy import require
from hereabouts_platform.imports.cells import json_object, name, number, say_close
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.tables import Row, RowRefused, Table, read_table
from hereabouts_platform.imports.tree import Candidate, refuse_loose_places
from hereabouts_platform.store import imports as store
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.place import Place, PlaceKind

REQUIRED = ("id", "kind", "name")
OPTIONAL = ("lon", "lat", "uprn", "usrn", "parent", "attributes")


def import_places(connection: Connection, principal: Principal, path: Path, sink: Sink | None = None) -> ImportReport:
    """Store the places of a CSV file in one transaction; rows that are wrong are refused, the others stored.

    Args:
        connection: role owner, not in a transaction.
        principal: who imports; must be allowed to write places.
        path: the file.
        sink: is handed every refused row.

    Raises:
        InputError: the file as a whole cannot be used.
        NotAllowed: `principal` may not.
    """
    require(principal, Action.WRITE, Resource.PLACES)
    tally = Tally(sink)
    table = read_table(path, tally, required=REQUIRED, optional=OPTIONAL)
    with acting(connection, principal.id):
        store.take_turn(connection)
        known = store.known_places(connection, [row.cell("id") for row in table.rows])
        candidates = _once_each(_candidates(table, known, tally), tally)
        candidates = refuse_loose_places(candidates, store.parents(connection), tally)
        _save(connection, candidates, known, tally)
        report = tally.report()
        counts = {"stored": report.stored, "duplicate": report.duplicate, "refused": report.refused_count}
        detail = {"import": "places", "file": table.name, "sha256": table.sha256, **counts}
        record(connection, principal, Action.WRITE, Resource.PLACES, detail)
    return report


def _candidates(table: Table, known: Mapping[str, Place], tally: Tally) -> Iterable[Candidate]:
    for row in table.rows:
        try:
            yield Candidate(line=row.line, place=_place(row, table.columns, known))
        except RowRefused as refused:
            tally.refuse(row.line, refused.cause, refused.reason)


def _place(row: Row, columns: tuple[str, ...], known: Mapping[str, Place]) -> Place:
    found = Place(id=name("id", row.cell("id")), kind=_kind(row), name=_name(row))
    lon, lat = _position(row)
    found = replace(
        found,
        lon=lon,
        lat=lat,
        uprn=_reference("uprn", row.cell("uprn"), 12),
        usrn=_reference("usrn", row.cell("usrn"), 8),
        parent=row.cell("parent") or None,
        attributes=json_object("attributes", row.cell("attributes")),
    )
    stands = known.get(found.id)
    if stands is not None:
        unsaid = {column: getattr(stands, column) for column in OPTIONAL if column not in columns}
        found = replace(found, **unsaid)
    _check_kinship(found)
    return found


def _name(row: Row) -> str:
    text = row.cell("name")
    if not text:
        raise RowRefused(Cause.WRONG_SHAPE, "name is empty. Every place needs one.")
    return text


def _kind(row: Row) -> PlaceKind:
    text = row.cell("kind")
    try:
        return PlaceKind(text)
    except ValueError:
        hint = say_close(text.lower(), PlaceKind)
        kinds = ", ".join(PlaceKind)
        raise RowRefused(Cause.UNKNOWN_KIND, f"There is no kind {text!r}.{hint} Kinds are {kinds}.") from None


def _position(row: Row) -> tuple[float | None, float | None]:
    texts = row.cell("lon"), row.cell("lat")
    if texts == ("", ""):
        return None, None
    if "" in texts:
        raise RowRefused(Cause.WRONG_SHAPE, "lon and lat belong together. Give both, or leave both empty.")
    lon, lat = number("lon", texts[0]), number("lat", texts[1])
    if 49 <= lon <= 61 and -9 <= lat <= 2:
        raise RowRefused(
            Cause.RANGE,
            f"lon {lon:g} and lat {lat:g} look swapped: in the United Kingdom lon lies between -9 and 2, "
            "lat between 49 and 61. Swap them.",
        )
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        metres = " These look like metres of the National Grid." if lon > 1000 and lat > 1000 else ""
        raise RowRefused(Cause.RANGE, f"lon {lon:g}, lat {lat:g} is no position.{metres} Give WGS 84 degrees.")
    return lon, lat


def _reference(column: str, text: str, digits: int) -> str | None:
    """A UPRN or USRN as text without leading zeros."""
    if not text:
        return None
    bare = text.lstrip("0")
    if not (text.isascii() and text.isdigit()) or not 1 <= len(bare) <= digits:
        excel = " A spreadsheet has made a number of it: format the column as text." if "E+" in text.upper() else ""
        raise RowRefused(Cause.WRONG_SHAPE, f"{column} {text!r} must be 1 to {digits} digits and not zero.{excel}")
    return bare


def _check_kinship(place: Place) -> None:
    if place.parent == place.id:
        raise RowRefused(Cause.CYCLE, "The place is its own parent. Name the place it is part of, or none.")
    if place.kind is PlaceKind.ROOM and (place.parent is None or not place.id.startswith(f"{place.parent}/")):
        raise RowRefused(
            Cause.WRONG_SHAPE,
            f"A room's id is its parent's id, a slash and the room, like 'H1/bedroom' with parent H1; "
            f"this one is {place.id!r} with parent {place.parent or 'none'}.",
        )


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
                f"{candidate.place.id} stands in line {stands.line} already, with other cells. Keep one of the rows.",
            )
    return list(first.values())


def _save(connection: Connection, candidates: list[Candidate], known: Mapping[str, Place], tally: Tally) -> None:
    changed = [c.place for c in candidates if known.get(c.place.id) != c.place]
    tally.duplicate += len(candidates) - len(changed)
    tally.stored = len(changed)
    tally.updated = sum(place.id in known for place in changed)
    store.save_places(connection, changed)
