"""Nothing happens in a case before it became known: a slip in a time would start the clocks of the law then. Pure.

A report or an alert is how a case becomes known, so each may come before the others, if written down later; and a rule
may have seen it in readings before anybody knew.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hereabouts_platform.cases.clocks.working_days import civil_day
from hereabouts_platform.cases.steps import STEPS
from hereabouts_schemas.case import CaseEvent
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import say_time

CLOCKS_DIFFER = timedelta(minutes=5)
STARTS = frozenset({Kind.ALERT_RAISED, Kind.REPORTED})
_MAY_BE_EARLIER = STARTS | {Kind.INDICATED}


def known_at(told: Sequence[CaseEvent]) -> datetime | None:
    """When a case became known, by its events as they were corrected; None where none of them says."""
    return min((event.at for event in told if event.kind in STARTS), default=None)


def check_known(told: Sequence[CaseEvent], wanted: CaseEvent) -> None:
    """Pass where an event is not before its case became known; five minutes of the same day are a clock that differs.

    Args:
        told: the events before it, as they were corrected.

    Raises:
        InputError: it is; says when that was.
    """
    known = known_at(told)
    if known is not None and _is_early(wanted, known):
        raise InputError("at", wanted.at.isoformat(), _cure(known))


def check_corrected(before: Sequence[CaseEvent], after: Sequence[CaseEvent], correction: CaseEvent) -> None:
    """Pass where a correction leaves no event before its case became known that was not so already.

    Args:
        before: the events as they were corrected until now.
        after: as this correction leaves them.

    Raises:
        InputError: it does; `detail.at` is about the event that moves, or about the one that would come too early.
    """
    known = known_at(after)
    if known is None:
        return
    was = known_at(before)
    so_already = {event.id for event in before if was is not None and _is_early(event, was)}
    early = [event for event in after if _is_early(event, known) and event.id not in so_already]
    if not early:
        return
    given = correction.detail.get("at")
    if any(event.id == correction.detail["event"] for event in early):
        raise InputError("detail.at", given, _cure(known))
    first = early[0]
    cure = (
        f"The case would then have become known on {say_time(known)}, after {STEPS[first.kind].says} of "
        f"{say_time(first.at)} (entry {first.id}). Correct or withdraw that entry first."
    )
    raise InputError("detail.withdrawn" if given is None else "detail.at", given or True, cure)


def _is_early(event: CaseEvent, known: datetime) -> bool:
    if event.kind in _MAY_BE_EARLIER:
        return False
    return event.at < known - CLOCKS_DIFFER or civil_day(event.at) < civil_day(known)


def _cure(known: datetime) -> str:
    return (
        f"The case became known on {say_time(known)}, and nothing can have happened in it before. Mend the time; or, "
        "where somebody told you earlier, record that report first."
    )
