"""A file of readings (CSV or Parquet, long or wide) into the store, as fast as the store takes it.

Long: `device,quantity,time,value`, with or without `channel`. Wide: `device,time` and a column a quantity, a channel
behind a colon (`people_in:1`); an empty cell is no value. Each chunk is one transaction, so an import that was
interrupted goes on by being run again; the same file twice stores nothing new. Where a value stands already, the
first stays.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.access.policy import require
from hereabouts_platform.imports.deployment_index import DeploymentIndex
from hereabouts_platform.imports.local_columns import LocalColumns, open_local
from hereabouts_platform.imports.reading_checks import Checked, check, devices_with_own_levels
from hereabouts_platform.imports.reading_files import ReadingFile, Rows, open_readings
from hereabouts_platform.imports.reading_refusals import say_conflict, say_refused
from hereabouts_platform.imports.reading_values import CAUSES, QUANTITY_NAMES, Values, values_of
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.tables import say_wrong_length
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.imports_readings import Chunk, ReadingWriter
from hereabouts_platform.store.registry import load_registry
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.device import device_id

Progress = Callable[[int, int], None]


def import_readings(
    connection: Connection,
    principal: Principal,
    path: Path,
    progress: Progress | None = None,
    sink: Sink | None = None,
    *,
    local: LocalColumns | None = None,
) -> ImportReport:
    """Store the readings of a file; values that are wrong are refused, the others stored.

    The report counts values: those of the file and the fill levels worked out from its distances.

    Args:
        connection: role owner, not in a transaction.
        principal: who imports; must be allowed to write readings.
        path: the file.
        progress: is called after each chunk with the rows read and the rows there are.
        sink: is handed every refused value.
        local: what its columns are called, where it is a CSV file of local times.

    Raises:
        InputError: the file as a whole cannot be used.
        NotAllowed: `principal` may not.
    """
    require(principal, Action.WRITE, Resource.READINGS)
    file = open_readings(path) if local is None else open_local(path, local)
    return import_reading_file(connection, principal, file, Tally(sink), progress)


def import_reading_file(
    connection: Connection, principal: Principal, file: ReadingFile, tally: Tally, progress: Progress | None = None
) -> ImportReport:
    """Store what a file that is open already holds; as `import_readings`, which see.

    Args:
        connection: role owner, not in a transaction.
        principal: who imports.
        file: whatever shape it had, its readings are long or wide.
        tally: may hold refused values already; goes into the report.
        progress: is called after each chunk with the rows read and the rows there are.

    Raises:
        NotAllowed: `principal` may not.
    """
    require(principal, Action.WRITE, Resource.READINGS)
    with acting(connection, principal.id):
        detail = {"import": "readings", "file": file.name, "sha256": file.sha256}
        record(connection, principal, Action.WRITE, Resource.READINGS, detail)
    running = _Import(connection, principal, file, tally)
    return running.run(progress or _silently)


class _Import:
    """One file on its way into the store."""

    def __init__(self, connection: Connection, principal: Principal, file: ReadingFile, tally: Tally) -> None:
        self._file = file
        self._principal = principal
        self._tally = tally
        self._index = DeploymentIndex(load_registry(connection).devices)
        self._writer = ReadingWriter(connection, principal.id)

    def run(self, progress: Progress) -> ImportReport:
        own_levels = self._own_levels()
        done = 0
        for checked in _ahead(self._checked(rows, own_levels) for rows in self._file.chunks()):
            values = checked.values
            for line, cells in values.rows.malformed:
                reason = say_wrong_length(cells, len(self._file.layout.columns))
                self._tally.refuse(line, Cause.WRONG_SHAPE, reason)
            self._tally.derived += int(values.derived.sum())
            self._refuse(values)
            self._store(checked)
            done += len(values.rows.lines)
            progress(done, self._file.total)
        progress(self._file.total, self._file.total)
        self._tally.notes += self._file.notes()
        if self._tally.derived:
            self._tally.notes.append(f"{self._tally.derived:,} fill levels were worked out from distances.")
        return self._tally.report()

    def _checked(self, rows: Rows, own_levels: AbstractSet[int]) -> Checked:
        return check(values_of(rows, self._file.layout), self._index, own_levels, datetime.now(UTC))

    def _own_levels(self) -> AbstractSet[int]:
        """Devices whose fill levels the file holds itself, anywhere in it: theirs are not worked out."""
        if not self._file.mentions_levels or np.isnan(self._index.depths_mm).all():
            return frozenset()
        found: set[int] = set()
        for rows in self._file.chunks():
            found |= devices_with_own_levels(values_of(rows, self._file.layout), self._index)
        return found

    def _refuse(self, values: Values) -> None:
        refused = np.flatnonzero(~values.fine)
        refused = refused[np.argsort(values.row[refused], kind="stable")]
        told = 0
        while told < len(refused) and self._tally.wants_detail:
            at = int(refused[told])
            cause = CAUSES[values.cause[at]]
            self._tally.refuse(int(values.rows.lines[values.row[at]]), cause, say_refused(values, at, cause))
            told += 1
        for number, count in zip(*np.unique(values.cause[refused[told:]], return_counts=True), strict=True):
            self._tally.count_refused(CAUSES[number], int(count))

    def _store(self, checked: Checked) -> None:
        values = checked.values
        fine = np.flatnonzero(values.fine)
        if not len(fine):
            return
        datastream = self._datastreams(checked, fine)
        order = np.lexsort((values.row[fine], values.us[fine], datastream))
        fine, datastream = fine[order], datastream[order]
        first = _first_of_each(datastream, values.us[fine])
        kept = fine[first]
        written = self._writer.write(
            Chunk(
                datastream=datastream[first],
                us=values.us[kept],
                value=values.value[kept],
                heard=_heard(values, kept),
                detail={
                    "import": "readings",
                    "file": self._file.name,
                    "sha256": self._file.sha256,
                    "lines": [int(values.rows.lines[0]), int(values.rows.lines[-1])],
                    "by": self._principal.name,
                },
            )
        )
        stands = values.value[kept]
        stands[list(written.conflicts)] = list(written.conflicts.values())
        self._tally.stored += written.stored
        self._settle(values, fine, stands[np.cumsum(first) - 1], written.stored)

    def _settle(self, values: Values, fine: NDArray[np.int64], stands: NDArray[np.float64], stored: int) -> None:
        """Of what was not stored, what says the value that `stands` now is a duplicate; the rest is refused."""
        contradicts = np.flatnonzero(values.value[fine] != stands)
        self._tally.duplicate += len(fine) - stored - len(contradicts)
        for at in contradicts[np.argsort(values.row[fine[contradicts]], kind="stable")].tolist():
            if self._tally.wants_detail:
                line = int(values.rows.lines[values.row[fine[at]]])
                self._tally.refuse(line, Cause.CONFLICT, say_conflict(values, int(fine[at]), float(stands[at])))
            else:
                self._tally.count_refused(Cause.CONFLICT, 1)

    def _datastreams(self, checked: Checked, fine: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of each value's datastream, asking once for each of them."""
        values = checked.values
        key = (checked.deployment[fine] * len(QUANTITY_NAMES) + values.quantity[fine]) * len(values.channels)
        _, first, inverse = np.unique(key + values.channel[fine], return_index=True, return_inverse=True)
        streams = [
            (
                int(self._index.deployment_ids[checked.deployment[at]]),
                QUANTITY_NAMES[values.quantity[at]],
                values.channels[values.channel[at]],
            )
            for at in fine[first].tolist()
        ]
        return np.array(self._writer.datastream_numbers(streams), dtype=np.int64)[inverse]


def _first_of_each(datastream: NDArray[np.int64], us: NDArray[np.int64]) -> NDArray[np.bool_]:
    first = np.ones(len(us), dtype=bool)
    first[1:] = (datastream[1:] != datastream[:-1]) | (us[1:] != us[:-1])
    return first


def _heard(values: Values, kept: NDArray[np.int64]) -> dict[str, int]:
    """Each device's newest instant."""
    newest = np.full(len(values.devices), np.iinfo(np.int64).min)
    np.maximum.at(newest, values.device[kept], values.us[kept])
    found: dict[str, int] = {}
    for code in np.unique(values.device[kept]).tolist():
        name = device_id(values.devices[code])
        found[name] = max(found.get(name, int(newest[code])), int(newest[code]))
    return found


def _silently(_done: int, _total: int) -> None:
    """Nobody watches."""


def _ahead(chunks: Iterator[Checked]) -> Iterator[Checked]:
    """The same chunks, each made ready while the store still takes the one before it."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(next, chunks, None)
            yield chunk
