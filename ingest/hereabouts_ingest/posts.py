"""The webhook side of a worker: takes the records that the API wrote down, and answers them.

A record goes the way of an MQTT message, through the same desk and the same transaction, in which it is also answered:
it is stored and answered, or neither, whenever the worker is killed. A desk of its own, woken by the database, so that
webhooks wait for no broker; any number of workers share them, each taking records that no other holds.
"""

import threading
import traceback
from collections.abc import Callable, Sequence

import psycopg
import structlog

from hereabouts_ingest.desk import Desk
from hereabouts_platform.store.batch_entry import Entry
from hereabouts_platform.store.batch_writer import Also
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.posts import Answer, WaitingRecord, answer, claim, hear_posts
from hereabouts_schemas.message import Message
from hereabouts_schemas.outcome import Reason

log = structlog.get_logger(__name__)

NOT_THEIRS = (
    "The device is not registered, or not as one of this source's. Whoever runs this system adds it with `hereabouts "
    "import devices` or `hereabouts source bind`, and then brings this message in: there is no need to send it again."
)
LOOK_S = 0.5  # a record is looked for so often even where nothing rings


def run_posts(open_desk: Callable[[], Desk | None], stop: threading.Event) -> None:
    """Take and answer records until `stop` is set.

    Survives a store that goes away: `open_desk` connects however long it takes, and gives None when told to stop.
    """
    while not stop.is_set():
        desk = open_desk()
        if desk is None:
            return
        try:
            hear_posts(desk.connection)
            while not stop.is_set():
                if drain_posts(desk) == 0:
                    _wait(desk.connection)
        except psycopg.Error as error:
            log.warning("the store did not take records of a webhook", action="store_away", error=type(error).__name__)
            stop.wait(LOOK_S)
        except Exception as error:  # noqa: BLE001
            # Nobody would notice a thread that ended. What was undone waits in the store, and is seen to wait there.
            where = "".join(traceback.format_tb(error.__traceback__, limit=-3))
            name = type(error).__name__
            log.error("taking records of a webhook failed", action="posts_failed", error=name, where=where)  # noqa: TRY400
            stop.wait(LOOK_S)
        finally:
            desk.close()


def _wait(connection: Connection) -> None:
    for _ in connection.notifies(timeout=LOOK_S, stop_after=1):
        pass


def drain_posts(desk: Desk) -> int:
    """Take one batch of waiting records, store and answer it; returns how many there were.

    Records of a source that is switched off wait until it is switched on again.

    Raises:
        psycopg.Error: nothing was stored, and the desk must be given up: it may remember what was undone.
    """
    desk.refresh()
    sources = {source.id: source for source in desk.registry.sources}
    with desk.connection.transaction():
        records = claim(desk.connection, sorted(sources))
        if records:
            messages = [
                Message(
                    source=sources[record.source_id],
                    topic=record.topic,
                    payload=record.payload,
                    received_at=record.received_at,
                )
                for record in records
            ]
            scopes = [record.speaks_for for record in records]
            desk.take(messages, _answering(records, messages), scopes)
    return len(records)


def _answering(records: Sequence[WaitingRecord], messages: Sequence[Message]) -> Also:
    """Answers the records of a batch, or of any part of one, that it is told the entries of."""
    record_of = {id(message): record for message, record in zip(messages, records, strict=True)}

    def also(connection: Connection, entries: Sequence[Entry]) -> None:
        answer(connection, [_answer(record_of[id(entry.delivery.message)], entry) for entry in entries])

    return also


def _answer(record: WaitingRecord, entry: Entry) -> Answer:
    return Answer(
        post_id=record.post_id,
        index=record.index,
        outcome=entry.outcome.value,
        reason=Reason.UNKNOWN_DEVICE.value if _is_not_theirs(record, entry) else entry.reason,
        detail=NOT_THEIRS if _is_not_theirs(record, entry) else _detail(entry),
    )


def _is_not_theirs(record: WaitingRecord, entry: Entry) -> bool:
    """Whether it speaks for a device that its sender may not speak for: whether that exists is not for them to know."""
    if record.speaks_for is None or entry.set_aside is None or entry.refused or entry.delivery.refused:
        return False
    return entry.set_aside.reason in (Reason.UNKNOWN_DEVICE, Reason.FOREIGN_DEVICE)


def _detail(entry: Entry) -> str | None:
    """Why the record was set aside; of a stored one, for which reasons values of it were refused.

    Who hands a message in need not be one who may read what is stored: a sentence that names the value or the place
    that stood in the way is for the quarantine alone.
    """
    aside, refused = entry.set_aside, entry.refused or entry.delivery.refused
    if aside is not None and aside.reason is not Reason.CONFLICT and not refused:
        return aside.detail
    reasons = {one.reason.value for one in refused} | ({aside.reason.value} if aside is not None else set())
    return f"Values were refused: {', '.join(sorted(reasons))}." if reasons else None
