"""The quarantine as an officer or operator reads it: what waits, of whom, why, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor, Number
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import counted
from hereabouts_api.parameters import Text
from hereabouts_api.withheld import without_bytes_of_homes
from hereabouts_platform.rules.quarantine_words import replay_command, words_of
from hereabouts_platform.store.quarantine_groups import Row, Totals, list_groups, totals
from hereabouts_platform.store.sources import QuarantineFilter, list_quarantine
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(include_in_schema=False)

GROUPS_A_PAGE = 50
SAMPLES = 20
MOST_SHOWN = 2000  # characters of a message; all of it is in the API
CURSOR = Cursor("quarantine page", tuple[At, Number])


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A group as the pages show it."""

    heading: str
    title: str
    count: str
    since: datetime
    until: datetime
    sample: str
    cure: str
    command: str | None
    address: str
    source: str


@router.get("/quarantine", response_class=HTMLResponse)
def groups(caller: Annotated[Caller, needs(Action.READ, Resource.QUARANTINE)], cursor: str | None = None) -> str:
    """What waits, by device and reason, fifty groups a page."""
    behind = CURSOR.read(cursor)
    rows = list_groups(caller.connection, QuarantineFilter(), behind=behind, most=GROUPS_A_PAGE + 1)
    shown = rows[:GROUPS_A_PAGE]
    caller.saw(Resource.QUARANTINE, "page", (row["home"] for row in shown))
    last = shown[-1] if len(rows) > GROUPS_A_PAGE else None
    return render(
        "quarantine.html",
        signed_in=caller.principal,
        totals=_say_totals(totals(caller.connection)),
        groups=[_group(row) for row in shown],
        first_page=behind is None,
        next=CURSOR.write((last["last_at"], last["id"])) if last else None,
    )


@router.get("/quarantine/group", response_class=HTMLResponse)
def group(
    caller: Annotated[Caller, needs(Action.READ, Resource.QUARANTINE)],
    reason: Text,
    source: Text,
    kind: Text,
    device: Text | None = None,
) -> str:
    """One group with its newest messages or values.

    Raises:
        NotFound: nothing of it waits.
    """
    wanted = QuarantineFilter(reason=reason, kind=kind, source=source, device=device)
    found = [row for row in list_groups(caller.connection, wanted, behind=None, most=1000) if row["device"] == device]
    if not found:
        raise NotFound("Nothing of that waits in quarantine any more.")
    samples = list_quarantine(caller.connection, wanted, before=None, most=SAMPLES).rows
    shown = [row for row in samples if row["device"] == device]
    caller.saw(Resource.QUARANTINE, "group", (row["home"] for row in (*found, *shown)))
    return render(
        "quarantine_group.html",
        signed_in=caller.principal,
        group=_group(found[0]),
        samples=[
            {**row, "text": row["withheld"] or _readable(row["payload"])}
            for row in without_bytes_of_homes(shown, caller.principal)
        ],
    )


def _group(row: Row) -> Group:
    words = words_of(row["reason"])
    one, many = ("message", "messages") if row["kind"] == "message" else ("single value", "single values")
    asked = {name: row[name] for name in ("reason", "source", "kind", "device") if row[name] is not None}
    return Group(
        heading=row["device"] or "No device known",
        title=words.title,
        count=counted(row["count"], one, many),
        since=row["first_at"],
        until=row["last_at"],
        sample=row["sample"],
        cure=words.cure,
        command=replay_command(row["reason"], row["device"]),
        address=f"/quarantine/group?{urlencode(asked)}",
        source=row["source"],
    )


def _say_totals(found: Totals) -> str:
    if found.messages == 0 and found.values == 0:
        return "Nothing waits: all that arrived could be read."
    messages = counted(found.messages, "message waits", "messages wait")
    values = counted(found.values, "single value of a stored message", "single values of stored messages")
    return f"{messages}, and {values}, from {counted(found.devices, 'named device', 'named devices')}."


def _readable(payload: bytes) -> str:
    """A message as text where it is text, else its bytes in hexadecimal; cut where it is long."""
    try:
        text = payload.decode("utf-8")
        is_text = all(character.isprintable() or character in "\n\r\t" for character in text)
    except UnicodeDecodeError:
        is_text = False
    shown = text if is_text else payload[:MOST_SHOWN].hex(" ")
    return shown if len(shown) <= MOST_SHOWN else f"{shown[:MOST_SHOWN]}…"
