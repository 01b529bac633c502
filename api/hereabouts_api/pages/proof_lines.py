"""What the watch after works says, room by room, for a case's page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hereabouts_api.case_models import WATCHED_IN
from hereabouts_platform.cases.clocks.words import say_day
from hereabouts_platform.homes.proof import Change
from hereabouts_platform.homes.proof_words import say_change
from hereabouts_platform.homes.relapse import WatchState
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.proof import changes_of, watches_of

STATES = {
    WatchState.WATCHING: ("Watched", "plain"),
    WatchState.HELD: ("It held", "live"),
    WatchState.RELAPSED: ("It came back", "act"),
    WatchState.CANNOT_SAY: ("Cannot be said", "late"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ProofLine:
    """How the watch over a room stands, in words; `room` is empty where the home is measured as a whole.

    Attributes:
        changes: what changed from before the works in the same weather, a sentence a measure.
    """

    room: str
    state: str
    style: str
    reason: str
    days: str
    changes: tuple[str, ...]


def proof_lines(connection: Connection, case: Mapping[str, Any], names: Mapping[str, str]) -> list[ProofLine]:
    """The rooms of a case that is monitored or closed, those where it came back first; none for any other case.

    Args:
        names: of the home's rooms, by id.
    """
    if case["state"] not in WATCHED_IN:
        return []
    lines = [_line(row, case["hazard"], names) for row in watches_of(connection, case["id"])]
    return sorted(lines, key=lambda line: line.state != STATES[WatchState.RELAPSED][0])


def _line(row: Mapping[str, Any], hazard: str, names: Mapping[str, str]) -> ProofLine:
    state, style = STATES[WatchState(row["state"])]
    on = row["came_back_on"]
    days = f"Seen on {say_day(on)}." if on else f"Last day of the watch: {say_day(row['until'])}."
    return ProofLine(
        room=names.get(row["place"], ""),
        state=state,
        style=style,
        reason=row["reason"],
        days=days,
        changes=tuple(_titled(change) for change in changes_of(hazard, row["changes"])),
    )


def _titled(change: Change) -> str:
    """The sentences, with what they are about where they do not say so."""
    title = change.measure.title
    said = say_change(change)
    return said if title in said else f"{title[:1].upper()}{title[1:]}: {said[:1].lower()}{said[1:]}"
