"""One ingest worker: takes batches from the inbox, understands them, commits them, then acknowledges.

Delivery: at least once from the broker, exactly once in the store (keys). State: only in the broker's session and the
database. Acknowledgement: after COMMIT.
"""

import random
import threading
from collections.abc import Callable, Sequence

import psycopg
import structlog

from hereabouts_ingest.inbox import Arrival, Inbox
from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.listener import Listener
from hereabouts_ingest.profiles import load_versions
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.registry import Registry, load_registry, registry_version
from hereabouts_schemas.errors import ConfigError
from hereabouts_schemas.message import Delivery, SetAside
from hereabouts_schemas.outcome import Outcome, Reason

log = structlog.get_logger(__name__)

IDLE_S = 0.5
MAX_DELAY_S = 30.0
# What the database says when it is the data that it cannot take (SQLSTATE classes), rather than the moment.
DATA_CLASSES = ("22", "23", "54")


class Desk:
    """A connection to the store with all that a worker needs beside it; made anew when the connection is lost."""

    def __init__(self, settings: IngestSettings) -> None:
        self._connection: Connection = connect(
            settings.database_url, DatabaseRole.INGEST, application="hereabouts ingest"
        )
        principal = principal_named(self._connection, "system:ingest")
        self._writer = BatchWriter(self._connection, detect(self._connection).engine, principal.id, settings.slot)
        self._profiles = load_versions()
        self.registry: Registry = load_registry(self._connection)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def handle(self, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Understand and store one batch.

        Raises:
            psycopg.OperationalError, psycopg.InterfaceError: the store is away; nothing was stored.
        """
        if registry_version(self._connection) != self.registry.version:
            self.registry = load_registry(self._connection)
        devices = self.registry.devices
        return self._store([interpret(arrival.message, devices, self._profiles) for arrival in arrivals])

    def _store(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """Store a batch; if the store refuses its data, halve it until the one message is found and set that aside."""
        try:
            return self._writer.write(deliveries)
        except (psycopg.Error, UnicodeError) as error:
            if not refuses_data(error):
                raise
            if len(deliveries) == 1:
                log.warning("the store refused a message", action="refused_by_store", error=type(error).__name__)
                return self._writer.write([set_aside_by_store(deliveries[0], error)])
        middle = len(deliveries) // 2
        return self._store(deliveries[:middle]) + self._store(deliveries[middle:])


def refuses_data(error: psycopg.Error | UnicodeError) -> bool:
    """Whether an error is about the data: SQLSTATE 22, 23, 54, or text that the driver cannot send."""
    if isinstance(error, UnicodeError):
        return True
    if error.sqlstate is None:
        return isinstance(error, psycopg.DataError)
    return error.sqlstate[:2] in DATA_CLASSES


def set_aside_by_store(delivery: Delivery, error: Exception) -> Delivery:
    """The same message with nothing of its content but its bytes, for quarantine."""
    detail = f"The database cannot hold what this message says ({type(error).__name__}); its bytes are kept."
    return Delivery(message=delivery.message, verdict=SetAside(reason=Reason.REFUSED_BY_STORE, detail=detail))


def run_ingest(settings: IngestSettings, stop: threading.Event, on_ready: Callable[[], None] | None = None) -> None:
    """Run one worker until `stop` is set; `on_ready` is called once when every source is subscribed.

    While the store is away nothing is acknowledged, the broker holds, and the worker tries again with growing delay.
    """
    desk = _open_desk(settings, stop)
    if desk is None:
        return
    inbox = Inbox()
    listener = Listener(settings, desk.registry.sources, inbox)
    listener.start()
    announced = False
    while not stop.is_set():
        listener.tend()
        if not announced and listener.subscribed.is_set():
            announced = True
            if on_ready is not None:
                on_ready()
        arrivals = inbox.take(IDLE_S if announced else 0.05)
        if arrivals:
            desk, stored = _store(desk, arrivals, settings, stop)
            if stored:
                listener.acknowledge(arrivals)
    listener.stop()
    desk.close()


def _store(
    desk: Desk, arrivals: Sequence[Arrival], settings: IngestSettings, stop: threading.Event
) -> tuple[Desk, bool]:
    """Store a batch, however often it takes: the desk to go on with, and whether it was stored before a stop was told.

    A desk that failed is given up, with all it remembered: the connection may be gone, or what it took for made may not
    be there any more.
    """
    patience = Patience(stop)
    while not stop.is_set():
        try:
            desk.handle(arrivals)
        except psycopg.Error as error:
            log.warning("the store did not take a batch", action="store_away", error=type(error).__name__)
            desk.close()
            patience.wait()
            desk = _open_desk(settings, stop) or desk
        else:
            return desk, True
    return desk, False


def _open_desk(settings: IngestSettings, stop: threading.Event) -> Desk | None:
    """Connect to the store, however long it takes; None when told to stop before."""
    patience = Patience(stop)
    while not stop.is_set():
        try:
            return Desk(settings)
        except (psycopg.Error, ConfigError) as error:
            log.warning("cannot reach the store yet", action="store_away", error=type(error).__name__)
            patience.wait()
    return None


class Patience:
    """Waits between tries, longer each time and by chance, so that many workers do not come back in step."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._delay_s = 0.2

    def wait(self) -> None:
        """Wait, or return at once when told to stop."""
        self._stop.wait(self._delay_s * random.uniform(0.5, 1.5))  # noqa: S311 - spreads retries, guards nothing
        self._delay_s = min(self._delay_s * 2, MAX_DELAY_S)
