"""Files that people attach to cases: a few kinds, of a size, and really of the kind that they say they are."""

import hashlib
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.files.kinds import ALL_KINDS, KINDS, check_content
from hereabouts_platform.store.case_events import Clerk, Recorded, events_of, lock_case
from hereabouts_platform.store.cases import record_file
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.case import CaseEventKind
from hereabouts_schemas.errors import InputError, NotNow

SQL = load("case_list")

Row = dict[str, Any]
MOST_FILES, MOST_OF_A_CASE = 200, 256 * 2**20


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file as it comes and goes."""

    name: str
    media_type: str
    content: bytes


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
    other = "Other documents can be saved as PDF, other photos as JPEG."
    check_content(file.media_type, file.content, kinds=KINDS, named=ALL_KINDS, cure=other)


def files_of(connection: Connection, case_id: int) -> list[Row]:
    """The files of a case: id, name, media_type, bytes, sha256, added_at, added_by."""
    return connection.cursor(row_factory=dict_row).execute(SQL["files"], {"case": case_id}).fetchall()


def read_file(connection: Connection, case_id: int, number: int) -> Attachment | None:
    """One file of a case."""
    row = connection.execute(SQL["file"], {"case": case_id, "file": number}).fetchone()
    return Attachment(name=row[0], media_type=row[1], content=bytes(row[2])) if row else None
