"""What somebody should do first in a case, in a sentence."""

from collections.abc import Sequence

from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.life import Standing
from hereabouts_schemas.case import CaseState

_STEPS = {
    CaseState.REPORTED: "Look at what it rests on, speak with the household, and take the case on.",
    CaseState.TRIAGED: "Book the investigation, and give notice of the visit in writing.",
    CaseState.INVESTIGATING: "End the investigation, and record what was found.",
    CaseState.WORKS: "See the works through, and record each step as it is done.",
    CaseState.MONITORING: "Watch the readings for a while; close the case when they have stayed well.",
}
_FOUND = "Have the works begun, or close the case with what was found."
_SUMMARY = "Send the written summary to the tenant."


def next_step(standing: Standing, clocks: Sequence[Clock]) -> str:
    """What usually comes next; empty for a closed case."""
    if standing.state is CaseState.INVESTIGATING and standing.concluded:
        waits = any(
            clock.name == "summary" and clock.state in (ClockState.RUNNING, ClockState.MISSED) for clock in clocks
        )
        return _SUMMARY if waits else _FOUND
    return _STEPS.get(standing.state, "")
