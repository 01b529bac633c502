"""The thread of an ingest worker that carries out requests, one at a time, slowly, beside the live messages.

Of all workers on a database one does this: whoever holds the lock. When it ends another takes over where it was.
"""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import structlog

from hereabouts_ingest.backfill.client import NetworkAway, NetworkRefused
from hereabouts_ingest.backfill.requests import KEPT, look_up_device, origins_of
from hereabouts_ingest.backfill.run import carry_out
from hereabouts_ingest.backfill.settings import SLOT, ThingsStack
from hereabouts_ingest.desk import Desk
from hereabouts_ingest.patience import Patience
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.store import backfill as store
from hereabouts_schemas.errors import ConfigError

log = structlog.get_logger(__name__)

END_WITHIN_S = 10.0
LONGEST_PUT_OFF_S = 3600.0

NOT_KEPT = "No message of this device is kept that would say which application it is in."


class BackfillRunner:
    """Started with a worker; does nothing where nothing is set up to be fetched from."""

    def __init__(self, settings: IngestSettings, stop: threading.Event) -> None:
        self._settings = replace(settings, slot=SLOT)
        self._stop = stop
        self._patience = Patience(stop)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look for requests."""
        if self._settings.things_stack and not self._settings.drain:
            # A daemon: a network that keeps silent may hold it longer than a worker may take to end. It can be cut off
            # at any moment, as by kill -9: what it has stored it has noted.
            self._thread = threading.Thread(target=self._run, name="backfill", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Wait a little for what is in hand; `stop` has been set."""
        if self._thread is not None:
            self._thread.join(END_WITHIN_S)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                desk = Desk(self._settings)
                try:
                    self._work(desk)
                finally:
                    desk.close()
            except (psycopg.Error, ConfigError) as error:
                log.warning("backfill cannot reach the store", action="store_away", error=type(error).__name__)
            except Exception:  # nobody would notice a thread that ended; what was asked for waits in the store
                log.exception("backfill failed", action="backfill_failed")
            self._patience.wait()

    def _work(self, desk: Desk) -> None:
        """Until told to stop."""
        while not store.take(desk.connection):
            if self._stop.wait(self._settings.pace.look_s):
                return
        version = -1
        while not self._stop.is_set():
            desk.refresh()
            if desk.registry.version != version:
                version = desk.registry.version
                with desk.acting() as connection:
                    store.set_up(connection, origins_of(self._settings.things_stack, desk.registry.sources))
            if not self._next(desk):
                self._stop.wait(self._settings.pace.look_s)
            self._patience = Patience(self._stop)

    def _next(self, desk: Desk) -> bool:
        """Carry out the next request; whether there was one. Those that a command has in hand are passed over."""
        taken: list[int] = []
        while (request := store.next_due(desk.connection, datetime.now(UTC), taken)) is not None:
            if store.take(desk.connection, request.id):
                try:
                    self._attend(desk, request)
                finally:
                    if not desk.connection.closed:
                        store.let_go(desk.connection, request.id)
                return True
            taken.append(request.id)
        return False

    def _attend(self, desk: Desk, request: store.Request) -> None:
        with desk.acting() as connection:
            if not store.begin(connection, request.id):
                return
        try:
            named = look_up_device(desk, request)
            origin = self._origin(named) if named is not None else None
            if named is None:
                self._give_up(desk, request, NOT_KEPT)
            elif origin is None:
                self._give_up(desk, request, f"Nothing is set up to fetch {named.application} from.")
            elif carry_out(desk, named, origin, self._settings.pace, self._stop):
                log.info("backfill done", action="backfill_done", request=request.id, cause=request.cause)
        except (NetworkAway, NetworkRefused, ConfigError) as error:
            self._put_off(desk, request, str(error), error.wait_s if isinstance(error, NetworkAway) else None)
        except psycopg.Error:
            raise
        except Exception as error:  # whatever it was, it goes on record, and the next request gets its turn
            log.exception("backfill failed", action="backfill_failed", request=request.id)
            self._put_off(desk, request, f"It ended with {type(error).__name__}.", None)

    def _origin(self, request: store.Request) -> ThingsStack | None:
        for each in self._settings.things_stack:
            if (each.source, each.application) == (request.source, request.application):
                return each
        return None

    def _put_off(self, desk: Desk, request: store.Request, error: str, wait_s: float | None) -> None:
        now = datetime.now(UTC)
        if request.to_at < now - KEPT:
            self._give_up(desk, request, f"{error} The network no longer keeps what was asked for.")
            return
        delay_s = min(self._settings.pace.put_off_s * 2 ** min(request.failures, 12), LONGEST_PUT_OFF_S)
        next_at = now + timedelta(seconds=min(max(delay_s, wait_s or 0), LONGEST_PUT_OFF_S))
        log.warning("backfill put off", action="backfill_put_off", request=request.id, error=error)
        with desk.acting() as connection:
            store.put_off(connection, request.id, error, next_at)

    def _give_up(self, desk: Desk, request: store.Request, error: str) -> None:
        log.warning("backfill given up", action="backfill_given_up", request=request.id, error=error)
        with desk.acting() as connection:
            store.finish(connection, request.id, "failed", error)
