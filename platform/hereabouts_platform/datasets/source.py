"""A file of rows, whatever its kind: CSV, workbook, Parquet or GeoJSON, streamed row by row.

Lines are counted as an editor or a spreadsheet shows them. Parquet and GeoJSON have none: their first row or feature
counts as line 2, as if a header stood above it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hereabouts_platform.datasets.csv_rows import open_csv
from hereabouts_platform.datasets.geojson_rows import SHAPE, open_geojson
from hereabouts_platform.datasets.parquet_rows import open_parquet
from hereabouts_platform.datasets.spec import DatasetSpec, PlaceKind, folded
from hereabouts_platform.datasets.survey import Survey, survey
from hereabouts_platform.datasets.workbook_rows import open_workbook
from hereabouts_schemas.errors import InputError

Line = tuple[int, Sequence[object]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceFile:
    """A file whose header is right.

    Attributes:
        name, sha256: for provenance.
        total: about how many rows there are, None where that is not known before.
        ignored: columns of the file that the description leaves out.
        position: where each header of the description stands in a row, folded.
        width: how many cells a row has.
        rows: reads the file from its start: line and cells. Cells of another number than `width` are malformed.
    """

    name: str
    sha256: str
    total: int | None
    ignored: tuple[str, ...]
    position: dict[str, int]
    width: int
    rows: Callable[[], Iterator[Line]]


def open_source(path: Path, spec: DatasetSpec) -> SourceFile:
    """Look at a file's kind, encoding and header.

    Raises:
        InputError: nothing of it can be used; the message says why, with the line.
    """
    try:
        found = survey(path, spec.file.encoding)
        header, total, rows = _open(path, spec, found)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError("file", str(path), f"{reason}. Give a file that can be read.") from None
    position = _positions(path, header, spec)
    wanted = {folded(name) for name in spec.headers}
    left_out = {"", SHAPE} if found.kind == "geojson" else {""}
    ignored = tuple(name for name in header if name not in left_out and folded(name) not in wanted)
    if ignored and not spec.ignores_others:
        raise InputError(
            "column", ", ".join(ignored[:10]),
            f"The description of {spec.name} does not name it. Describe it as a [[column]], "
            'or write others = "ignore".',
            line=spec.file.header_line,
        )  # fmt: skip
    return SourceFile(
        name=path.name, sha256=found.sha256, total=total, ignored=ignored, position=position, width=len(header),
        rows=rows,
    )  # fmt: skip


Opened = tuple[list[str], int | None, Callable[[], Iterator[Line]]]


def _open(path: Path, spec: DatasetSpec, found: Survey) -> Opened:
    if found.kind == "csv" and spec.place.kind is PlaceKind.GEOMETRY:
        raise InputError("place", spec.place.kind, "Only GeoJSON has shapes. Name the columns that say where a row is.")
    match found.kind:
        case "parquet":
            return open_parquet(path, {folded(name) for name in spec.headers})
        case "workbook":
            return open_workbook(path, spec.file.sheet, spec.file.header_line)
        case "geojson":
            return open_geojson(path)
        case _:
            header, rows = open_csv(path, spec.file.delimiter, spec.file.encoding, spec.file.header_line)
            return header, max(found.lines - spec.file.header_line, 0), rows


def _positions(path: Path, header: Sequence[str], spec: DatasetSpec) -> dict[str, int]:
    position: dict[str, int] = {}
    wanted = {folded(name): name for name in spec.headers}
    for index, name in enumerate(header):
        if folded(name) in position and folded(name) in wanted:
            raise InputError(
                "column", name, "It stands twice in the header; keep one of them.", line=spec.file.header_line
            )
        position[folded(name)] = index
    missing = [name for key, name in wanted.items() if key not in position]
    if missing:
        cure = (
            f"The description of {spec.name} needs {', '.join(missing[:10])}. Is it the right file, sheet, delimiter?"
        )
        raise InputError("header", ", ".join(filter(None, header))[:150] or path.name, cure, line=spec.file.header_line)
    return position
