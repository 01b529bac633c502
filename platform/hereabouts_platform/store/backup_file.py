"""The file that `backup` writes: a tar in zstd, written and read as a stream, with constant memory.

First `about.json` (what is in it, and in which order), then each table's rows in PostgreSQL's binary COPY form, in
parts named `schema.table/000001`, last `counts.json`: a file without it was cut off.
"""

import io
import os
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import zstandard

from hereabouts_schemas.errors import InputError

FORMAT = 1
ABOUT, COUNTS = "about.json", "counts.json"
PART_BYTES = 1 << 20


class BackupWriter:
    """Adds to an open file."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def note(self, name: str, content: object) -> None:
        """Add a JSON document."""
        self._add(name, orjson.dumps(content))

    def rows(self, table: str, chunks: Iterator[bytes]) -> None:
        """Add a table's rows, in parts of about a megabyte."""
        part, held = 0, bytearray()
        for chunk in chunks:
            held += chunk
            if len(held) >= PART_BYTES:
                part += 1
                self._add(f"{table}/{part:06d}", bytes(held))
                held.clear()
        self._add(f"{table}/{part + 1:06d}", bytes(held))

    def _add(self, name: str, content: bytes) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        self._tar.addfile(entry, io.BytesIO(content))


@contextmanager
def writing(path: Path) -> Iterator[BackupWriter]:
    """Write a backup to `path`, readable by its owner alone: whole, or not at all.

    Raises:
        InputError: the file cannot be made there, or is there already.
    """
    if path.exists():
        raise InputError("FILE", path, "There is a file of this name; choose another.")
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise InputError("FILE", path, f"It cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            packer = zstandard.ZstdCompressor(level=3, write_checksum=True)
            with (
                packer.stream_writer(file, closefd=False) as packed,
                tarfile.open(mode="w|", fileobj=packed, bufsize=PART_BYTES) as tar,
            ):
                yield BackupWriter(tar)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def reading(path: Path) -> Iterator[Iterator[tuple[str, bytes]]]:
    """Read a backup from `path`: each entry's name and content, in order.

    Raises:
        InputError: it cannot be opened, is no backup, is damaged or was cut off.
    """
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as packed:
            yield _entries(packed)
    except OSError as error:
        raise InputError("FILE", path, f"It cannot be read: {error.strerror}.") from error
    except (tarfile.TarError, zstandard.ZstdError, EOFError, orjson.JSONDecodeError) as error:
        raise InputError("FILE", path, f"It is no backup, or a damaged one ({error}).") from error


def _entries(packed: Any) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(mode="r|", fileobj=packed, bufsize=PART_BYTES) as tar:
        for entry in tar:
            content = tar.extractfile(entry)
            if content is None:
                raise tarfile.TarError(f"{entry.name} is no file")
            yield entry.name, content.read()
    packed.read()  # to the end, where zstd's checksum stands
