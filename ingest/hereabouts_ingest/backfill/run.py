"""Carrying out a request: stored messages through the same door as those by MQTT, progress in the same transaction.

`received_at` of a fetched message is when the network received it, as the message itself states. It would have reached
us then, had we listened. So its clocks are held against that moment, as they would have been; it counts in that hour;
and a device that is silent since does not look alive because its past was fetched. Where it states no time, or one
outside the request, it is the time of fetching. Batches of slot 100 are backfill's: what came when by itself can still
be told.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from hereabouts_ingest.backfill.client import Record, StorageClient
from hereabouts_ingest.backfill.settings import Pace, ThingsStack
from hereabouts_ingest.desk import Desk
from hereabouts_platform.store import backfill as store
from hereabouts_platform.store.batch_entry import Entry
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.errors import ConfigError
from hereabouts_schemas.message import Message, Source

Tell = Callable[[datetime], None]
"""Told up to when everything is fetched, after each batch."""


def carry_out(
    desk: Desk,
    request: store.Request,
    origin: ThingsStack,
    pace: Pace,
    stop: threading.Event,
    *,
    tell: Tell | None = None,
) -> bool:
    """Fetch and store a request from where it stands; False when told to stop before its end.

    Raises:
        NetworkRefused, NetworkAway: see there; what was fetched before is stored.
        ConfigError: the request's source is switched off or gone.
        psycopg.Error: the store is away.
    """
    desk.refresh()
    source = _source(desk, request)
    with StorageClient(origin, pace, stop) as client:
        after = request.reached_at or request.from_at
        for records in client.batches(request.device, after, request.to_at):
            _store(desk, request, source, origin.application, records)
            if tell is not None:
                tell(_reached(request, records))
            if stop.is_set():
                break
    if stop.is_set():
        return False
    with desk.acting() as connection:
        store.finish(connection, request.id, "done")
    return True


def _source(desk: Desk, request: store.Request) -> Source:
    for source in desk.registry.sources:
        if source.id == request.source_id:
            return source
    raise ConfigError(f"The source {request.source} is switched off, so nothing is fetched for it.")


def _store(desk: Desk, request: store.Request, source: Source, application: str, records: Sequence[Record]) -> None:
    now = datetime.now(UTC)
    messages = [_message(record, source, application, now) for record in records]
    reached = {id(message): record.received_at for message, record in zip(messages, records, strict=True)}

    def note(connection: Connection, entries: Sequence[Entry]) -> None:
        times = [at for entry in entries if (at := reached[id(entry.delivery.message)]) is not None]
        up_to = max(times, default=request.from_at)
        store.progress(connection, request.id, up_to, [entry.outcome for entry in entries])

    desk.handle(messages, also=note)


def _message(record: Record, source: Source, application: str, now: datetime) -> Message:
    device = record.device if record.device and not set(record.device) & set("/+#\x00") else "-"
    return Message(
        source=source,
        topic=f"v3/{application}/devices/{device}/up",
        payload=record.payload,
        received_at=min(record.received_at or now, now),
    )


def _reached(request: store.Request, records: Sequence[Record]) -> datetime:
    times = [record.received_at for record in records if record.received_at is not None]
    return min(max(times, default=request.from_at), request.to_at)
