"""One pass over a file before any of it is read: its kind, its hash, its encoding, its lines."""

import codecs
from dataclasses import dataclass
from hashlib import sha256
from io import BufferedReader
from pathlib import Path
from typing import Literal

from hereabouts_schemas.errors import InputError

Kind = Literal["csv", "workbook", "parquet", "geojson"]

_BLOCK_BYTES = 4 << 20
_MARKS: tuple[tuple[bytes, Kind], ...] = ((b"PAR1", "parquet"), (b"PK\x03\x04", "workbook"))
_PACKED = ((b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf", "7-Zip"), (b"\xd0\xcf\x11\xe0", "the old format of Excel (.xls)"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """What a file is; `lines` counts line ends of text."""

    kind: Kind
    sha256: str
    lines: int


def survey(path: Path, encoding: str) -> Survey:
    """Look at every byte once; text must be in `encoding`.

    Raises:
        InputError: it is packed, or not in that encoding; the message names the line.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        kind = _kind(path, file.read(512))
        file.seek(0)
        return _read(path, file, kind, encoding if kind == "csv" else None)


def _kind(path: Path, start: bytes) -> Kind:
    for mark, name in _PACKED:
        if start.startswith(mark):
            raise InputError("file", path.name, f"It is in {name}. Unpack it, or save it as CSV or .xlsx.")
    for mark, kind in _MARKS:
        if start.startswith(mark):
            return kind
    return "geojson" if start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") else "csv"


def _read(path: Path, file: BufferedReader, kind: Kind, encoding: str | None) -> Survey:
    digest, lines = sha256(), 0
    decoder = codecs.getincrementaldecoder(encoding)() if encoding is not None else None
    while block := file.read(_BLOCK_BYTES):
        digest.update(block)
        if decoder is not None:
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                line = lines + block.count(b"\n", 0, error.start) + 1
                raise _not_in(path, encoding or "", line) from None
        lines += block.count(b"\n")
    if decoder is not None:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            raise _not_in(path, encoding or "", lines + 1) from None
    return Survey(kind=kind, sha256=digest.hexdigest(), lines=lines + 1)


def _not_in(path: Path, encoding: str, line: int) -> InputError:
    cure = f'It is not in {encoding}. Save it as "CSV UTF-8", or name its encoding in the description under [file].'
    return InputError("file", path.name, cure, line=line)
