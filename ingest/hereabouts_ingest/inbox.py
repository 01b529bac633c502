"""The inbox: what has arrived and is not yet committed, taken out in batches of N messages, B bytes or T seconds."""

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from hereabouts_ingest.losses import Losses
from hereabouts_ingest.spool import Spool, Spooled
from hereabouts_schemas.message import Message

QUALITY_0_SHARE = 0.5  # of what may wait in memory: so that quality 0, which can wait on disk, never stops the reading


class Arrival(NamedTuple):
    """A message with what is needed to acknowledge it: its packet id and the connection it came over."""

    message: Message
    packet_id: int
    qos: int
    connection: int


class Inbox:
    """Filled by the network thread, emptied by the writers.

    What bounds it: of quality 1 the broker keeps no more in flight than the receive maximum, and acknowledgements
    follow commits; where a broker knows no such limit (MQTT 3.1.1) nothing is read while there is no room. Quality 0
    is never sent twice, so it is read all the same, and waits on disk while the store is away or behind.

    Args:
        spool: where messages of quality 0 wait.
        losses: where those are counted that even the spool refused.
        most: how many messages a batch holds at the most.
        most_bytes: how many bytes of payload, at the most, unless a single message has more.
        linger_s: how long the first message of a batch waits for company.
        most_waiting, most_waiting_bytes: what may wait in memory.
    """

    def __init__(
        self,
        spool: Spool,
        losses: Losses,
        *,
        most: int = 2000,
        most_bytes: int = 8 * 2**20,
        linger_s: float = 0.02,
        most_waiting: int = 5000,
        most_waiting_bytes: int = 64 * 2**20,
    ) -> None:
        self._spool = spool
        self._losses = losses
        self._most = most
        self._most_bytes = most_bytes
        self._linger_s = linger_s
        self._most_waiting = most_waiting
        self._most_waiting_bytes = most_waiting_bytes
        self._arrivals: deque[Arrival] = deque()
        self._bytes = 0
        self._store_is_away = False
        self._ends = False
        self._changed = threading.Condition()
        self._taking = threading.Lock()

    def put(self, arrivals: Sequence[Arrival]) -> None:
        """Add messages in their order. Never waits."""
        for_disk: list[Arrival] = []
        with self._changed:
            before = len(self._arrivals)
            for arrival in arrivals:
                if arrival.qos == 0 and (self._store_is_away or not self._has_room(QUALITY_0_SHARE)):
                    for_disk.append(arrival)
                else:
                    self._arrivals.append(arrival)
                    self._bytes += len(arrival.message.payload)
            if self._arrivals and (not before or before < self._most <= len(self._arrivals)):
                self._changed.notify_all()
        self._keep_on_disk(for_disk)

    def wait_for_room(self, timeout_s: float) -> bool:
        """Wait until more may be read from the broker; whether it may."""
        with self._changed:
            return self._has_room() or self._changed.wait_for(self._has_room, timeout_s)

    def take(self, timeout_s: float) -> list[Arrival]:
        """The next batch in order of arrival; empty when nothing came within `timeout_s`. One taker waits at a time."""
        if not self._taking.acquire(timeout=timeout_s):
            return []
        try:
            return self._take(timeout_s)
        finally:
            self._taking.release()

    def _take(self, timeout_s: float) -> list[Arrival]:
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._arrivals), timeout_s):
                return []
            full_by = time.monotonic() + self._linger_s
            self._changed.wait_for(lambda: len(self._arrivals) >= self._most, full_by - time.monotonic())
            had_room = self._has_room()
            batch = self._batch()
            if not had_room:
                self._changed.notify_all()
            return batch

    def store_is_away(self, in_hand: Sequence[Arrival]) -> list[Arrival]:
        """The store took nothing just now: what of quality 0 is in memory goes to disk.

        Returns `in_hand` without it: what its writer has to go on trying with.
        """
        with self._changed:
            self._store_is_away = True
            for_disk = [arrival for arrival in (*in_hand, *self._arrivals) if arrival.qos == 0]
            self._arrivals = deque(arrival for arrival in self._arrivals if arrival.qos)
            self._bytes = sum(len(arrival.message.payload) for arrival in self._arrivals)
        self._keep_on_disk(for_disk)
        return [arrival for arrival in in_hand if arrival.qos]

    def store_is_back(self) -> None:
        """The store takes batches again."""
        self._store_is_away = False

    def _has_room(self, share: float = 1.0) -> bool:
        """Whether less than a share of what may wait is waiting."""
        return len(self._arrivals) < share * self._most_waiting and self._bytes < share * self._most_waiting_bytes

    def _keep_on_disk(self, arrivals: Sequence[Arrival]) -> None:
        """What even the disk refuses stays in memory while there is room for it, and is lost, and counted, after."""
        for arrival in arrivals:
            message = arrival.message
            if self._spool.append(Spooled(message.topic, message.payload, message.received_at, message.retained)):
                continue
            with self._changed:
                keeps = not self._ends and self._has_room(QUALITY_0_SHARE)
                if keeps:
                    self._arrivals.append(arrival)
                    self._bytes += len(message.payload)
                    self._changed.notify_all()
            if not keeps:
                self._losses.add(message.source.id, message.received_at, "spool_full")

    def end(self, in_hand: Sequence[Arrival] = ()) -> None:
        """Nobody will take anything any more: what of quality 0 is in memory goes to disk for the next start."""
        self._ends = True
        self.store_is_away(in_hand)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits in memory."""
        return not self._arrivals

    def _batch(self) -> list[Arrival]:
        batch: list[Arrival] = []
        size = 0
        while self._arrivals and len(batch) < self._most:
            more = len(self._arrivals[0].message.payload)
            if batch and size + more > self._most_bytes:
                break
            size += more
            batch.append(self._arrivals.popleft())
        self._bytes -= size
        return batch
