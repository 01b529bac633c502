"""How the two processes speak: a length in four bytes, big-endian, then so many bytes of JSON."""

import struct
from collections.abc import Callable

_LENGTH = struct.Struct(">I")
MOST = 4 * 1024 * 1024


def framed(body: bytes) -> bytes:
    """A message as it goes over the wire."""
    return _LENGTH.pack(len(body)) + body


def read_framed(read: Callable[[int], bytes]) -> bytes | None:
    """The next message; None when the other side has gone, also in the middle of one.

    Args:
        read: gives at least one byte and at most as many as asked for; none at the end.
    """
    head = _exactly(read, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    return _exactly(read, length) if length <= MOST else None


def _exactly(read: Callable[[int], bytes], wanted: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < wanted:
        part = read(wanted - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)
