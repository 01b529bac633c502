"""One ingest worker: takes batches from the inbox, understands them, commits them, then acknowledges.

Delivery: at least once from the broker, exactly once in the store (keys). State: in the broker's session and the
database, and of quality 0 in the spool. Acknowledgement: after COMMIT. Two writers take turns, so that one understands
its batch while the other's commits.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import psycopg
import structlog

from hereabouts_ingest.backfill.runner import BackfillRunner
from hereabouts_ingest.desk import Desk
from hereabouts_ingest.front import Front
from hereabouts_ingest.inbox import Arrival, Inbox
from hereabouts_ingest.listener import Listener
from hereabouts_ingest.losses import Losses
from hereabouts_ingest.patience import Patience
from hereabouts_ingest.posts import run_posts
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.spool import Segment, Spool
from hereabouts_platform.store.losses import holds_session
from hereabouts_schemas.errors import BrokerUnavailable, ConfigError
from hereabouts_schemas.message import Message

log = structlog.get_logger(__name__)

WRITERS = 2
IDLE_S = 0.5
TEND_S = 0.1
QUIET_S = 3.0  # so long without a message, a slot that is drained is empty


def run_ingest(settings: IngestSettings, stop: threading.Event, on_ready: Callable[[], None] | None = None) -> None:
    """Run one worker until `stop` is set; `on_ready` is called once when every source is subscribed.

    While the store is away nothing is acknowledged, the broker holds, and the worker tries again with growing delay.

    Raises:
        ConfigError: this worker cannot work with this broker.
    """
    desk = open_desk(settings, stop)
    if desk is not None:
        _Worker(settings, desk, stop).run(on_ready)


class _Worker:
    """The threads of one worker: the network's, two writers, backfill's, and the one that looks after the rest."""

    def __init__(self, settings: IngestSettings, desk: Desk, stop: threading.Event) -> None:
        self._settings = settings
        self._stop = stop
        self._spool = Spool(settings.spool_dir / str(settings.slot), most_bytes=settings.spool_bytes)
        losses = Losses(settings.spool_dir / str(settings.slot))
        self._inbox = Inbox(self._spool, losses)
        knew_session = holds_session(desk.connection, settings.slot)
        self._listener = Listener(settings, desk.registry.sources, self._inbox, losses, knew_session=knew_session)
        self._front = Front(settings, desk, self._listener, losses)
        self._backfill = BackfillRunner(settings, stop)
        self._writers = [Writer(settings, self._inbox, self._spool, self._listener, stop) for _ in range(WRITERS)]

    def run(self, on_ready: Callable[[], None] | None) -> None:
        with ThreadPoolExecutor(WRITERS + 1, thread_name_prefix="writer") as pool:
            work = [pool.submit(writer.run) for writer in self._writers]
            if not self._settings.drain:
                work.append(pool.submit(run_posts, lambda: open_desk(self._settings, self._stop), self._stop))
            emptied = False
            try:
                self._listener.start()
                self._backfill.start()
                emptied = self._attend(work, on_ready) and self._inbox.is_empty
            finally:
                self._stop.set()
                wait(work)  # for the batches in hand
                self._listener.stop(forget=emptied and self._front.gives_up_session())
                self._inbox.end()
                self._front.end()
                self._backfill.close()
        for done in work:
            done.result()

    def _attend(self, work: Sequence[Future[None]], on_ready: Callable[[], None] | None) -> bool:
        """Look after everything but the messages until told to stop; whether a slot that is drained is empty."""
        announced = False
        while not self._stop.wait(TEND_S):
            self._listener.tend()
            self._front.tend()
            if self._listener.unfit is not None:
                raise ConfigError(self._listener.unfit)
            if self._listener.has_died:
                raise BrokerUnavailable("The connection to the broker ended in a way nobody foresaw.")
            if any(done.done() for done in work):
                return False  # a writer failed in a way nobody foresaw: the worker ends with its error
            if not announced and self._listener.subscribed.is_set():
                announced = True
                if on_ready is not None:
                    on_ready()
            if self._settings.drain and self._listener.quiet_s > QUIET_S and self._is_idle():
                return True
        return False

    def _is_idle(self) -> bool:
        return self._inbox.is_empty and all(writer.idle_s > QUIET_S for writer in self._writers)


class Writer:
    """Understands and stores one batch after the other, over a connection of its own."""

    def __init__(
        self, settings: IngestSettings, inbox: Inbox, spool: Spool, listener: Listener, stop: threading.Event
    ) -> None:
        self._settings = settings
        self._inbox = inbox
        self._spool = spool
        self._listener = listener
        self._stop = stop
        self._patience = Patience(stop)
        self._desk: Desk | None = None
        self._last_work = time.monotonic()
        self._in_hand = False

    @property
    def idle_s(self) -> float:
        """Seconds since it last had something to do."""
        return 0.0 if self._in_hand else time.monotonic() - self._last_work

    def run(self) -> None:
        """Work until told to stop."""
        try:
            while not self._stop.is_set():
                arrivals = self._inbox.take(IDLE_S)
                if arrivals:
                    self._deliver(arrivals)
                segment = self._spool.take()
                if segment is not None:
                    self._deliver_segment(segment)
        finally:
            self._give_up_desk()

    def _deliver(self, arrivals: Sequence[Arrival]) -> None:
        """Store a batch, however often it takes, and acknowledge it. Told to stop before, the broker keeps it."""
        self._in_hand = True
        try:
            while arrivals:
                if self._store([arrival.message for arrival in arrivals]):
                    self._listener.acknowledge(arrivals)
                    break
                arrivals = self._inbox.store_is_away(arrivals)
                self._patience.wait()
                if self._stop.is_set():
                    return
        except BaseException:  # nobody foresaw it: the worker ends; what no broker sends again is kept
            self._inbox.store_is_away(arrivals)
            raise
        self._in_hand = False

    def _deliver_segment(self, segment: Segment) -> None:
        """Store what waited on disk; where that fails it goes on waiting."""
        messages = [
            Message(
                source=self._listener.source_of(each.topic),
                topic=each.topic,
                payload=each.payload,
                received_at=each.received_at,
                retained=each.retained,
            )
            for each in segment.messages
        ]
        if not messages or self._store(messages):
            self._spool.done(segment)
        else:
            self._spool.give_back(segment)
            self._patience.wait()

    def _store(self, messages: Sequence[Message]) -> bool:
        """Try once. A desk that failed is given up with all it remembered: its connection may be gone."""
        self._last_work = time.monotonic()
        try:
            if self._desk is None:
                self._desk = Desk(self._settings)
            self._desk.handle(messages)
        except (psycopg.Error, ConfigError) as error:
            log.warning("the store did not take a batch", action="store_away", error=type(error).__name__)
            self._give_up_desk()
            return False
        self._last_work = time.monotonic()
        self._patience = Patience(self._stop)
        self._inbox.store_is_back()
        return True

    def _give_up_desk(self) -> None:
        if self._desk is not None:
            self._desk.close()
            self._desk = None


def open_desk(settings: IngestSettings, stop: threading.Event) -> Desk | None:
    """Connect to the store, however long it takes; None when told to stop before."""
    patience = Patience(stop)
    while not stop.is_set():
        try:
            return Desk(settings)
        except (psycopg.Error, ConfigError) as error:
            log.warning("cannot reach the store yet", action="store_away", error=type(error).__name__)
            patience.wait()
    return None
