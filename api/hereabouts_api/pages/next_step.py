"""What somebody should do first in a case, in a sentence."""

from collections.abc import Sequence

from hereabouts_platform.cases.clocks.clock import Clock
from hereabouts_platform.cases.life import Standing
from hereabouts_schemas.case import CaseState

_STEPS = {
    CaseState.REPORTED: "Look at what it rests on, speak with the household, and take the case on.",
    CaseState.TRIAGED: "Book the investigation, and give notice of the visit in writing.",
    CaseState.INVESTIGATING: "End the investigation, and record what was found.",
    CaseState.WORKS: "See the works through, and record each step as it is done.",
    CaseState.MONITORING: "Watch the readings for a while; close the case when they have stayed well.",
}
_FOUND = "Have the works begun, and record each step as it is done."
_ALL_DONE = "Close the case with what was found; or have more works begun."
_SUMMARY = "Send the written summary to the tenant."


def next_step(standing: Standing, clocks: Sequence[Clock]) -> str:
    """What usually comes next; empty for a closed case."""
    if standing.state is CaseState.INVESTIGATING and standing.concluded:
        owed = {clock.name for clock in clocks if clock.owed}
        return _SUMMARY if "summary" in owed else _FOUND if owed else _ALL_DONE
    return _STEPS.get(standing.state, "")
