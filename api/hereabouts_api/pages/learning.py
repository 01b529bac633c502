"""The page of what came of cases: how often a rule was right, why it was not, how little that says where few are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.case_words import LEVELS, hazard_title
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import counted
from hereabouts_platform.homes.cause import MEANINGS, Cause
from hereabouts_platform.homes.proof import Verdict
from hereabouts_platform.homes.relapse import WatchState
from hereabouts_platform.rules.learning import FEW, ClosedCase, Learned, learn
from hereabouts_platform.rules.learning_causes import CauseLearned, learn_causes
from hereabouts_platform.rules.wording import say_list
from hereabouts_platform.store.learning import AfterWorks, after_works, closed_cases
from hereabouts_schemas.access import Action, Resource

router = APIRouter(include_in_schema=False)

WATCHED = {
    WatchState.HELD: "held",
    WatchState.RELAPSED: "came back",
    WatchState.CANNOT_SAY: "cannot be said",
    WatchState.WATCHING: "closed before the 90 days were over",
}
CHANGED = {
    Verdict.BETTER: "better",
    Verdict.NO_DIFFERENCE: "no different",
    Verdict.WORSE: "worse",
    Verdict.CANNOT_SAY: "cannot be said",
}
_TURN = ("urgent", "act", "watch", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What came of the cases of one rule and level."""

    found: Learned
    level: str
    style: str
    right: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CauseLine:
    """A cause that was named first, and what was found."""

    title: str
    found: CauseLearned
    right: str
    instead: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HazardTold:
    """A hazard with its lines, why its false alarms were (the most common first), its causes, and what works did."""

    title: str
    lines: Sequence[Line]
    reasons: Sequence[tuple[str, str]]
    causes: Sequence[CauseLine]
    mended: Sequence[str]


@router.get("/learning", response_class=HTMLResponse)
def learning_page(caller: Annotated[Caller, needs(Action.READ, Resource.CASES)]) -> str:
    """What came of the closed cases that the caller may see."""
    cases = closed_cases(caller.connection)
    works = after_works(caller.connection)
    hazards = [_told(hazard, found, works.get(hazard)) for hazard, found in cases.items()]
    closed = sum(len(found) for found in cases.values())
    return render("learning.html", signed_in=caller.principal, hazards=hazards, closed=_closed(closed), few=FEW)


def _closed(count: int) -> str:
    return f"{counted(count, 'case is', 'cases are')} closed so far," if count else "No case is closed yet"


def _told(hazard: str, cases: Sequence[ClosedCase], works: AfterWorks | None) -> HazardTold:
    found = learn(cases)
    said: dict[str, int] = {}
    for one in found:
        for reason, times in one.reasons:
            said[reason] = said.get(reason, 0) + times
    reasons = sorted(said.items(), key=lambda pair: (-pair[1], pair[0]))
    ordered = sorted(found, key=lambda one: (one.rule, _TURN.index(one.level)))
    return HazardTold(
        title=hazard_title(hazard),
        lines=[_line(one) for one in ordered],
        reasons=[(reason, counted(times, "case", "cases")) for reason, times in reasons],
        causes=[_cause_line(one) for one in learn_causes(cases)],
        mended=_mended(works) if works else [],
    )


def _cause_line(found: CauseLearned) -> CauseLine:
    if found.share is None or found.low is None or found.high is None:
        right = f"Too few to say ({found.right} of {found.told})"
    else:
        right = f"{found.share:.0%}, between {found.low:.0%} and {found.high:.0%}"
    instead = say_list([f"{_title(cause)} ({times})" for cause, times in found.instead])
    title = _title(found.cause)
    return CauseLine(title=title[:1].upper() + title[1:], found=found, right=right, instead=instead)


def _title(cause: str) -> str:
    return MEANINGS[Cause(cause)].title if cause in {*Cause} else cause


def _mended(works: AfterWorks) -> list[str]:
    """What came of works, as sentences: whether it held, and whether it is better in the same weather."""
    watched, changed = (
        say_list([f"{found[name]} {words}" for name, words in told.items() if found.get(name)])
        for found, told in ((works.watches, WATCHED), (works.changes, CHANGED))
    )
    rooms = counted(sum(works.watches.values()), "room", "rooms")
    return [
        f"{rooms} watched after works: {watched}.",
        f"Compared with before the works in the same weather: {changed}.",
    ]


def _line(found: Learned) -> Line:
    return Line(
        found=found,
        level=LEVELS[found.level] if found.level else "None",
        style=found.level or "plain",
        right=_right(found),
    )


def _right(found: Learned) -> str:
    """The share that was right with how sure that is, or that they are too few."""
    known = found.closed - found.no_access
    if found.share is None or found.low is None or found.high is None:
        return f"Too few to say ({known} of known outcome)"
    return f"{found.share:.0%}, between {found.low:.0%} and {found.high:.0%}"
