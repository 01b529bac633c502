"""How many of a device's messages never came, from the frame counter that each message carries.

A LoRaWAN device numbers its frames, so a number that is missing between two that came is a message that did not: lost
on the air, by the network, or by us while we were not there. It is an estimate of nothing older than the messages
looked at, and the message that follows the last one cannot be missed yet.

- A number seen before is a copy, one a little lower came out of order: neither is a loss.
- A number far lower begins a new session (the device joined again, its counter begins at 0). What was lost between two
  sessions cannot be told and is not counted. A rejoin among low numbers looks like old frames; then nothing is counted
  twice, so the loss is told too low, never too high.
- 16-bit counters run from 65,535 to 0, 32-bit counters from 4,294,967,295: a number that follows within 256 beyond
  that end goes on, with what is missing in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass

OUT_OF_ORDER = 64  # so far back a number is an old frame; farther, a new session
FOLLOWS_WITHIN = 256  # so far beyond the end of the counter a number is its continuation
FEWEST = 20  # expected messages before a share is worth saying
_ENDS = (2**16, 2**32)


@dataclass(frozen=True, kw_only=True, slots=True)
class PacketLoss:
    """Messages that the counter tells of, and how many of them never came."""

    expected: int
    lost: int

    @property
    def percent(self) -> float | None:
        """Share lost; None where too few were expected to say."""
        return 100 * self.lost / self.expected if self.expected >= FEWEST else None


def packet_loss(counters: Iterable[int | None]) -> PacketLoss | None:
    """Count what is missing between frame counters in the order of their messages; None when none carries one."""
    known = [counter for counter in counters if counter is not None]
    if not known:
        return None
    if max(known) - min(known) <= OUT_OF_ORDER:  # one session whatever the order, as nearly always; and much quicker
        expected = max(known) - min(known) + 1
        return PacketLoss(expected=expected, lost=expected - len(set(known)))
    sessions: list[Session] = []
    for counter in known:
        if not sessions or sessions[-1].take(counter) is None:
            sessions.append(Session(counter))
    expected = sum(session.highest - session.lowest + 1 for session in sessions)
    return PacketLoss(expected=expected, lost=expected - sum(len(session.seen) for session in sessions))


class Session:
    """Frames of one session; numbers beyond the counter's end go on counting."""

    def __init__(self, first: int) -> None:
        self.seen = {first}
        self.lowest = self.highest = self._most = first

    def take(self, counter: int) -> int | None:
        """Take in a frame of this session; its number in it, None where it is none of this session."""
        number = self._number(counter)
        if number is None:
            return None
        self.seen.add(number)
        self.lowest = min(self.lowest, number)
        self.highest = max(self.highest, number)
        self._most = max(self._most, counter)
        return number

    def _number(self, counter: int) -> int | None:
        for end in _ENDS:
            if max(self._most, counter) >= end:
                continue  # the counter is wider than that
            turns = self.highest // end
            for number in (turns * end + counter, (turns + 1) * end + counter, (turns - 1) * end + counter):
                if -OUT_OF_ORDER <= number - self.highest <= FOLLOWS_WITHIN:
                    return number
        return counter if counter > self.highest else None
