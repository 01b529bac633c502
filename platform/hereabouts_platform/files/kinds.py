"""Kinds of files that people send, how large they may be, and whether bytes are of the kind that they say they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hereabouts_schemas.errors import InputError

MOST_BYTES = 8 * 2**20
TOO_LARGE = (
    f"A file may have at most {MOST_BYTES // 2**20} MB, and this one is larger. Send a smaller photo (phones offer "
    "sizes when they share one), or split the document, and attach that."
)
# ISO/IEC 23008-12: what the first box of a HEIF file may say that it is; those of the first line are HEIC.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_HEIF_BRANDS = _HEIC_BRANDS | {b"mif1", b"mif2", b"msf1"}


@dataclass(frozen=True, kw_only=True, slots=True)
class FileKind:
    """A kind of file: what people call it, and whether bytes are one."""

    title: str
    fits: Callable[[bytes], bool]


def _begins(with_: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(with_)


def _is_webp(content: bytes) -> bool:
    return content.startswith(b"RIFF") and content[8:12] == b"WEBP"


def _is_heif(among: frozenset[bytes]) -> Callable[[bytes], bool]:
    """Whether the brands of the first box, the major one and those it says to be compatible with, are among some."""

    def fits(content: bytes) -> bool:
        size = int.from_bytes(content[:4])
        box = content[8 : min(size, 256)]
        brands = {box[:4], *(box[at : at + 4] for at in range(8, len(box), 4))}
        return content[4:8] == b"ftyp" and bool(brands & among)

    return fits


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


KINDS: Mapping[str, FileKind] = {
    "image/jpeg": FileKind(title="JPEG", fits=_begins(b"\xff\xd8\xff")),
    "image/png": FileKind(title="PNG", fits=_begins(b"\x89PNG\r\n\x1a\n")),
    "image/webp": FileKind(title="WebP", fits=_is_webp),
    "image/heic": FileKind(title="HEIC", fits=_is_heif(_HEIC_BRANDS)),
    "image/heif": FileKind(title="HEIF", fits=_is_heif(_HEIF_BRANDS)),
    "application/pdf": FileKind(title="PDF", fits=_begins(b"%PDF-")),
    "text/plain": FileKind(title="plain text", fits=_is_text),
    "text/csv": FileKind(title="CSV", fits=_is_text),
}
ALL_KINDS = "JPEG, PNG, WebP, HEIC, PDF, plain text or CSV"


PHOTO_KINDS: Mapping[str, FileKind] = {
    name: KINDS[name] for name in ("image/jpeg", "image/png", "image/heic", "image/heif")
}
ALL_PHOTO_KINDS = "JPEG, PNG or HEIC"


def check_content(media_type: str, content: bytes, *, kinds: Mapping[str, FileKind], named: str, cure: str) -> None:
    """Pass when bytes are of one of some kinds and not too many; `named` says the kinds, `cure` what helps with others.

    Raises:
        InputError: another kind, no bytes, too many, or bytes that are no such kind.
    """
    if media_type not in kinds:
        raise InputError("Content-Type", media_type, f"Attach {named}. {cure}")
    if not content:
        raise InputError("body", "0 bytes", "The file is empty. Choose another one.")
    if len(content) > MOST_BYTES:
        raise InputError("body", f"{len(content):,} bytes", TOO_LARGE)
    if not kinds[media_type].fits(content):
        title = kinds[media_type].title
        told = f"It says that it is {title}, but what is in it is not. Attach {named}, as the program saved it."
        raise InputError("Content-Type", media_type, told)
