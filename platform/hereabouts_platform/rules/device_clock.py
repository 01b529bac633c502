"""Whether a device's clock is right, from the times its messages state and the times they arrived.

A clock ahead shows at once: nothing arrives before it was observed. A clock behind looks like a message that was
delivered late, as some vendors do on purpose, so it is measured by the freshest of many messages (the least delay, as
NTP filters its samples), and believed only beyond a day: even a vendor's batches have a newest reading. Messages whose
stated time was outside the clock gate, and so not believed at all, count by their share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

AHEAD_S = 60.0  # beyond what rounding and a slow listener explain
AHEAD_AGAIN_S = 30.0
BEHIND_S = 86_400.0
BAD_SHARE = 50.0  # per cent of the messages looked at
FEWEST = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceClock:
    """What a device's clock is worth.

    Attributes:
        ahead_s: how far stated times lie ahead of arrivals (negative: behind); None with too few messages.
        bad_percent: share of messages whose stated time was not believed; None with too few messages.
    """

    ahead_s: float | None
    bad_percent: float | None


def device_clock(delays_s: Sequence[float], bad: int, messages: int) -> DeviceClock:
    """Judge a clock.

    Args:
        delays_s: arrival minus stated time, in seconds, of the messages whose time is the device's or a gateway's.
        bad: of all `messages`, how many stated a time that was not believed.
    """
    ahead = None
    if len(delays_s) >= FEWEST:
        usual = -float(median(delays_s))
        ahead = usual if usual > 0 else -float(max(min(delays_s), 0.0))
    return DeviceClock(ahead_s=ahead, bad_percent=100 * bad / messages if messages >= FEWEST else None)
