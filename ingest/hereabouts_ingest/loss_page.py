"""Counted losses on disk: a file of a fixed size beside the spool, for a worker that is killed before it can tell.

The file is written full of zeros when it is made and only overwritten in place from then on, because a full disk is
just when losses are counted. Records of 16 bytes, little-endian: first `batch 8 bytes, sealed uint32, crc32 uint32`,
then one for each (source, hour, kind): `count int64, hour int32 (since 1970), source int16, kind uint8, check uint8`.

A record is one write that crosses no page of memory and no sector of a disk: killing the process leaves the old one or
the new one, and what a dying disk tears is told by its check and passed over. A file without a batch holds nothing.
"""

import os
import secrets
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import structlog

log = structlog.get_logger(__name__)

Loss = tuple[int, datetime, str]
"""Source, UTC hour, kind (see the table `loss_estimate`)."""

KINDS = ("spool_full", "session_lost")
PAGE_BYTES = 64 * 1024
_HEAD = struct.Struct("<8sI")
_CHECK = struct.Struct("<I")
_RECORD = struct.Struct("<qihB")
_WIDTH = 16
_MOST = PAGE_BYTES // _WIDTH - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)


class LossPage:
    """The losses of one batch, in memory and, as far as the disk takes it, in a file.

    Attributes:
        batch: the random name under which the store is told of them, once; None where there are none.
        counts: how many, by loss.
        is_sealed: whether the store may have been told: nothing more is counted here then.
    """

    def __init__(self, path: Path) -> None:
        self.batch: bytes | None = None
        self.counts: dict[Loss, int] = {}
        self.is_sealed = False
        self._places: dict[Loss, int] = {}
        self._is_dirty = False
        self._file: int | None = None
        try:
            self._open(path)
        except OSError as error:
            log.warning("losses are counted in memory alone", action="losses_unsaved", error=error.strerror)

    def add(self, loss: Loss) -> None:
        """Count one, in memory whatever the disk says."""
        begins = self.batch is None
        if self.batch is None:
            self.batch = secrets.token_bytes(8)
        count = self.counts[loss] = self.counts.get(loss, 0) + 1
        place = self._places.setdefault(loss, len(self._places) + 1)
        try:
            if begins:
                self._write(0, self._head())
            if place <= _MOST:
                self._write(place, _pack(loss, count))
        except OSError as error:
            log.warning("a loss is counted in memory alone", action="losses_unsaved", error=error.strerror)

    def seal(self) -> None:
        """Count nothing more here: the store is going to be told."""
        self.is_sealed = True
        try:
            self._write(0, self._head())
        except OSError as error:
            log.warning("the disk takes no losses", action="losses_unsaved", error=error.strerror)

    def clear(self) -> None:
        """Forget them, now that the store has been told.

        Raises:
            OSError: the disk does not forget them; they stay here too, and the store knows the batch when told again.
        """
        if self._file is not None:
            self._write(0, bytes(_WIDTH))  # from here on the file holds nothing
            os.pwrite(self._file, bytes(PAGE_BYTES - _WIDTH), _WIDTH)
            self.sync()
        self.batch, self.is_sealed, self.counts, self._places = None, False, {}, {}

    def sync(self) -> None:
        """Have what was counted outlast a power cut.

        Raises:
            OSError: the disk does not take it.
        """
        if self._file is not None and self._is_dirty:
            os.fsync(self._file)
            self._is_dirty = False

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            held = os.pread(file, PAGE_BYTES, 0)
            os.pwrite(file, bytes(PAGE_BYTES - len(held)), len(held))
        except OSError:
            os.close(file)
            raise
        self._file = file
        head = held[: _HEAD.size]
        if any(head) and held[_HEAD.size : _WIDTH] == _CHECK.pack(crc32(head)):
            self.batch, sealed = _HEAD.unpack(head)
            self.is_sealed = bool(sealed)
            self._read(held)
        elif any(held):
            self.clear()

    def _head(self) -> bytes:
        head = _HEAD.pack(self.batch, self.is_sealed)
        return head + _CHECK.pack(crc32(head))

    def _read(self, held: bytes) -> None:
        for place in range(1, len(held) // _WIDTH):
            record = held[place * _WIDTH : (place + 1) * _WIDTH]
            if any(record):
                loss, count = _unpack(record)
                if loss is None:
                    log.error("a count of losses is torn", action="losses_torn", place=place)
                    loss = (0, _EPOCH + place * _HOUR, "")  # holds its place and counts nothing
                self._places[loss] = place
                if count:
                    self.counts[loss] = count

    def _write(self, place: int, record: bytes) -> None:
        if self._file is not None:
            self._is_dirty = True
            os.pwrite(self._file, record, place * _WIDTH)


def _pack(loss: Loss, count: int) -> bytes:
    source_id, hour, kind = loss
    body = _RECORD.pack(count, (hour - _EPOCH) // _HOUR, source_id, KINDS.index(kind))
    return body + bytes([crc32(body) & 0xFF])


def _unpack(record: bytes) -> tuple[Loss | None, int]:
    count, hour, source_id, kind = _RECORD.unpack(record[:-1])
    if crc32(record[:-1]) & 0xFF != record[-1] or kind >= len(KINDS):
        return None, 0
    return (source_id, _EPOCH + hour * _HOUR, KINDS[kind]), count
