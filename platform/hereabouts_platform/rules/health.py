"""Whether a device is heard as often as it should be. Silence is never green."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Health(StrEnum):
    """How a device is heard, by its own reporting interval.

    WAITING: put up, not heard there yet, and it has not had the time; SPARE: at no place now, so nothing is expected.
    """

    LIVE = "live"
    LATE = "late"
    SILENT = "silent"
    WAITING = "waiting"
    SPARE = "spare"


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


def health(last_heard: datetime | None, deployed_from: datetime | None, allowed: Patience, now: datetime) -> Health:
    """Health at `now` of a device, all times aware.

    Args:
        last_heard: when its last message arrived (None = never); not what time that message states.
        deployed_from: since when it is where it is and registered (None = it is nowhere). A device just taken from a
            drawer, or put up long ago and registered today, gets its patience from then on.
        allowed: how long it may be silent.
    """
    if deployed_from is None or now < deployed_from:
        return Health.SPARE
    if last_heard is None or last_heard < deployed_from:
        return Health.WAITING if now - deployed_from <= allowed.late else Health.SILENT
    since = now - last_heard
    if since <= allowed.live:
        return Health.LIVE
    return Health.LATE if since <= allowed.late else Health.SILENT
