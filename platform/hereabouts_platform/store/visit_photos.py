"""Photos that crews take at their visits: bare of what a phone writes beside them, each kept once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.files.bare import bare
from hereabouts_platform.files.kinds import ALL_PHOTO_KINDS, PHOTO_KINDS, check_content
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.outcomes import Told, check_time, visited
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError, NotNow

SQL = load("visit_photos")
MOST_PHOTOS = 20  # of a visit

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Photo:
    """A photo as it comes.

    Attributes:
        visit: its number.
        client_id: the sender's own name for it.
        at: when it was taken.
    """

    visit: int
    client_id: str
    media_type: str
    content: bytes
    at: datetime


def keep_photo(connection: Connection, by: Principal, photo: Photo, now: datetime) -> Told:
    """Keep a photo of a visit, whatever is reported of it; the same again is answered and not kept again.

    Raises:
        NotAllowed: `by` may not report.
        NotFound: there is no such visit, or not for them.
        InputError: it is none of the kinds, too large, broken, of a wrong time, or another had its `client_id`.
        NotNow: the visit has as many as it may.
    """
    require(by, Action.WRITE, Resource.ROUNDS)
    cure = "Phones can be told to save photos as JPEG."
    check_content(photo.media_type, photo.content, kinds=PHOTO_KINDS, named=ALL_PHOTO_KINDS, cure=cure)
    content = bare(photo.media_type, photo.content)
    digest = hashlib.sha256(content).digest()
    known = _known(connection, photo, digest)
    if known is not None:
        return known
    visit = visited(connection, photo.visit)
    check_time(photo.at, visit.day, now)
    (count,) = connection.execute(SQL["count"], {"visit": photo.visit}).fetchone() or (0,)
    if count >= MOST_PHOTOS:
        raise NotNow(f"A visit has at most {MOST_PHOTOS} photos.")
    told = {"visit": photo.visit, "client_id": photo.client_id, "media_type": photo.media_type, "at": photo.at}
    row = connection.execute(SQL["add"], {**told, "sha256": digest, "content": content}).fetchone()
    if row is None:  # the same came elsewhere at the same moment
        return keep_photo(connection, by, photo, now)
    detail = {"photo": row[0], "visit": photo.visit, "sha256": digest.hex(), "homes": visit.homes}
    record(connection, by, Action.WRITE, Resource.ROUNDS, detail)
    return Told(id=row[0])


def _known(connection: Connection, photo: Photo, digest: bytes) -> Told | None:
    row = connection.execute(SQL["known"], {"client_id": photo.client_id}).fetchone()
    if row is None:
        return None
    if (row[1], bytes(row[2])) != (photo.visit, digest):
        cure = "Something else was sent under this name before. Give each photo a name of its own."
        raise InputError("client_id", photo.client_id, cure)
    return Told(id=row[0], again=True)


def photos_of(connection: Connection, visit: int) -> list[Row]:
    """The photos of a visit in the order in which they were taken, without their bytes."""
    return connection.cursor(row_factory=dict_row).execute(SQL["of_visit"], {"visit": visit}).fetchall()


def read_photo(connection: Connection, visit: int, number: int) -> tuple[str, bytes] | None:
    """Media type and bytes of a photo."""
    row = connection.execute(SQL["one"], {"visit": visit, "photo": number}).fetchone()
    return (row[0], bytes(row[1])) if row else None
