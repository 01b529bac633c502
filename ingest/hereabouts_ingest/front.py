"""What a worker does beside its messages: watches the registry for changed sources, tells the store of losses and of
the session that the broker holds, and asks for what came while nobody listened."""

import time

import psycopg
import structlog

from hereabouts_ingest.backfill.requests import ask_for_absences
from hereabouts_ingest.desk import Desk
from hereabouts_ingest.listener import Listener
from hereabouts_ingest.losses import Losses
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.store.losses import forget_session, note_session, record_losses
from hereabouts_schemas.errors import ConfigError

log = structlog.get_logger(__name__)

EVERY_S = 1.0
TRY_AGAIN_AFTER_S = 5.0


class Front:
    """A desk of its own, so that it waits for no batch. Its calls come from one thread."""

    def __init__(self, settings: IngestSettings, desk: Desk, listener: Listener, losses: Losses) -> None:
        self._settings = settings
        self._desk: Desk | None = desk
        self._listener = listener
        self._losses = losses
        self._due = 0.0
        self._noted_session = False

    def tend(self) -> None:
        """Do what is due; while the store is away, try again later."""
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + EVERY_S
        try:
            self._save_losses()
            if self._desk is None:
                self._desk = Desk(self._settings)
            self._tend(self._desk)
        except (psycopg.Error, ConfigError) as error:
            log.warning("the store is away", action="store_away", error=type(error).__name__)
            self.close()
            self._due = time.monotonic() + TRY_AGAIN_AFTER_S

    def gives_up_session(self) -> bool:
        """Write down that this slot's session ends by our own will, before it does; whether that is written."""
        try:
            if self._desk is None:
                self._desk = Desk(self._settings)
            with self._desk.acting() as connection:
                forget_session(connection, self._settings.slot)
        except (psycopg.Error, ConfigError) as error:
            log.warning("the session is kept", action="store_away", error=type(error).__name__)
            return False
        return True

    def end(self) -> None:
        """Tell the store what it does not know yet, if it is there, and close the desk."""
        if self._desk is not None:
            try:
                self._note_session(self._desk)
                self._tell_losses(self._desk)
            except psycopg.Error as error:
                log.warning("losses could not be told", action="losses_untold", error=type(error).__name__)
        self._losses.close()
        self.close()

    def close(self) -> None:
        """Close the desk."""
        if self._desk is not None:
            self._desk.close()
            self._desk = None

    def _tend(self, desk: Desk) -> None:
        desk.refresh()
        self._listener.follow(desk.registry.sources)
        self._note_session(desk)
        self._tell_losses(desk)
        ask_for_absences(desk, self._settings.things_stack, self._settings.pace, self._listener.absences)

    def _note_session(self, desk: Desk) -> None:
        if self._listener.holds_session and not self._noted_session:
            with desk.acting() as connection:
                note_session(connection, self._settings.slot)
            self._noted_session = True

    def _save_losses(self) -> None:
        try:
            self._losses.sync()
        except OSError as error:
            log.warning("losses cannot be written down", action="losses_unsaved", error=error.strerror)

    def _tell_losses(self, desk: Desk) -> None:
        while (found := self._losses.next_batch()) is not None:
            with desk.acting() as connection:
                record_losses(connection, self._settings.slot, *found)
            try:
                self._losses.told()
            except OSError as error:  # told again the next time, and known then
                log.warning("the disk keeps told losses", action="losses_unsaved", error=error.strerror)
                return
