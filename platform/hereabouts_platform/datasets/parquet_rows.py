"""Rows of a Parquet file, a few thousand at a time, and of its columns only those that are wanted."""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from hereabouts_platform.datasets.spec import folded
from hereabouts_schemas.errors import InputError

Rows = Callable[[], Iterator[tuple[int, list[object]]]]

_AT_ONCE = 5000


def open_parquet(path: Path, wanted: AbstractSet[str]) -> tuple[list[str], int | None, Rows]:
    """The names of its columns, how many rows it has, and what reads them; a column not `wanted` is always empty.

    Raises:
        InputError: it is damaged, or a column that is wanted holds lists, structures or bytes.
    """
    try:
        with pyarrow.parquet.ParquetFile(path) as parquet:
            schema, total = parquet.schema_arrow, parquet.metadata.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError("file", path.name, f"It cannot be read as Parquet ({error}).") from None
    kept = [field.name for field in schema if folded(field.name) in wanted]
    for field in schema:
        if field.name in kept and (pa.types.is_nested(field.type) or pa.types.is_binary(field.type)):
            raise InputError(field.name, str(field.type), "Make it text, a number, a date or a time.")

    def rows() -> Iterator[tuple[int, list[object]]]:
        yield from _rows(path, schema.names, kept)

    return list(schema.names), total, rows


def _rows(path: Path, names: list[str], kept: list[str]) -> Iterator[tuple[int, list[object]]]:
    line = 2
    try:
        with pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20) as parquet:
            for batch in parquet.iter_batches(batch_size=_AT_ONCE, columns=kept):
                batch.validate(full=True)
                columns = {name: _cells(batch.column(name)) for name in kept}
                nothing = [None] * batch.num_rows
                for cells in zip(*(columns.get(name, nothing) for name in names), strict=True):
                    yield line, list(cells)
                    line += 1
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError("file", path.name, f"It cannot be read from there on ({error}).", line=line) from None


def _cells(column: pa.Array) -> list[object]:
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    cells: list[object] = column.to_pylist()
    return cells
