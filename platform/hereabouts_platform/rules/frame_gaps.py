"""Where frames are missing from what a device sent, by the counter that each frame carries; and whom to ask for them.

An estimate: radio loses frames as well, and what it lost no network has. Sessions, roll-over and frames out of order
are told apart as in `packet_loss`. A jump that would mean more than a frame a second since the frame before is a
counter that was set anew, not a loss (EU868's duty cycle of 1 % allows the shortest LoRaWAN frame every 5 s).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from hereabouts_platform.rules.packet_loss import Session

FASTEST_S = 1.0  # between frames of one device, on average
AWAY_SHARE = 0.5  # so many of a source's devices in a gap at one instant: something between them and us was away
AWAY_FEWEST = 5  # and at least so many
MOST_ASKS = 20  # requests for single devices, a source and run; the widest gaps first


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Frames missing between two that came at `from_at` and `to_at`, UTC."""

    from_at: datetime
    to_at: datetime
    missing: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceGap:
    """A gap, and whose."""

    device: str
    gap: Gap


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A span to be fetched again, of one device or (None) of all."""

    device: str | None
    from_at: datetime
    to_at: datetime


def gaps_of(frames: Iterable[tuple[datetime, int]]) -> list[Gap]:
    """The gaps in one device's frames, given as (time, counter) in order of time; in order of their numbers."""
    gaps: list[Gap] = []
    session: Session | None = None
    seen: dict[int, datetime] = {}
    for at, counter in frames:
        number = session.take(counter) if session is not None else None
        if number is None:
            gaps += _holes(seen)
            session, seen, number = Session(counter), {}, counter
        seen.setdefault(number, at)
    return gaps + _holes(seen)


def _holes(seen: dict[int, datetime]) -> list[Gap]:
    numbers = sorted(seen)
    found = []
    for before, after in pairwise(numbers):
        missing = after - before - 1
        from_at, to_at = sorted((seen[before], seen[after]))
        if 0 < missing <= (to_at - from_at).total_seconds() / FASTEST_S:
            found.append(Gap(from_at=from_at, to_at=to_at, missing=missing))
    return found


def asks_for(gaps: Sequence[DeviceGap], heard: int) -> list[Ask]:
    """What to ask a network for, so that an outage is one request and radio loss does not become thousands.

    Args:
        gaps: of one source, none of them asked for before.
        heard: how many devices were heard on that source over the same time.
    """
    away = _widest_overlap(gaps)
    asks, rest = [], list(gaps)
    if len({each.device for each in away}) >= max(AWAY_FEWEST, AWAY_SHARE * heard):
        asks.append(
            Ask(
                device=None,
                from_at=min(each.gap.from_at for each in away),
                to_at=max(each.gap.to_at for each in away),
            )
        )
        rest = [each for each in gaps if not _covers(asks[0], each.gap)]
    widest = sorted(rest, key=lambda each: (-each.gap.missing, each.gap.from_at, each.device))[:MOST_ASKS]
    return asks + [Ask(device=each.device, from_at=each.gap.from_at, to_at=each.gap.to_at) for each in widest]


def _covers(ask: Ask, gap: Gap) -> bool:
    return ask.from_at <= gap.from_at and gap.to_at <= ask.to_at


def _widest_overlap(gaps: Sequence[DeviceGap]) -> list[DeviceGap]:
    """The gaps that share the instant which most gaps share."""
    ends = [(each.gap.from_at, 1, each) for each in gaps] + [(each.gap.to_at, 0, each) for each in gaps]
    now: list[DeviceGap] = []
    most: list[DeviceGap] = []
    for _, begins, each in sorted(ends, key=lambda end: end[:2]):
        if begins:
            now.append(each)
        else:
            if len(now) > len(most):
                most = list(now)
            now.remove(each)
    return most
