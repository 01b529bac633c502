"""Where messages of quality 0 wait on disk while the store is away: a broker never sends those a second time.

A folder of segments. New messages go to the end of the newest, whole segments are read from the oldest and deleted once
committed; one that was read and not deleted (a crash between the two) is read again and found to be duplicates. A write
is in the operating system's hands at once, so killing the process loses none of it.

One record, little-endian: `length uint32, crc32 uint32`, then `received_us int64, retained uint8, topic_length uint16`,
topic, payload.
"""

import os
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from errno import ENOSPC
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import structlog

from hereabouts_schemas.times import from_microseconds, microseconds

log = structlog.get_logger(__name__)

SEGMENT_BYTES = 4 * 2**20
_HEAD = struct.Struct("<II")
_BODY = struct.Struct("<qBH")


class Spooled(NamedTuple):
    """One message as it waits: where it came and when (UTC)."""

    topic: str
    payload: bytes
    received_at: datetime
    retained: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """Some messages out of the spool, to be handed back with `done` when they are committed."""

    path: Path
    messages: list[Spooled]


class Spool:
    """Filled by the network thread, emptied by the writers.

    Args:
        folder: made when it is needed.
        most_bytes: what all segments together may take on the disk.
    """

    def __init__(self, folder: Path, *, most_bytes: int, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._newest: Path | None = None  # where messages are being added
        self._taken: set[Path] = set()
        waiting = sorted(folder.glob("*.spool"))
        self._sizes = {path: path.stat().st_size for path in waiting}
        self._bytes = sum(self._sizes.values())
        self._number = int(waiting[-1].stem) if waiting else 0

    def append(self, message: Spooled) -> bool:
        """Keep one message; False when the spool is full or the disk does not take it."""
        topic = message.topic.encode("utf-8", "surrogatepass")
        received_us = microseconds(message.received_at)
        body = _BODY.pack(received_us, message.retained, len(topic)) + topic + message.payload
        record = _HEAD.pack(len(body), crc32(body)) + body
        with self._lock:
            if self._bytes + len(record) > self._most_bytes:
                return False
            try:
                self._write(record)
            except OSError as error:
                log.warning("the spool cannot be written", action="spool_failed", error=error.strerror)
                return False
            return True

    def take(self) -> Segment | None:
        """The oldest segment that nobody has in hand; None when nothing waits."""
        with self._lock:
            free = [path for path in sorted(self._sizes) if path not in self._taken]
            if not free:
                return None
            if self._newest == free[0]:
                self._newest = None
            self._taken.add(free[0])
        return Segment(path=free[0], messages=list(_records(free[0])))

    def give_back(self, segment: Segment) -> None:
        """Put a segment back that could not be committed."""
        with self._lock:
            self._taken.discard(segment.path)

    def done(self, segment: Segment) -> None:
        """Forget a segment whose messages are committed."""
        with self._lock:
            segment.path.unlink()
            self._taken.discard(segment.path)
            self._bytes -= self._sizes.pop(segment.path)

    def _write(self, record: bytes) -> None:
        """Append a record whole, or leave the segment as it was."""
        path = self._newest or self._start_segment()
        try:
            _append(path, record)
        except OSError:
            try:
                os.truncate(path, self._sizes[path])
            except OSError:  # the torn record at its end is recognised when it is read
                self._newest = None
            raise
        self._sizes[path] += len(record)
        self._bytes += len(record)
        if self._sizes[path] >= self._segment_bytes:
            self._newest = None

    def _start_segment(self) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._number += 1
        path = self._folder / f"{self._number:010d}.spool"
        path.touch(mode=0o600, exist_ok=False)
        self._newest, self._sizes[path] = path, 0
        return path


def _append(path: Path, record: bytes) -> None:
    with path.open("ab", buffering=0) as file:
        if file.write(record) < len(record):  # the disk took what it could
            raise OSError(ENOSPC, os.strerror(ENOSPC))


def _records(path: Path) -> Iterator[Spooled]:
    """The whole records of a segment; what a dying disk or process left torn at its end is told and passed over."""
    data, at = path.read_bytes(), 0
    while at < len(data):
        start = at + _HEAD.size
        length, checksum = _HEAD.unpack_from(data, at) if start <= len(data) else (len(data), 0)
        body = data[start : start + length]
        if length < _BODY.size or len(body) < length or crc32(body) != checksum:
            log.error("a spooled message is torn; those behind it are lost", action="spool_torn", bytes=len(data) - at)
            return
        received_us, retained, topic_length = _BODY.unpack_from(body)
        payload_at = _BODY.size + topic_length
        topic = body[_BODY.size : payload_at].decode("utf-8", "surrogatepass")
        received_at = from_microseconds(received_us)
        yield Spooled(topic, body[payload_at:], received_at, bool(retained))
        at = start + length
