"""Pictures bare of what a phone writes beside them: where and when they were taken, by which phone, whose it is.

Only what a picture needs to be drawn is kept: its samples, its colours, which way up it is. Everything else goes, not
only positions by their known names, as makers write positions in places of their own. Pure: bytes in, bytes out.
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal

from hereabouts_platform.files.heif import bare_heif
from hereabouts_schemas.errors import InputError

_SCAN_ENDS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_ALONE = (0x01, *range(0xD0, 0xD8))  # markers without a length
_APP = range(0xE0, 0xF0)
_ORIENTATION = 0x0112
_BYTE_ORDERS: Mapping[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"cICP",
        b"sBIT",
        b"bKGD",
        b"pHYs",
    }
)


def bare(media_type: str, content: bytes) -> bytes:
    """A JPEG, PNG or HEIC without what stands beside the picture.

    Raises:
        InputError: it cannot be read to its end, so that nobody can say what is in it.
    """
    try:
        return _BY_KIND[media_type](content)
    except (IndexError, ValueError) as error:
        cure = "The picture is broken or of a kind that cannot be read to its end. Take it again, or send it as JPEG."
        raise InputError("body", f"{len(content):,} bytes", cure) from error


def _bare_jpeg(content: bytes) -> bytes:
    """ISO/IEC 10918-1, annex B: marker segments one after the other; what follows the end of the picture goes too."""
    kept, at = bytearray(content[:2]), 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker")
        marker = content[at + 1]
        if marker == 0xFF:  # a byte to fill
            at += 1
            continue
        if marker == _EOI:
            return bytes(kept + content[at : at + 2])
        size = 2 if marker in _ALONE else 2 + int.from_bytes(content[at + 2 : at + 4])
        end = at + size
        if size == 3 or end > len(content):
            raise ValueError("a segment that does not end")
        kept += _kept_segment(marker, content[at:end])
        if marker == _SOS:
            scan = _SCAN_ENDS.search(content, end)
            if scan is None:
                raise ValueError("a scan that does not end")
            kept += content[end : scan.start()]
            end = scan.start()
        at = end


def _kept_segment(marker: int, segment: bytes) -> bytes:
    """A segment as it stays: of applications' own, colours and which way up; no comment."""
    body = segment[4:]
    if marker == 0xE1 and body.startswith(b"Exif\0\0"):
        return _upright(_orientation(body[6:]))
    is_colour = body.startswith((b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"))
    return b"" if marker == _COM or (marker in _APP and not is_colour) else segment


def _orientation(tiff: bytes) -> int:
    """Exif 2.3, 4.6.4: tag 274 of the first directory; 1 where it says nothing that can be used."""
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    first = number(4, 4)
    for entry in range(first + 2, first + 2 + 12 * number(first, 2), 12):
        if number(entry, 2) == _ORIENTATION:
            return number(entry + 8, 2)
        if entry > len(tiff):
            break
    return 1


def _upright(orientation: int) -> bytes:
    """An Exif segment that says which way up the picture is, and nothing else; none where it is as it lies."""
    if not 2 <= orientation <= 8:
        return b""
    entry = _ORIENTATION.to_bytes(2) + b"\0\x03\0\0\0\x01" + orientation.to_bytes(2) + b"\0\0"
    body = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry + bytes(4)
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body


def _bare_png(content: bytes) -> bytes:
    """PNG, third edition, 5: chunks one after the other; what follows the last goes too."""
    kept, at = bytearray(_PNG_HEAD), len(_PNG_HEAD)
    while True:
        kind = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4])
        if len(kind) < 4 or end > len(content):
            raise ValueError("a chunk that does not end")
        if kind in _PNG_KEPT:
            kept += content[at:end]
        if kind == b"IEND":
            return bytes(kept)
        at = end


_BY_KIND: Mapping[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _bare_jpeg,
    "image/png": _bare_png,
    "image/heic": bare_heif,
    "image/heif": bare_heif,
}
