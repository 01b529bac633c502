"""A crew's sheet put together for its page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from hereabouts_api.access import Caller
from hereabouts_api.pages.round_changes import crew_change
from hereabouts_api.pages.round_words import (
    APPROACHES,
    BUTTONS,
    OUTCOMES,
    OVERFLOWING_EMPTIED,
    behind,
    geo_of,
    picked_up,
    say_behind,
    say_km,
    say_load,
    say_minutes,
    say_roads,
    say_tips,
)
from hereabouts_api.pages.rounds_day import Asked
from hereabouts_api.pages.templates import say_clock
from hereabouts_api.round_models import RoundView, StopItem, WindowItem
from hereabouts_platform.access.policy import may
from hereabouts_platform.files.kinds import PHOTO_KINDS
from hereabouts_platform.rules.wording import say_list, say_span
from hereabouts_platform.store.outcomes import OutcomeKind
from hereabouts_platform.store.rounds import RoundFilter, Row, list_rounds, outcomes_of
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.work import StopKind


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoTold:
    """What became of a photo that came with a report; `said` is why it was not kept."""

    said: str
    is_kept: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the page answers to.

    Attributes:
        stop: number of the stop to put first; None: the next one.
        done: number of the stop that was reported a moment ago.
        said: why a report was not kept, with the note that came with it.
        photo: what became of the photo that came with it; None without one.
    """

    stop: int | None
    done: int | None
    said: str = ""
    note: str = ""
    photo: PhotoTold | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StopLine:
    """A stop as the sheet shows it.

    Attributes:
        turn: which visit of the round it is, from 1; 0 for anything else.
        title, facts: what it is, and what is to be known of it, as sentences.
    """

    number: int
    turn: int
    kind: StopKind
    title: str
    at: datetime
    until: datetime
    windows: str
    approach: str
    why: str
    must: bool
    load: str
    drive: str
    geo: str
    outcome: str
    outcome_at: datetime | None
    note: str
    visit: int
    photos: Sequence[int]
    is_open: bool


def sheet_view(caller: Caller, view: RoundView, told: Told) -> dict[str, Any]:
    """Everything that the template needs."""
    lines = lines_of(view.stops)
    visits = [line for line in lines if line.turn]
    first = _first(visits, told.stop)
    late = behind(view.stops)
    stands = view.state == "published"
    return {
        "round": view,
        "key": uuid4().hex,
        "told": told,
        "reported": _reported(caller, visits, told.done),
        "first": first,
        "is_next": first is not None and first == _first(visits, None),
        "before": _before(lines, first),
        "to_come": _to_come(lines),
        "over": [line for line in visits if not line.is_open],
        "visits": len(visits),
        "open_count": sum(line.is_open for line in visits),
        "stands": "" if late is None else say_behind(late),
        "km": say_km(view.drive_m),
        "loads": [say_load(load) for load in picked_up(view.stops)],
        "tips": say_tips(view.stops),
        "roads": say_roads(view.roads),
        "outcomes": BUTTONS,
        "photo_kinds": ",".join((*PHOTO_KINDS, ".heic", ".heif")),
        "newer": None if stands else _newer(caller, view),
        "is_current": stands,
        "may_report": stands and may(caller.principal, Action.WRITE, Resource.ROUNDS),
        "change": crew_change(caller, view) if stands else None,
        "back": Asked(day=view.day, depot=view.depot).query(),
    }


def _to_come(lines: Sequence[StopLine]) -> list[StopLine]:
    """What is not reported. Who has reported something has left the yard; tips and rests come when the crew chooses."""
    begun = any(line.turn and not line.is_open for line in lines)
    return [line for line in lines if line.is_open or not (line.turn or (begun and line.kind is StopKind.START))]


def lines_of(stops: Sequence[StopItem]) -> list[StopLine]:
    """The stops of a round in order; visits are numbered from 1."""
    lines, turn = [], 0
    for stop in stops:
        turn += stop.kind is StopKind.VISIT
        windows = _say_windows(stop.windows, stops[0].leaves_at, stops[-1].arrives_at)
        lines.append(_line(stop, turn if stop.kind is StopKind.VISIT else 0, windows))
    return lines


def _line(stop: StopItem, turn: int, windows: str) -> StopLine:
    outcome = stop.outcome
    return StopLine(
        number=stop.number,
        turn=turn,
        kind=stop.kind,
        title=_title(stop),
        at=stop.begins_at,
        until=stop.leaves_at,
        windows=windows,
        approach=APPROACHES[stop.approach] if stop.approach else "",
        why=stop.reason.says if stop.reason else "",
        must=bool(stop.must),
        load=say_load(stop.load) if stop.load else "",
        drive=f"{say_km(stop.drive_m)}, {say_minutes(max(1, round(stop.drive_s / 60)))}" if stop.drive_s else "",
        geo=geo_of(stop),
        outcome=OUTCOMES[outcome.kind] if outcome else "",
        outcome_at=outcome.at if outcome else None,
        note=(outcome.note or "") if outcome else "",
        visit=stop.visit or 0,
        photos=stop.photos,
        is_open=turn > 0 and outcome is None and not stop.done,
    )


def _title(stop: StopItem) -> str:
    name = stop.name or stop.place
    match stop.kind:
        case StopKind.START:
            return f"Leave {name}"
        case StopKind.END:
            return f"Back at {name}"
        case StopKind.TIP:
            return f"Tip: {name}"
        case StopKind.BREAK:
            return f"Break of {say_span(stop.leaves_at - stop.begins_at)}"
        case StopKind.VISIT:
            return name


def _say_windows(windows: Sequence[WindowItem], leaves_at: datetime, back_at: datetime) -> str:
    """When a stop may be done; nothing where that is all the round long."""
    if any(one.from_at <= leaves_at and one.to_at >= back_at for one in windows):
        return ""
    spans = [f"{say_clock(one.from_at)} to {say_clock(one.to_at)}" for one in windows]
    return f"Only from {say_list(spans)}." if spans else ""


def _first(visits: Sequence[StopLine], asked: int | None) -> StopLine | None:
    """The stop that was asked for, else the first that nobody has reported on."""
    chosen = next((line for line in visits if line.number == asked), None)
    return chosen or next((line for line in visits if line.is_open), None)


def _reported(caller: Caller, visits: Sequence[StopLine], done: int | None) -> StopLine | None:
    """The stop that was reported a moment ago; of two reports by one press both are said."""
    line = next((line for line in visits if line.number == done and line.outcome), None)
    if line is None:
        return None
    kinds = [one["kind"] for one in outcomes_of(caller.connection, line.visit)]
    is_both = kinds[-2:] == [OutcomeKind.OVERFLOWING, OutcomeKind.EMPTIED]
    return replace(line, outcome=BUTTONS[OVERFLOWING_EMPTIED]) if is_both else line


def _before(lines: Sequence[StopLine], first: StopLine | None) -> list[StopLine]:
    """Tips and rests that lie between the last visit that is over and the one that comes first now."""
    if first is None or not first.is_open:
        return []
    found: list[StopLine] = []
    for line in lines[: lines.index(first)]:
        if line.turn:
            found = []
        elif line.kind in (StopKind.TIP, StopKind.BREAK):
            found.append(line)
    return found


def _newer(caller: Caller, view: RoundView) -> Row | None:
    """The round of the same vehicle in the plan that stands now."""
    wanted = RoundFilter(day=view.day, depot=view.depot, vehicle=view.vehicle, state="published")
    return next(iter(list_rounds(caller.connection, wanted, behind=None, most=1)), None)
