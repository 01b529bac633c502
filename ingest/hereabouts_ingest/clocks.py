"""The clock gate: which of the times that a message states is believed.

All times are aware UTC. A device without a set clock says 1970 or 2000, a gateway may be days off, a vendor delivers
hours late. So a stated time counts when it lies no more than 5 minutes after and no more than 35 days before the
arrival; the arrival itself is only used when a message states no time at all.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hereabouts_schemas.message import Clock, TimeSource
from hereabouts_schemas.record import record
from hereabouts_schemas.times import UNREADABLE, aware_utc, say_time

AHEAD = timedelta(minutes=5)
BEHIND = timedelta(days=35)


@record
class FrameTime:
    """When a frame's own values were observed, by whose clock, and whether a better clock was refused for it."""

    at: datetime
    source: TimeSource
    clock_bad: bool = False


def read_time(text: str) -> datetime:
    """Read an RFC 3339 instant; `UNREADABLE` when it is none or names no zone (a guess would be wrong twice a year).

    Example:
        >>> read_time("2026-03-03T14:00:00+01:00").isoformat()
        '2026-03-03T13:00:00+00:00'
    """
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is UTC else aware_utc(at)
    except (ValueError, OverflowError):  # overflow: 0001-01-01 east of Greenwich has no UTC
        return UNREADABLE


def read_epoch(seconds: float) -> datetime:
    """Read Unix seconds (UTC); `UNREADABLE` when they are outside the calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # which of them depends on the size and on the C library
        return UNREADABLE


def is_credible(at: datetime, received_at: datetime) -> bool:
    """Whether a stated time may be true, given when the message arrived. Both bounds are inside."""
    lead = at - received_at
    return -BEHIND <= lead <= AHEAD


def frame_time(clocks: Sequence[Clock], received_at: datetime) -> FrameTime | None:
    """Choose the first credible clock; None when times are stated and none of them is credible."""
    if not clocks:
        return FrameTime(at=received_at, source=TimeSource.PLATFORM)
    for place, clock in enumerate(clocks):
        if is_credible(clock.at, received_at):
            return FrameTime(at=clock.at, source=clock.source, clock_bad=place > 0)
    return None


def say_clocks(clocks: Sequence[Clock], received_at: datetime) -> str:
    """A sentence on why no clock of a message was believed."""
    stated = ", ".join(f"{say_time(clock.at)} (by the {clock.source.value})" for clock in clocks)
    return (
        f"The message arrived on {say_time(received_at)} and says {stated}. A time more than 5 minutes ahead or 35 "
        "days behind is not believed. Set the device's clock, or write times like 2026-03-03T14:00:00Z."
    )
