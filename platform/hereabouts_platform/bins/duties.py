"""Duties that bins are emptied under, whatever is in them: by a time of day, on some weekdays, over a span. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hereabouts_platform.rules.open_hours import local_instant
from hereabouts_schemas.times import LONDON

LOOK_AHEAD_DAYS = 8  # a weekday comes again within it


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """Such as "street litter of the centre before 08:00 on market days".

    Attributes:
        weekdays: 1 is Monday; by: Europe/London: emptied by then on each of those days.
        first, last: the days on which it stands; no last: until further notice.
        bins: those it is of; None: all.
    """

    name: str
    weekdays: tuple[int, ...]
    by: time
    first: date
    last: date | None = None
    bins: frozenset[str] | None = None

    def due_after(self, at: datetime, today: date) -> datetime | None:
        """When it next falls due after an instant, from a civil day of Europe/London on; None: not within 8 days."""
        for day in (today + timedelta(days=n) for n in range(LOOK_AHEAD_DAYS)):
            stands = self.first <= day and (self.last is None or day <= self.last)
            due = local_instant(day, self.by)
            if stands and day.isoweekday() in self.weekdays and due > at:
                return due
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A duty that falls due, UTC; `says` it in a sentence."""

    at: datetime
    says: str


def due_before(
    duties: Iterable[Duty], bins: Collection[str], span: tuple[datetime, datetime], day: date
) -> dict[str, Due]:
    """Bin -> the first duty of it that falls due after a plan begins and before its next turn does.

    Args:
        span: when the plan's work begins, and when it is the bins' turn again; aware.
        day: the civil day of the plan.
    """
    begins, turn = span
    found: dict[str, Due] = {}
    for duty in duties:
        at = duty.due_after(begins, day)
        if at is None or at >= turn:
            continue
        local = at.astimezone(LONDON)
        says = f"{duty.name}: to be emptied by {duty.by:%H:%M} on {local:%a} {local.day} {local:%b}."
        for one in sorted(bins if duty.bins is None else duty.bins & set(bins)):
            if one not in found or at < found[one].at:
                found[one] = Due(at=at, says=says)
    return found
