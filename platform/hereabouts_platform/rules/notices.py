"""When a notice that did not go is tried again, and when it is given up."""

from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=2)
"""What is older than this tells nobody anything new: the pages do."""


def next_attempt(attempts: int, now: datetime) -> datetime:
    """When to try again after so many attempts: pauses double from a minute up to an hour.

    Example:
        >>> from datetime import UTC
        >>> [f"{next_attempt(n, datetime(2026, 11, 22, tzinfo=UTC)):%H:%M}" for n in (1, 2, 3, 9)]
        ['00:01', '00:02', '00:04', '01:00']
    """
    return now + min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempts - 1, 10)))
