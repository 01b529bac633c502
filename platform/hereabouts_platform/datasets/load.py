"""A file into a dataset: described, read, checked, stored and linked to places in one transaction, or not at all.

The same file again stores nothing. A new vintage stands beside the old ones. A vintage that is brought in again
replaces rows by their key, with who, when, which file and which description; rows that the file does not hold stay,
unless it is said to be whole.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import orjson
import psycopg

from hereabouts_platform.access.policy import require
from hereabouts_platform.datasets.rows import Ready, RowReader
from hereabouts_platform.datasets.source import SourceFile, open_source
from hereabouts_platform.datasets.spec import DatasetSpec
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.tables import RowRefused
from hereabouts_platform.store import datasets as store
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError

Progress = Callable[[int, int], None]

_SHOW_EVERY = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class How:
    """How a file is brought in.

    Attributes:
        whole: it is all of its vintage, so rows that it does not hold are taken out.
        dry_run: say what would become of it, and store nothing.
    """

    whole: bool = False
    dry_run: bool = False


def import_dataset(
    connection: Connection,
    principal: Principal,
    path: Path,
    spec: DatasetSpec,
    *,
    how: How,
    progress: Progress | None = None,
    sink: Sink | None = None,
) -> ImportReport:
    """Store the rows of a file; rows that are wrong are refused, the others stored.

    Args:
        connection: role owner, not in a transaction.
        principal: who imports; must be allowed to write datasets.
        path: CSV, XLSX, Parquet or GeoJSON.
        spec: its description.
        how: whether it is whole, and whether this is a dry run.
        progress: is called now and then with the rows read and about how many there are.
        sink: is handed every refused row.

    Raises:
        InputError: the file as a whole cannot be used.
        NotAllowed: `principal` may not.
    """
    require(principal, Action.WRITE, Resource.DATASETS)
    file = open_source(path, spec)
    tally = Tally(sink)
    with acting(connection, principal.id):
        store.take_turn(connection, spec.name)
        load = _Load(connection=connection, principal=principal, file=file, spec=spec, how=how, tally=tally)
        if not load.run(progress) or how.dry_run:
            raise psycopg.Rollback
    return tally.report()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Load:
    """One file on its way into a vintage, inside the transaction."""

    connection: Connection
    principal: Principal
    file: SourceFile
    spec: DatasetSpec
    how: How
    tally: Tally

    @property
    def _of(self) -> tuple[str, str]:
        return self.spec.name, self.spec.vintage

    @property
    def _provenance(self) -> tuple[str, str, bool]:
        return self.file.sha256, sha256(self.spec.text.encode()).hexdigest(), self.how.whole

    def run(self, progress: Progress | None) -> bool:
        """Store everything; False where nothing came of it that was not there already."""
        self._check_shape()
        known = store.last_load(self.connection, *self._of) == self._provenance
        self._describe()
        number = self._begin()
        brought = 0

        def rows() -> Iterator[Ready]:
            nonlocal brought
            for row in self._rows(progress):
                brought += 1
                yield row

        store.bring(self.connection, rows())
        outcome = self._settle(number, brought)
        changed = outcome.stored or outcome.updated or outcome.removed
        if changed or not known:
            store.end_load(self.connection, number, outcome)
            self._audit(outcome)
        else:
            self.tally.notes.append("This very file is in the store already: nothing has changed.")
        return bool(changed) or not known

    def _check_shape(self) -> None:
        """Rows of one vintage must mean the same: a partial file with other columns or units would mix them."""
        stands = store.shape_of(self.connection, *self._of)
        if stands is not None and stands != _shape(self.spec) and not self.how.whole:
            raise InputError(
                "vintage", self.spec.vintage,
                "It stands in the store with another key, place, time, column or unit. Import the whole of it with "
                "--whole, or give this file a vintage of its own with --vintage.",
            )  # fmt: skip

    def _describe(self) -> None:
        spec = self.spec
        said = ("name", "title", "description", "source", "licence", "attribution")
        store.save_dataset(
            self.connection,
            {**{key: getattr(spec, key) for key in said}, "sensitivity": spec.sensitivity.value},
        )
        vintage = {
            "dataset": spec.name, "vintage": spec.vintage, "identifies": spec.identifies,
            "within_m": spec.place.within_m, "shape": _shape(spec),
        }  # fmt: skip
        columns = [
            (c.name, c.title, c.type.value, c.unit, c.meaning, dict(c.categories) if c.categories else None)
            for c in spec.columns
        ]
        store.save_vintage(self.connection, vintage, columns)

    def _begin(self) -> int:
        file_sha256, spec_sha256, whole = self._provenance
        load: Mapping[str, object] = {
            "dataset": self.spec.name, "vintage": self.spec.vintage, "file": self.file.name,
            "file_sha256": file_sha256, "spec_sha256": spec_sha256, "spec": self.spec.text, "whole": whole,
        }  # fmt: skip
        return store.begin_load(self.connection, load)

    def _rows(self, progress: Progress | None) -> Iterator[Ready]:
        reader = RowReader(self.spec, self.file)
        done = 0
        for line, cells in self.file.rows():
            done += 1
            try:
                yield reader.read(line, cells)
            except RowRefused as refused:
                self.tally.refuse(line, refused.cause, refused.reason)
            if progress is not None and done % _SHOW_EVERY == 0:
                progress(done, max(self.file.total or 0, done))
        if progress is not None:
            progress(done, done)

    def _settle(self, number: int, brought: int) -> store.Outcome:
        """From the temporary table into the vintage, and count what became of every row."""
        tally = self.tally
        contradicting = self._refuse_doubles()
        new, changed = store.merge(self.connection, *self._of, number)
        removed = store.remove_missing(self.connection, *self._of) if self.how.whole else 0
        store.link(self.connection, *self._of)
        tally.stored, tally.updated = new + changed, changed
        tally.duplicate = brought - contradicting - tally.stored
        self._note(removed)
        report = tally.report()
        return store.Outcome(
            stored=new,
            updated=changed,
            duplicate=tally.duplicate,
            removed=removed,
            refused=report.refused_count,
            causes=report.refused_by_cause,
        )

    def _refuse_doubles(self) -> int:
        """Refuse rows that say something else under a key of an earlier line; gives how many."""
        count = 0
        for double in store.doubles(self.connection):
            if double.same:
                continue
            count += 1
            if not self.tally.wants_detail:
                self.tally.count_refused(Cause.DOUBLE, 1)
                continue
            key = " and ".join(self.spec.key) or "its place and time"
            reason = (
                f"Line {double.first} has the same {key} ({double.key[:60]}) with other cells. Keep one of the rows"
            )
            hint = "." if self.spec.key else ", or name a key in the description."
            self.tally.refuse(double.line, Cause.DOUBLE, reason + hint)
        return count

    def _note(self, removed: int) -> None:
        rows, linked = store.linked(self.connection, *self._of)
        notes = [
            f"{self.spec.name}, vintage {self.spec.vintage}: {rows:,} rows, {linked:,} of them at places known here."
        ]
        if removed:
            notes.append(f"{removed:,} rows that the file does not hold were taken out.")
        if self.file.ignored:
            names = ", ".join(self.file.ignored[:8]) + (" ..." if len(self.file.ignored) > 8 else "")
            notes.append(f"{len(self.file.ignored)} columns are not kept, as the description says: {names}.")
        self.tally.notes += notes

    def _audit(self, outcome: store.Outcome) -> None:
        file_sha256, spec_sha256, whole = self._provenance
        detail = {
            "import": "dataset", "dataset": self.spec.name, "vintage": self.spec.vintage, "file": self.file.name,
            "sha256": file_sha256, "spec_sha256": spec_sha256, "whole": whole, "stored": outcome.stored,
            "updated": outcome.updated, "duplicate": outcome.duplicate, "removed": outcome.removed,
            "refused": outcome.refused,
        }  # fmt: skip
        record(self.connection, self.principal, Action.WRITE, Resource.DATASETS, detail)


def _shape(spec: DatasetSpec) -> str:
    """A hash of what rows rest on; titles and meanings may be put in better words at any time."""
    columns = sorted((c.name, c.type.value, c.unit) for c in spec.columns)
    said = (spec.key, spec.place.kind.value, spec.place.columns, spec.time and repr(spec.time), columns)
    return sha256(orjson.dumps(said)).hexdigest()
