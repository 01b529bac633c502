"""Readings or hours as Arrow record batches: what is known of a datastream stands in dictionaries, once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hereabouts_platform.exports.wire import FLOAT, INT, TIME, rows_of
from hereabouts_platform.store.exports import Grain, Row

ROWS_A_BATCH = 131_072

WORDS = ("place", "quantity", "channel", "unit", "device")
AT = pa.timestamp("us", tz="UTC")
WORD = pa.dictionary(pa.int32(), pa.string())

COLUMNS: dict[Grain, dict[str, tuple[str, pa.DataType]]] = {
    Grain.READINGS: {"time": (TIME, AT), "value": (FLOAT, pa.float64())},
    Grain.HOURS: {
        "hour": (TIME, AT),
        "count": (INT, pa.int32()),
        **{
            name: (FLOAT, pa.float64()) for name in ("mean", "time_mean", "min", "max", "first", "last", "total")
        },
    },
}  # fmt: skip
MAY_BE_NULL = ("time_mean", "total")  # NaN on the wire


def schema_of(grain: Grain, metadata: Mapping[str, str]) -> pa.Schema:
    """Columns of an export: time first, then of which datastream, then the numbers. Times are UTC."""
    (first, (_, at)), *numbers = COLUMNS[grain].items()
    fields = [
        pa.field(first, at),
        *(pa.field(word, WORD) for word in WORDS),
        *(pa.field(name, kind) for name, (_, kind) in numbers),
        pa.field("datastream", pa.int32()),
    ]
    return pa.schema(fields, dict(metadata))


def batches_of(
    blocks: Iterable[bytes], streams: Sequence[Row], grain: Grain, schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Record batches of about `ROWS_A_BATCH` rows: span after span, and in each by datastream and time."""
    words = _Words(streams)
    waiting: list[tuple[int, list[NDArray[np.generic]]]] = []
    rows = 0
    for number, arrays in rows_of(blocks, [wire for wire, _ in COLUMNS[grain].values()]):
        waiting.append((number, _in_order(arrays)))
        rows += len(arrays[0])
        if rows >= ROWS_A_BATCH:
            yield _batch(waiting, words, grain, schema)
            waiting, rows = [], 0
    if waiting:
        yield _batch(waiting, words, grain, schema)


def _in_order(arrays: list[NDArray[Any]]) -> list[NDArray[Any]]:
    times = arrays[0]
    if np.all(times[1:] > times[:-1]):
        return arrays
    order = np.argsort(times)
    return [array[order] for array in arrays]


class _Words:
    """For each datastream, which entry of each dictionary is its."""

    def __init__(self, streams: Sequence[Row]) -> None:
        self.ids = np.array([stream["id"] for stream in streams], np.int32)
        self.dictionaries, self.codes = {}, {}
        for word in WORDS:
            known, codes = np.unique([stream[word] for stream in streams], return_inverse=True)
            self.dictionaries[word] = pa.array(known.tolist(), pa.string())
            self.codes[word] = codes.astype(np.int32)

    def column(self, word: str, positions: NDArray[np.intp]) -> pa.Array:
        """A column of a batch, from the positions of its datastreams."""
        return pa.DictionaryArray.from_arrays(pa.array(self.codes[word][positions]), self.dictionaries[word])


def _batch(
    waiting: Sequence[tuple[int, list[NDArray[np.generic]]]], words: _Words, grain: Grain, schema: pa.Schema
) -> pa.RecordBatch:
    numbers = np.array([number for number, _ in waiting], np.int32)
    ids = np.repeat(numbers, [len(arrays[0]) for _, arrays in waiting])
    positions = np.searchsorted(words.ids, ids)
    found: dict[str, pa.Array] = {word: words.column(word, positions) for word in WORDS}
    for index, (name, (_, kind)) in enumerate(COLUMNS[grain].items()):
        values = np.concatenate([arrays[index] for _, arrays in waiting])
        found[name] = pa.array(values, kind, from_pandas=name in MAY_BE_NULL)
    found["datastream"] = pa.array(ids)
    return pa.RecordBatch.from_arrays([found[name] for name in schema.names], schema=schema)
