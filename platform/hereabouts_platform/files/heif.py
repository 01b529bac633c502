"""HEIC and HEIF pictures (ISO/IEC 23008-12 in boxes of ISO/IEC 14496-12) without what is not the picture.

Items are found by their place in the file, so nothing may move: what goes is overwritten where it lies. Which way up
a picture is stands in its properties, not in its Exif.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_TOP = frozenset({b"ftyp", b"meta", b"mdat", b"free", b"skip"})
_META = frozenset({b"hdlr", b"pitm", b"iinf", b"iloc", b"iprp", b"iref", b"idat", b"dinf", b"grpl", b"free", b"skip"})
_PICTURES = frozenset({b"hvc1", b"av01", b"avc1", b"jpeg", b"lhv1", b"grid", b"iden", b"iovl", b"tmap"})
_STORES = frozenset({b"mdat", b"idat", b"free", b"skip"})
_NO_EXIF = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Box:
    kind: bytes
    start: int
    body: int
    end: int


class _Numbers:
    """Numbers of a box one after the other."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at = content, at

    def take(self, size: int) -> int:
        if self._at + size > len(self._content):
            raise ValueError("a box that does not end")
        found = int.from_bytes(self._content[self._at : self._at + size])
        self._at += size
        return found


def bare_heif(content: bytes) -> bytes:
    """The picture with everything else overwritten: Exif, XMP, a film beside it, makers' own boxes.

    Raises:
        ValueError: it cannot be read, or keeps its items in a way that is not read here.
    """
    kept = bytearray(content)
    top = list(_boxes(content, 0, len(content)))
    (meta,) = (box for box in top if box.kind == b"meta")
    parts = list(_boxes(content, meta.body + 4, meta.end))
    for box in [*(one for one in top if one.kind not in _TOP), *(one for one in parts if one.kind not in _META)]:
        kept[box.start + 4 : box.start + 8] = b"free"
        kept[box.body : box.end] = bytes(box.end - box.body)
    stores = [box for box in (*top, *parts) if box.kind in _STORES]
    for box in stores:
        kept[box.body : box.end] = bytes(box.end - box.body)
    for start, kind, data in _items(content, parts):
        if not any(box.body <= start and start + len(data) <= box.end for box in stores):
            raise ValueError("an item that lies elsewhere")
        if kind in _PICTURES:
            kept[start : start + len(data)] = data
        elif kind == b"Exif" and len(data) >= len(_NO_EXIF):
            kept[start : start + len(_NO_EXIF)] = _NO_EXIF
    return bytes(kept)


def _items(content: bytes, parts: list[_Box]) -> Iterator[tuple[int, bytes | None, bytes]]:
    """Each part of an item: where it begins, its kind, its bytes."""
    by_kind = {box.kind: box for box in parts}
    if not {b"iinf", b"iloc"} <= by_kind.keys():
        raise ValueError("no items")
    kinds = dict(_kinds(content, by_kind[b"iinf"]))
    data = by_kind.get(b"idat")
    for item, start, size in _spans(content, by_kind[b"iloc"], data.body if data else None):
        if start + size > len(content):
            raise ValueError("an item beyond the end")
        yield start, kinds.get(item), content[start : start + size]


def _boxes(content: bytes, at: int, end: int) -> Iterator[_Box]:
    while at < end:
        size, body = int.from_bytes(content[at : at + 4]), at + 8
        if size == 1:
            size, body = int.from_bytes(content[at + 8 : at + 16]), at + 16
        last = end if size == 0 else at + size
        if body > last or last > end:
            raise ValueError("a box that does not end")
        yield _Box(kind=content[at + 4 : at + 8], start=at, body=body, end=last)
        at = last


def _kinds(content: bytes, items: _Box) -> Iterator[tuple[int, bytes]]:
    """Each item's number and kind (14496-12, 8.11.6)."""
    wide = content[items.body] > 0
    for entry in _boxes(content, items.body + (8 if wide else 6), items.end):
        edition = content[entry.body]
        if edition not in (2, 3):
            raise ValueError("items without a kind")
        size = 2 if edition == 2 else 4
        at = entry.body + 4
        yield int.from_bytes(content[at : at + size]), content[at + size + 2 : at + size + 6]


def _spans(content: bytes, places: _Box, data: int | None) -> Iterator[tuple[int, int, int]]:
    """Each item's number with where in the file a part of it begins, and how long that is (14496-12, 8.11.3)."""
    edition = content[places.body]
    numbers = _Numbers(content[: places.end], places.body + 4)
    sizes = numbers.take(2)
    of_offset, of_length, of_base, of_index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(numbers.take(4 if edition == 2 else 2)):
        item = numbers.take(4 if edition == 2 else 2)
        way = numbers.take(2) & 15 if edition > 0 else 0
        if numbers.take(2) != 0 or way > 1 or (way == 1 and data is None):
            raise ValueError("items in another file, or made of others")
        base = numbers.take(of_base) + (data or 0) * (way == 1)
        for _ in range(numbers.take(2)):
            numbers.take(of_index if edition > 0 else 0)
            start, size = base + numbers.take(of_offset), numbers.take(of_length)
            if size == 0:
                raise ValueError("an item as long as the file")
            yield item, start, size
