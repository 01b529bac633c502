"""Civil time: instants from clocks that show a place's local time, which lies twice a year.

In spring an hour does not exist, in autumn one exists twice. A time in the first is an error of the feed; a time in
the second is two instants, and a count of "01:00" is often the sum of both. Nothing is guessed: both are refused,
unless the feed is known to mean the first or the second.
"""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from hereabouts_ingest.refusal import Refusal
from hereabouts_schemas.outcome import Reason

Twice = Literal["first", "second"]


def from_local(local: datetime, zone: ZoneInfo, twice: Twice | None = None) -> datetime:
    """The instant (UTC) that a clock in `zone` shows as `local` (naive).

    Example:
        >>> from_local(datetime(2016, 7, 1, 12), ZoneInfo("Europe/London")).isoformat()
        '2016-07-01T11:00:00+00:00'

    Raises:
        Refusal: `clock`: no clock there showed it, or it was shown twice and `twice` does not say which is meant.
        OverflowError: the instant lies outside the calendar.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = first.utcoffset(), second.utcoffset()
    if before == after or before is None or after is None:
        return first.astimezone(UTC)
    if before < after:
        raise Refusal(
            Reason.CLOCK,
            f"{_said(local)} did not exist in {zone.key}: the clocks went forward over it. Send times with their zone, "
            "or UTC.",
        )
    if twice is None:
        raise Refusal(
            Reason.CLOCK,
            f"{_said(local)} was twice in {zone.key}, as the clocks went back. If the feed always means one of the "
            'two, say so in its mapping with twice = "first" or "second".',
        )
    return (first if twice == "first" else second).astimezone(UTC)


def _said(local: datetime) -> str:
    return f"{local:%Y-%m-%d %H:%M}"
