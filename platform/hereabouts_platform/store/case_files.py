"""Files that people attach to cases: a few kinds, of a size, and really of the kind that they say they are."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.store.case_events import Clerk, Recorded, events_of, lock_case
from hereabouts_platform.store.cases import record_file
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.case import CaseEventKind
from hereabouts_schemas.errors import InputError, NotNow

SQL = load("case_list")

Row = dict[str, Any]
MOST_BYTES = 8 * 2**20
MOST_FILES, MOST_OF_A_CASE = 200, 256 * 2**20
TOO_LARGE = (
    f"A file may have at most {MOST_BYTES // 2**20} MB, and this one is larger. Send a smaller photo (phones offer "
    "sizes when they share one), or split the document, and attach that."
)
# ISO/IEC 23008-12: what the first box of a HEIF file may say that it is; those of the first line are HEIC.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_HEIF_BRANDS = _HEIC_BRANDS | {b"mif1", b"mif2", b"msf1"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file as it comes and goes."""

    name: str
    media_type: str
    content: bytes


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


def attach(clerk: Clerk, case_id: int, file: Attachment) -> Recorded:
    """Attach a file to a case; the same bytes again are the file that is there. Returns the event that tells of it.

    Raises:
        NotAllowed: the clerk may not work cases.
        NotFound: there is no such case for them.
        InputError: the name, the kind, the size, or bytes that are no such kind.
        NotNow: the case has as many files as it may.
    """
    require(clerk.by, Action.WRITE, Resource.CASES)
    _check(file)
    case = lock_case(clerk.connection, case_id)
    digest = hashlib.sha256(file.content).digest()
    known = clerk.connection.execute(SQL["same_file"], {"case": case.id, "sha256": digest}).fetchone()
    if known is not None:
        return Recorded(case=case.id, event=_told_of(clerk, case.id, known[0]), again=True)
    count, size = clerk.connection.execute(SQL["files_size"], {"case": case.id}).fetchone() or (0, 0)
    if count >= MOST_FILES or size + len(file.content) > MOST_OF_A_CASE:
        raise NotNow(f"A case holds at most {MOST_FILES} files, {MOST_OF_A_CASE // 2**20} MB in all.")
    values = {"case": case.id, "name": file.name, "media_type": file.media_type, "sha256": digest}
    row = clerk.connection.execute(SQL["add_file"], {**values, "content": file.content}).fetchone()
    detail = {"file": row[0] if row else 0, "name": file.name, "sha256": digest.hex()}
    return Recorded(case=case.id, event=record_file(clerk, case, detail))


def _told_of(clerk: Clerk, case_id: int, number: int) -> int:
    events = events_of(clerk.connection, case_id)
    return next(e.id for e in events if e.kind is CaseEventKind.FILE_ATTACHED and e.detail.get("file") == number)


def _check(file: Attachment) -> None:
    name = file.name
    if not name.strip() or len(name) > 200 or not name.isprintable() or "/" in name or "\\" in name:
        raise InputError("name", name, "Give a name of 1 to 200 characters that can be seen, without / and \\.")
    if file.media_type not in KINDS:
        cure = f"Attach {ALL_KINDS}. Other documents can be saved as PDF, other photos as JPEG."
        raise InputError("Content-Type", file.media_type, cure)
    if not file.content:
        raise InputError("body", "0 bytes", "The file is empty. Choose another one.")
    if len(file.content) > MOST_BYTES:
        raise InputError("body", f"{len(file.content):,} bytes", TOO_LARGE)
    kind = KINDS[file.media_type]
    if not kind.fits(file.content):
        cure = (
            f"It says that it is {kind.title}, but what is in it is not. Attach {ALL_KINDS}, as the program saved it."
        )
        raise InputError("Content-Type", file.media_type, cure)


def files_of(connection: Connection, case_id: int) -> list[Row]:
    """The files of a case: id, name, media_type, bytes, sha256, added_at, added_by."""
    return connection.cursor(row_factory=dict_row).execute(SQL["files"], {"case": case_id}).fetchall()


def read_file(connection: Connection, case_id: int, number: int) -> Attachment | None:
    """One file of a case."""
    row = connection.execute(SQL["file"], {"case": case_id, "file": number}).fetchone()
    return Attachment(name=row[0], media_type=row[1], content=bytes(row[2])) if row else None
