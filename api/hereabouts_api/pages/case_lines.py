"""The timeline of a case: what happened, when, who says so, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hereabouts_api.pages.case_words import TITLES, say_detail
from hereabouts_platform.rules.wording import say_actor
from hereabouts_schemas.case import CaseEventKind as Kind

LATER = timedelta(minutes=10)  # written down so long after it happened, it is said


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An entry.

    Attributes:
        by_system: whether nobody wrote it.
        recorded_at: when it was written down, where that was clearly later than it happened.
        withdrawn: whether a later entry says that it did not happen; `corrected` that it was otherwise.
        file: the number of a file to download.
    """

    id: int
    title: str
    said: tuple[str, ...]
    at: datetime
    actor: str
    by_system: bool
    recorded_at: datetime | None
    withdrawn: bool
    corrected: bool
    file: int | None


def timeline(rows: Sequence[Mapping[str, Any]], rooms: Mapping[str, str]) -> list[Line]:
    """Entries, the newest first; `rooms` are the names of the home's rooms."""
    changes = {
        row["detail"].get("event"): row["detail"].get("withdrawn") is True
        for row in rows
        if row["kind"] == Kind.CORRECTED
    }
    return [_line(row, changes, rooms) for row in reversed(rows)]


def titles_of(rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """What each entry is called, by its number."""
    return {row["id"]: TITLES[Kind(row["kind"])] for row in rows}


def _line(row: Mapping[str, Any], changes: Mapping[object, bool], rooms: Mapping[str, str]) -> Line:
    kind = Kind(row["kind"])
    number = row["id"]
    file = row["detail"].get("file")
    room = rooms.get(str(row["detail"].get("place")))
    return Line(
        id=number,
        title=f"{TITLES[kind]}: {room}" if room else TITLES[kind],
        said=tuple(say_detail(kind, row["detail"])),
        at=row["at"],
        actor=say_actor(row["actor"]),
        by_system=row["actor"].startswith("system:"),
        recorded_at=row["recorded_at"] if row["recorded_at"] - row["at"] > LATER else None,
        withdrawn=changes.get(number, False),
        corrected=number in changes,
        file=file if isinstance(file, int) else None,
    )
