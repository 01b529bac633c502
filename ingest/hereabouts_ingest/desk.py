"""A desk: a connection to the store with all that is needed to understand messages and write them down."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

import psycopg
import structlog

from hereabouts_ingest.interpret import interpret, names_in
from hereabouts_ingest.own_devices import Scope, interpret_within
from hereabouts_ingest.scripts.live import LiveProfiles
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.storable import storable
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.batch_ledger import count_door
from hereabouts_platform.store.batch_writer import Also, BatchWriter
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.device_sources import speakers_of
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.registry import Registry, load_registry, registry_version
from hereabouts_schemas.message import Delivery, Message, SetAside
from hereabouts_schemas.outcome import Outcome, Reason

log = structlog.get_logger(__name__)

# What the database says when it is the data that it cannot take (SQLSTATE classes), rather than the moment.
DATA_CLASSES = ("22", "23", "54")


class Desk:
    """Made anew when its connection is lost, with all that was learnt over it."""

    def __init__(self, settings: IngestSettings) -> None:
        self.connection: Connection = connect(
            settings.database_url, DatabaseRole.INGEST, application="hereabouts ingest"
        )
        self._principal = principal_named(self.connection, "system:ingest")
        self._writer = BatchWriter(self.connection, detect(self.connection).engine, self._principal.id, settings.slot)
        self._profiles = LiveProfiles(settings.scripts_dir)
        self.registry: Registry = load_registry(self.connection)

    def close(self) -> None:
        """Close the connection, and end the process behind vendors' scripts."""
        self._profiles.close()
        self.connection.close()

    def acting(self) -> AbstractContextManager[Connection]:
        """A transaction in the name of ingest."""
        return acting(self.connection, self._principal.id)

    def refresh(self) -> None:
        """Read the registry again if it has moved; not inside a transaction, as it takes a snapshot of its own."""
        if registry_version(self.connection) != self.registry.version:
            self.registry = load_registry(self.connection)
            self._writer.forget_speakers()

    def handle(self, messages: Sequence[Message], also: Also | None = None) -> list[Outcome]:
        """Understand and store one batch; `also` is done in the same transaction.

        Raises:
            psycopg.Error: the store is away; nothing was stored.
        """
        self.refresh()
        return self.take(messages, also)

    def take(
        self, messages: Sequence[Message], also: Also | None = None, scopes: Sequence[Scope | None] = ()
    ) -> list[Outcome]:
        """The same with the registry at hand.

        Args:
            scopes: of each message, whose devices its sender may speak for; None, as where none are given: anybody's.
        """
        devices, profiles = self.registry.devices, self._profiles.now()
        if not any(scope is not None for scope in scopes):
            return self._store([interpret(message, devices, profiles) for message in messages], also)
        named = {storable(name) for message in messages for name in names_in(message)}
        speakers = speakers_of(self.connection, named)
        deliveries = [
            interpret(message, devices, profiles)
            if scope is None
            else interpret_within(message, scope, speakers, devices, profiles)
            for message, scope in zip(messages, scopes, strict=True)
        ]
        return self._store(deliveries, also)

    def _store(self, deliveries: Sequence[Delivery], also: Also | None) -> list[Outcome]:
        """Store a batch; if the store refuses its data, part by part until the one message is found, or none of it."""
        try:
            return self._write(deliveries, also)
        except (psycopg.Error, UnicodeError) as error:
            if not refuses_data(error):
                raise
            with self.connection.transaction():  # parts that stayed behind would be counted again when it is repeated
                return self._halve(deliveries, also, error)

    def _halve(self, deliveries: Sequence[Delivery], also: Also | None, error: Exception) -> list[Outcome]:
        if len(deliveries) == 1:
            log.warning("the store refused a message", action="refused_by_store", error=type(error).__name__)
            return self._write([set_aside_by_store(deliveries[0], error)], also)
        middle = len(deliveries) // 2
        return self._store(deliveries[:middle], also) + self._store(deliveries[middle:], also)

    def _write(self, deliveries: Sequence[Delivery], also: Also | None) -> list[Outcome]:
        door = count_door(delivery.message for delivery in deliveries)
        return self._writer.write(deliveries, door=door, also=also)


def refuses_data(error: psycopg.Error | UnicodeError) -> bool:
    """Whether an error is about the data: SQLSTATE 22, 23, 54, or what the driver cannot send."""
    if isinstance(error, UnicodeError):
        return True
    if error.sqlstate is None:
        return isinstance(error, psycopg.DataError)
    return error.sqlstate[:2] in DATA_CLASSES


def set_aside_by_store(delivery: Delivery, error: Exception) -> Delivery:
    """The same message with nothing of its content but its bytes, for quarantine."""
    detail = f"The database cannot hold what this message says ({type(error).__name__}); its bytes are kept."
    return Delivery(message=delivery.message, verdict=SetAside(reason=Reason.REFUSED_BY_STORE, detail=detail))
