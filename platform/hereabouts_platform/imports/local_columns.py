"""Files of one quantity in local time without offset, as counters' and councils' own exports have them, made standard.

Long: a column of devices and one of values; wide: a column a device. The date and the hour stand in one column or in
two, as Europe/London reads them. Twice a year such a clock lies. The hour that does not exist in spring is refused by
name. The hour that exists twice in autumn is taken for the first of the two; a later row of the same device for it with
another value is taken for the second, one with the same value is a copy. Where a file has one row for both, the day's
sum is right and the report says how many such rows there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hereabouts_platform.imports.reading_columns import Codes, codes
from hereabouts_platform.imports.reading_files import ReadingFile, Rows, open_columns
from hereabouts_platform.imports.reading_layout import LOCAL, Layout
from hereabouts_platform.imports.tables import check_header
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.times import LONDON

DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%b-%Y", "%d-%b-%y")
TIME_FORMS = ("%H:%M", "%H:%M:%S", "%H")
_BETWEEN = (" ", "T")


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalColumns:
    """What the columns of such a file are called.

    Attributes:
        quantity: of every value.
        date: the column of dates, or of dates with times.
        hour: the column of hours (0 to 23) or times of day; None where `date` has them.
        device, value: of a long file; both None where every other column is a device's.
    """

    quantity: str
    date: str
    hour: str | None = None
    device: str | None = None
    value: str | None = None

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise InputError("quantity", self.quantity, f"Quantities are {', '.join(QUANTITIES)}.")
        if (self.device is None) != (self.value is None):
            raise InputError("device", str(self.device), "A long file has a column of devices and one of values.")

    @property
    def times(self) -> tuple[str, ...]:
        """The columns that say when."""
        return (self.date,) if self.hour is None else (self.date, self.hour)


def open_local(path: Path, local: LocalColumns) -> ReadingFile:
    """Look at a CSV file of local times; its chunks come with the standard columns.

    Raises:
        InputError: nothing of it can be used.
    """
    return open_columns(path, lambda header: _layout(path, header, local), _Standard(local))


def _layout(path: Path, header: Sequence[str], local: LocalColumns) -> Layout:
    names = [cell.strip() for cell in header]
    if local.device is None or local.value is None:
        devices = tuple(name for name in names if name not in local.times)
        columns = check_header(path, names, required=local.times, optional=devices)
        if not devices:
            raise InputError("header", ",".join(names), "There is no column of values: add one a device.")
        return Layout(columns=columns, wide=(), devices=devices)
    return Layout(
        columns=check_header(path, names, required=(*local.times, local.device, local.value), optional=()), wide=()
    )


class _Standard:
    """Makes chunks standard, one pass over the file at a time."""

    def __init__(self, local: LocalColumns) -> None:
        self._local = local
        self._stamps: dict[str, tuple[str, str | None]] = {}
        self._first: dict[tuple[str, str], str] = {}

    def pass_over(self, chunks: Iterator[Rows], layout: Layout) -> Iterator[Rows]:
        """The chunks of one pass."""
        self._first = {}
        for rows in chunks:
            yield self._standard(rows, layout)

    def notes(self) -> list[str]:
        """What the reader should know besides, after a pass."""
        if not self._first:
            return []
        return [
            f"{len(self._first):,} values are of an hour that exists twice, when the clocks went back, and stand at "
            "the first of the two. Where the file has no row for the second, it may be that they hold both."
        ]

    def _standard(self, rows: Rows, layout: Layout) -> Rows:
        lines, columns = rows.lines, rows.columns
        if layout.devices:
            lines, columns = self._melted(rows, layout)
            device, value = "device", "value"
        else:
            device, value = self._local.device or "", self._local.value or ""
        devices, values, when = codes(columns[device]), columns[value], self._when(columns)
        stamps = [self._stamp(name) for name in when.names]
        times = [stamps[code][0] for code in when.codes.tolist()]
        twice = [code for code, (_, second) in enumerate(stamps) if second is not None]
        for at in np.flatnonzero(np.isin(when.codes, twice)).tolist():
            key = (devices.names[devices.codes[at]], stamps[when.codes[at]][0])
            text = str(values[at].as_py()).strip()
            if self._first.setdefault(key, text) != text:
                times[at] = stamps[when.codes[at]][1] or ""
        count = len(lines)
        return Rows(
            lines=lines,
            columns={
                "device": pa.array([devices.names[code] for code in devices.codes.tolist()], pa.string()),
                "quantity": pa.array([self._local.quantity] * count, pa.string()),
                "time": pa.array(times, pa.string()),
                "value": values,
            },
            malformed=rows.malformed,
        )

    def _melted(self, rows: Rows, layout: Layout) -> tuple[NDArray[np.int64], dict[str, pa.Array]]:
        """A row a value; an empty cell is none."""
        count, width = len(rows.lines), len(layout.devices)
        values = pa.concat_arrays([rows.columns[name] for name in layout.devices])
        columns = {name: pa.concat_arrays([rows.columns[name]] * width) for name in self._local.times}
        columns |= {"value": values, "device": pa.array(np.repeat(np.array(layout.devices, dtype=object), count))}
        filled = np.array([bool(text and text.strip()) for text in values.to_pylist()], dtype=bool)
        mask = pa.array(filled)
        return np.tile(rows.lines, width)[filled], {name: column.filter(mask) for name, column in columns.items()}

    def _when(self, columns: dict[str, pa.Array]) -> Codes:
        texts = [columns[name].cast(pa.string()) for name in self._local.times]
        joined = texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, " ")
        return codes(joined)

    def _stamp(self, text: str) -> tuple[str, str | None]:
        found = self._stamps.get(text)
        if found is None:
            found = self._stamps[text] = instants_of(text)
        return found


def instants_of(text: str) -> tuple[str, str | None]:
    """A local date and time as text with its offset; the second where the hour exists twice, else None.

    What is no such time, or an hour that does not exist, comes back as a text that is no time and says what it is.
    """
    local = _read(text)
    if local is None:
        return f"{text}{LOCAL}", None
    first, second = (local.replace(tzinfo=LONDON, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.isoformat(), None
    if first.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != local:
        return f"{local:%Y-%m-%d %H:%M}{LOCAL}", None
    return first.isoformat(), second.isoformat()


def _read(text: str) -> datetime | None:
    for form in (f"{date}{between}{time}" for date in DATE_FORMS for between in _BETWEEN for time in TIME_FORMS):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - local time; its zone is what this module is about
        except ValueError:
            continue
    return None
