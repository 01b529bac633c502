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
from hereabouts_platform.rules.learning import FEW, Learned, learn
from hereabouts_platform.store.learning import closed_cases
from hereabouts_schemas.access import Action, Resource

router = APIRouter(include_in_schema=False)

_TURN = ("urgent", "act", "watch", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What came of the cases of one rule and level."""

    found: Learned
    level: str
    style: str
    right: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HazardTold:
    """A hazard with its lines, and why its false alarms were, the most common first."""

    title: str
    lines: Sequence[Line]
    reasons: Sequence[tuple[str, str]]


@router.get("/learning", response_class=HTMLResponse)
def learning_page(caller: Annotated[Caller, needs(Action.READ, Resource.CASES)]) -> str:
    """What came of the closed cases that the caller may see."""
    cases = closed_cases(caller.connection)
    hazards = [_told(hazard, learn(found)) for hazard, found in cases.items()]
    closed = sum(len(found) for found in cases.values())
    return render("learning.html", signed_in=caller.principal, hazards=hazards, closed=_closed(closed), few=FEW)


def _closed(count: int) -> str:
    return f"{counted(count, 'case is', 'cases are')} closed so far," if count else "No case is closed yet"


def _told(hazard: str, found: Sequence[Learned]) -> HazardTold:
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
    )


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
