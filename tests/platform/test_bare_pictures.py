"""Pictures are kept without what a phone writes beside them, and still drawn the same way up."""

import zlib

import pytest

from hereabouts_platform.files.bare import bare
from hereabouts_schemas.errors import InputError

SECRET = b"53.8N 1.5W of Ann's phone"
TABLES = b"\xff\xdb\x00\x43" + bytes(65) + b"\xff\xc0\x00\x0b\x08\0\x01\0\x01\x01\x01\x11\0"
SCAN = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + b"\x12\xff\x00\x34\xff\xd0\x56"


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (len(body) + 2).to_bytes(2) + body


def exif(orientation: int, order: str = "little") -> bytes:
    """A directory with a position, a maker's name and which way up."""
    little = order == "little"

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, "little" if little else "big")

    entries = [(0x010F, 2, 30, 60), (0x0112, 3, 1, orientation if little else orientation << 16), (0x8825, 4, 1, 50)]
    table = b"".join(number(tag, 2) + number(kind, 2) + number(n, 4) + number(at, 4) for tag, kind, n, at in entries)
    head = (b"II*\0" if little else b"MM\0*") + number(8, 4) + number(len(entries), 2)
    return b"Exif\0\0" + head + table + bytes(4) + SECRET


def chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4) + kind + body


def heic(*, way: int = 0) -> bytes:
    """A picture of a tile, its Exif and its XMP, with a film behind it. `way` 1: Exif within the index itself."""
    found = [(1, b"hvc1"), (2, b"Exif"), (3, b"mime")]
    kinds = b"".join(box(b"infe", b"\x02\0\0\0" + n.to_bytes(2) + b"\0\0" + kind + b"\0") for n, kind in found)
    items = box(b"iinf", b"\0\0\0\0\0\x03" + kinds)
    inside = box(b"idat", SECRET) if way else b""
    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    ends = len(SECRET)

    def index(data: int) -> bytes:
        spans = [(1, 0, data, 7), (2, way, 0 if way else data + 7, ends), (3, 0, data + 7 + ends, ends)]
        rows = b"".join(
            n.to_bytes(2) + w.to_bytes(2) + b"\0\0\0\x01" + at.to_bytes(4) + size.to_bytes(4)
            for n, w, at, size in spans
        )
        places = box(b"iloc", b"\x01\0\0\0\x44\0\0\x03" + rows)
        return box(b"meta", bytes(4) + box(b"hdlr", bytes(20)) + items + places + inside)

    data = len(head) + len(index(0)) + 8
    return head + index(data) + box(b"mdat", b"picture" + SECRET + SECRET) + box(b"mpvd", SECRET)


@pytest.mark.parametrize(("order", "orientation"), [("little", 6), ("big", 6), ("little", 1)])
def test_a_jpeg_keeps_its_picture_its_colours_and_which_way_up_it_is(order: str, orientation: int) -> None:
    colours = segment(0xE2, b"ICC_PROFILE\0\x01\x01rgb")
    beside = [
        segment(0xE1, exif(orientation, order)), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + SECRET),
        segment(0xE2, b"MPF\0" + SECRET), segment(0xED, b"Photoshop 3.0\0" + SECRET), segment(0xFE, SECRET),
    ]  # fmt: skip
    picture = TABLES + SCAN + segment(0xC4, b"more") + SCAN + b"\xff\xd9"
    found = bare("image/jpeg", b"\xff\xd8" + b"".join(beside) + b"\xff" + colours + picture + b"\xff\xd8" + SECRET)
    assert SECRET not in found
    assert found.endswith(colours + picture)
    assert (b"\x01\x12\0\x03\0\0\0\x01\0\x06" in found) == (orientation == 6)
    assert bare("image/jpeg", found) == found, "what is sent again is the same"


def test_a_png_keeps_its_picture() -> None:
    kept = [chunk(b"IHDR", bytes(13)), chunk(b"IDAT", b"picture"), chunk(b"IEND", b"")]
    beside = [chunk(kind, SECRET) for kind in (b"eXIf", b"tEXt", b"iTXt", b"zzZz")]
    head = b"\x89PNG\r\n\x1a\n"
    assert bare("image/png", head + b"".join([kept[0], *beside, *kept[1:]]) + SECRET) == head + b"".join(kept)


@pytest.mark.parametrize("way", [0, 1])
def test_a_heic_keeps_its_picture_where_it_lies(way: int) -> None:
    sent = heic(way=way)
    found = bare("image/heic", sent)
    assert SECRET not in found
    assert len(found) == len(sent)
    assert found.index(b"picture") == sent.index(b"picture")
    assert bare("image/heic", found) == found


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "image/heic"])
def test_what_cannot_be_read_to_its_end_is_refused(kind: str) -> None:
    whole = {
        "image/jpeg": b"\xff\xd8" + segment(0xE0, b"JFIF\0") + TABLES + SCAN + b"\xff\xd9",
        "image/png": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IEND", b""),
        "image/heic": heic(),
    }[kind]
    bare(kind, whole)
    for broken in (whole[: len(whole) // 2], whole[:-1], whole[:12], whole[:8] + b"\xff" * 40):
        with pytest.raises(InputError, match="Take it again"):
            bare(kind, broken)
