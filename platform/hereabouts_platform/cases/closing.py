"""Whether a case may be closed while the law still asks for something: not with what it asks for undone. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hereabouts_platform.cases.clocks.clock import Clock
from hereabouts_platform.cases.clocks.words import say_due
from hereabouts_platform.cases.life import Standing
from hereabouts_platform.cases.steps import STEPS
from hereabouts_schemas.case import CaseEventKind, CaseOutcome, CaseState
from hereabouts_schemas.errors import NotNow

FAR = datetime.max.replace(tzinfo=UTC)  # where a clock without a date stands among others


def closes(before: Standing, after: Standing) -> bool:
    """Whether an event closes a case, or gives one that is closed another outcome, so that its clocks matter.

    No access ends no clock, and nobody could ever record what those ask for: it closes a case whatever runs.
    """
    now_closed = after.state is CaseState.CLOSED
    changes = before.state is not CaseState.CLOSED or before.outcome is not after.outcome
    return now_closed and changes and after.outcome is not CaseOutcome.NO_ACCESS


def check_clocks(clocks: Sequence[Clock]) -> None:
    """Pass where the law asks for nothing more.

    Args:
        clocks: as they stand after the closing, which ends some by itself.

    Raises:
        NotNow: it does; the message names the clocks and says what has to be recorded.
    """
    said = owed_words(clocks)
    if said:
        raise NotNow(f"The case cannot be closed so yet. {said}")


def owed_words(clocks: Sequence[Clock]) -> str:
    """What the law still asks for, and what to record, in sentences; empty where that is nothing."""
    owed: dict[str, Clock] = {}
    for clock in sorted(clocks, key=lambda clock: clock.due or FAR):
        if clock.owed and not clock.second_reading:
            owed.setdefault(clock.title, clock)
    if not owed:
        return ""
    each = "; ".join(f"“{clock.title}” {say_due(clock)}: record {_any_of(clock.owed)}" for clock in owed.values())
    wrong = "Where an entry was written down wrongly, withdraw it and record what was so."
    return f"The law still asks for this. {each}. {wrong}"


def _any_of(kinds: Sequence[CaseEventKind]) -> str:
    *most, last = dict.fromkeys(STEPS[kind].says for kind in kinds)
    return f"{', '.join(most)} or {last}" if most else last
