"""Clocks that stood until something recorded later moved their start: they stay, superseded, with the reason."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.clocks.facts import instant
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.times import say_time


def replaced_clocks(
    recorded: Sequence[CaseEvent], current: list[Clock], stand: Callable[[Sequence[CaseEvent]], list[Clock]]
) -> list[Clock]:
    """The clocks that stood before a correction, a triage or a late entry, and no longer do.

    Args:
        recorded: the events in the order of recording.
        current: the clocks that stand now.
        stand: the clocks that stand by some of the events.
    """
    known = {clock.key for clock in current}
    replaced = []
    for n, event in enumerate(recorded):
        if not _can_move_a_start(event, recorded[:n]):
            continue
        left = {clock.key for clock in stand(recorded[: n + 1])}
        for clock in stand(recorded[:n]):
            if clock.key not in known and clock.key not in left:  # this event took it away, not a later one
                known.add(clock.key)
                replaced.append(_superseded(clock, event, recorded, current))
    return replaced


def _can_move_a_start(event: CaseEvent, before: Sequence[CaseEvent]) -> bool:
    """Events that come in the order of their times only add clocks; these can take one away."""
    if event.kind in (CaseEventKind.CORRECTED, CaseEventKind.TRIAGED):
        return True
    return any(event.at < other.at for other in before)


def _superseded(clock: Clock, event: CaseEvent, recorded: Sequence[CaseEvent], current: list[Clock]) -> Clock:
    alike = [other for other in current if other.name == clock.name]
    heir = next((other for other in alike if other.start_event == clock.start_event), alike[0] if alike else None)
    return replace(
        clock,
        state=ClockState.SUPERSEDED,
        reason=_reason(event, recorded),
        replaced_by=heir.key if heir else None,
        met_event=None,
        met_at=None,
        met_by=None,
        working_days_left=None,
        hours_left=None,
        owed=(),
    )


def _reason(event: CaseEvent, recorded: Sequence[CaseEvent]) -> str:
    if event.kind is CaseEventKind.TRIAGED:
        return f"Somebody looked at it on {say_time(event.at)}, and it counts from then."
    if event.kind is not CaseEventKind.CORRECTED:
        what = _words(event.kind)
        return f"What was recorded later came first: “{what}”, {say_time(event.at)}."
    wrong = next(other for other in recorded if other.id == event.detail["event"])
    said = f"{event.actor} corrected “{_words(wrong.kind)}” of {say_time(wrong.at)}"
    why = f" {event.detail['reason']}" if event.detail.get("reason") else ""
    return f"{said}: {_how(event)}.{why}"


def _how(event: CaseEvent) -> str:
    if event.detail.get("withdrawn"):
        return "it is withdrawn"
    if event.detail.get("at"):
        return f"it was {say_time(_at(event))}"
    return "what was said of it was wrong"


def _at(event: CaseEvent) -> datetime:
    return instant(event.detail["at"], "at")


def _words(kind: CaseEventKind) -> str:
    return kind.replace("_", " ")
