"""Whether a device is heard as often as it should be. Silence is never green."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Health(StrEnum):
    """Live, late or silent, by the device's own reporting interval."""

    LIVE = "live"
    LATE = "late"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long ago a device may have been heard to be live, and to be no worse than late."""

    live: timedelta
    late: timedelta


def patience(interval_s: int) -> Patience:
    """Live within 3 intervals; late within the longer of a day and 6 intervals; beyond that silent.

    One lost message is nothing on radio, two happen; a whole day without any needs somebody.
    """
    interval = timedelta(seconds=interval_s)
    return Patience(live=3 * interval, late=max(timedelta(hours=24), 6 * interval))


def health(last_heard: datetime | None, interval_s: int, now: datetime) -> Health:
    """Health at `now` of a device last heard at `last_heard` (None = never) that reports every `interval_s` seconds."""
    if last_heard is None:
        return Health.SILENT
    since = now - last_heard
    allowed = patience(interval_s)
    if since <= allowed.live:
        return Health.LIVE
    return Health.LATE if since <= allowed.late else Health.SILENT
