"""The inbox: what has arrived and is not yet committed, taken out in batches of N messages, B bytes or T seconds."""

import threading
import time
from collections import deque
from dataclasses import dataclass

from hereabouts_schemas.message import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A message with what is needed to acknowledge it: its packet id and the connection it came over."""

    message: Message
    packet_id: int
    qos: int
    connection: int


class Inbox:
    """Filled by the network thread, emptied by the one writer.

    It never blocks the network thread. What bounds it is the broker: it keeps no more than the receive maximum in
    flight without an acknowledgement, and acknowledgements follow commits.

    Args:
        most: how many messages a batch holds at the most.
        most_bytes: how many bytes of payload, at the most, unless a single message has more.
        linger_s: how long the first message of a batch waits for company.
    """

    def __init__(self, *, most: int = 1000, most_bytes: int = 8 * 2**20, linger_s: float = 0.02) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._linger_s = linger_s
        self._arrivals: deque[Arrival] = deque()
        self._changed = threading.Condition()

    def put(self, arrival: Arrival) -> None:
        """Add one message."""
        with self._changed:
            self._arrivals.append(arrival)
            if len(self._arrivals) in (1, self._most):
                self._changed.notify()

    def take(self, timeout_s: float) -> list[Arrival]:
        """The next batch in order of arrival; empty when nothing came within `timeout_s`."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._arrivals), timeout_s):
                return []
            full_by = time.monotonic() + self._linger_s
            self._changed.wait_for(lambda: len(self._arrivals) >= self._most, full_by - time.monotonic())
            return self._batch()

    def _batch(self) -> list[Arrival]:
        batch = [self._arrivals.popleft()]
        size = len(batch[0].message.payload)
        while self._arrivals and len(batch) < self._most:
            size += len(self._arrivals[0].message.payload)
            if size > self._most_bytes:
                break
            batch.append(self._arrivals.popleft())
        return batch
