"""Boundaries into the store: wards, LSOAs, patches and the like, one file one kind and vintage.

A new vintage stands beside the old one. The same file again changes nothing. What lies in the new boundaries is
computed at the end, for every place.
"""

from collections import Counter, defaultdict
from hashlib import file_digest
from pathlib import Path

import psycopg

from hereabouts_platform.access.policy import require
from hereabouts_platform.geography.grid import say_accuracy
from hereabouts_platform.geography.shapes import NoArea, Outline, join, outline_of
from hereabouts_platform.imports.area_columns import AreaOptions, Chosen, choose
from hereabouts_platform.imports.boundary_files import (
    BoundaryFile,
    Feature,
    codes_of,
    open_boundaries,
    read_boundaries,
)
from hereabouts_platform.imports.cells import is_name
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.store import areas as store
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.imports import take_turn
from hereabouts_platform.store.locating import locate_all
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError

MOST_NAMED = 10


def import_areas(
    connection: Connection,
    principal: Principal,
    path: Path,
    options: AreaOptions,
    *,
    sink: Sink | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Store the boundaries of a file in one transaction; those that are wrong are refused, the others stored.

    Args:
        connection: role owner, not in a transaction.
        principal: who imports; must be allowed to write places.
        path: GeoJSON, GeoPackage or Shapefile, or a zip with one of them.
        options: what the file does not say itself.
        sink: is handed every refused boundary; its `line` is the boundary's number in the file, from 1.
        dry_run: do all of it, and take it back.

    Raises:
        InputError: the file as a whole cannot be used, or leaves open what it holds.
        NotAllowed: `principal` may not.
    """
    require(principal, Action.WRITE, Resource.PLACES)
    file = open_boundaries(path, options.layer)
    chosen = choose(file.columns, file.layer, options)
    tally = Tally(sink, unit="feature")
    with acting(connection, principal.id):
        take_turn(connection)
        _Import(connection, file, chosen, options, tally).run()
        report = tally.report()
        edition = {"kind": chosen.kind.value, "vintage": chosen.vintage}
        detail = {"import": "areas", "file": path.name, "sha256": _digest(path), **edition, **report.counts}
        record(connection, principal, Action.WRITE, Resource.PLACES, detail)
        if dry_run:
            raise psycopg.Rollback
    return report


class _Import:
    """One file on its way into the store."""

    def __init__(
        self, connection: Connection, file: BoundaryFile, chosen: Chosen, options: AreaOptions, tally: Tally
    ) -> None:
        self._connection = connection
        self._file = file
        self._chosen = chosen
        self._tally = tally
        self._edition = store.Edition(kind=chosen.kind.value, vintage=chosen.vintage)
        self._source = self._source_number(options)
        self._in_parts = {code for code, count in Counter(codes_of(file, chosen.code_column)).items() if count > 1}
        self._parts: dict[str, list[tuple[Feature, Outline]]] = defaultdict(list)
        self._mended: list[str] = []

    def run(self) -> None:
        columns = list(dict.fromkeys((self._chosen.code_column, self._chosen.name_column)))
        for features in read_boundaries(self._file, columns):
            self._save([area for feature in features if (area := self._take(feature)) is not None])
        self._save([self._joined(code, parts) for code, parts in self._parts.items()])
        moved = locate_all(self._connection, self._edition) if self._tally.stored else 0
        self._note(moved)

    def _take(self, feature: Feature) -> store.NewArea | None:
        """A feature as an area; None where it was refused, or is one part of several."""
        code, name = feature.cells[self._chosen.code_column], feature.cells[self._chosen.name_column]
        problem = _problem(self._chosen, code, name)
        if problem is not None:
            self._tally.refuse(feature.number, Cause.WRONG_SHAPE, problem)
            return None
        try:
            outline = outline_of(feature.shape, self._file.epsg)
        except NoArea as error:
            self._tally.refuse(feature.number, Cause.NO_BOUNDARY, f"{code}: {error}")
            return None
        if code in self._in_parts:
            self._take_part(code, name, feature, outline)
            return None
        return self._area(code, name, outline, feature.number)

    def _take_part(self, code: str, name: str, feature: Feature, outline: Outline) -> None:
        first = next(iter(self._parts[code]), (feature, outline))[0]
        if first.cells[self._chosen.name_column] == name:
            self._parts[code].append((feature, outline))
        else:
            reason = f"{code} is feature {first.number} already, under another name. One code is one area."
            self._tally.refuse(feature.number, Cause.DOUBLE, reason)

    def _joined(self, code: str, parts: list[tuple[Feature, Outline]]) -> store.NewArea:
        first = parts[0][0]
        self._tally.duplicate += len(parts) - 1  # counted with the first; said in a note
        whole = join([outline for _, outline in parts])
        return self._area(code, first.cells[self._chosen.name_column], whole, first.number)

    def _area(self, code: str, name: str, outline: Outline, number: int) -> store.NewArea:
        if outline.was_mended:
            self._mended.append(f"{code} (feature {number})")
        return store.NewArea(code=code, name=name, boundary=outline.geojson, box=outline.box)

    def _save(self, areas: list[store.NewArea]) -> None:
        if not areas:
            return
        known = store.known_kinds(self._connection, self._edition.vintage, [area.code for area in areas])
        strange = {code: kind for code, kind in known.items() if kind != self._edition.kind}
        if strange:
            code, kind = min(strange.items())
            cure = f"{code} of {self._edition.vintage} is stored as {kind}. Import it as that, or as another vintage."
            raise InputError("--kind", self._edition.kind, cure)
        saved = store.save_areas(self._connection, self._edition, self._source, areas)
        self._tally.stored += len(saved)
        self._tally.updated += len(saved & known.keys())
        self._tally.duplicate += len(areas) - len(saved)

    def _source_number(self, options: AreaOptions) -> int | None:
        publisher = self._chosen.publisher
        name = options.source or (publisher.value if publisher else None)
        licence = options.licence
        if licence is None and publisher is not None:
            licence = publisher.licence(self._chosen.vintage)
        if name is None and licence is None:
            self._tally.notes.append("Nobody is named as their source: --source and --licence say it.")
            return None
        if name is None:
            raise InputError("--source", "", "A licence needs a source: say whose boundaries these are.")
        return store.source_number(self._connection, name, licence or "")

    def _note(self, moved: int) -> None:
        chosen, notes = self._chosen, self._tally.notes
        notes.append(
            f"Read as {chosen.kind} of {chosen.vintage}: codes from {chosen.code_column}, names from "
            f"{chosen.name_column}, layer {self._file.layer}, projection EPSG:{self._file.epsg}."
        )
        if chosen.column_year is not None and chosen.column_year != chosen.vintage[:4]:
            notes.append(f"{chosen.code_column} is of {chosen.column_year}; stored as {chosen.vintage}, as was said.")
        if self._file.epsg == 27700:
            notes.append(say_accuracy())
        if self._parts:
            notes.append(f"In several parts, joined into one area each: {_some(sorted(self._parts))}.")
        if self._mended:
            notes.append(f"Boundaries that crossed themselves or were broken, mended: {_some(self._mended)}.")
        notes.append(f"{moved:,} changes of which places lie in which areas.")


def _problem(chosen: Chosen, code: str, name: str) -> str | None:
    if not code:
        return f"{chosen.code_column} is empty. Every area needs a code."
    if not is_name(code) or "@" in code or "/" in code:
        return f"{chosen.code_column} {code[:40]!r} must be at most 120 visible characters, without @ and /."
    if not name or "\0" in name:
        return f"{code}: {chosen.name_column} is empty. Every area needs a name."
    return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
