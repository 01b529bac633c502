"""What is asked for without anybody asking: spans in which nobody listened, and devices known by our name only."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson
import structlog

from hereabouts_ingest.backfill.settings import Pace, ThingsStack, is_id
from hereabouts_ingest.desk import Desk
from hereabouts_platform.store import backfill as store
from hereabouts_platform.store.raw_blob import RawMessage
from hereabouts_schemas.message import Source
from hereabouts_schemas.times import format_time

log = structlog.get_logger(__name__)

KEPT = timedelta(days=30)  # by The Things Stack Cloud; 24 hours by the Sandbox
ENVELOPE = "things_stack"

Absences = deque[tuple[datetime | None, datetime]]


def origins_of(things_stack: Sequence[ThingsStack], sources: Sequence[Source]) -> list[store.Origin]:
    """What is set up, for the sources that there are."""
    ids = {source.name: source.id for source in sources if source.envelope == ENVELOPE}
    return [
        store.Origin(source_id=ids[each.source], application=each.application, server=each.server)
        for each in things_stack
        if each.source in ids
    ]


def ask_for_absences(desk: Desk, things_stack: Sequence[ThingsStack], pace: Pace, absences: Absences) -> None:
    """Turn spans in which nobody listened into requests, of whatever can be fetched; each once.

    One that began before this process did began when the last message of its source came by itself; where none ever
    came, nothing was missed.

    Raises:
        psycopg.Error: the store is away; what could not be put down stays in `absences`.
    """
    while absences:
        from_at, to_at = absences[0]
        origins = origins_of(things_stack, desk.registry.sources)
        if origins:
            _ask(desk, origins, pace, from_at, to_at)
        absences.popleft()


def _ask(desk: Desk, origins: Sequence[store.Origin], pace: Pace, from_at: datetime | None, to_at: datetime) -> None:
    with desk.acting() as connection:
        heard = store.last_heard(connection, [origin.source_id for origin in origins], to_at) if from_at is None else {}
        for origin in origins:
            began = from_at or heard.get(origin.source_id)
            if began is None:
                continue
            began = max(began - pace.overlap, datetime.now(UTC) - KEPT)
            ended = to_at + pace.overlap
            store.ask_after_absence(connection, origin, began, ended, ended + pace.settle)
            log.info(
                "messages that came meanwhile will be fetched",
                action="backfill_asked",
                application=origin.application,
                since=format_time(began),
                until=format_time(ended),
            )


def look_up_device(desk: Desk, request: store.Request) -> store.Request | None:
    """The request with the network's own names, from the device's newest message; None where none is kept."""
    if request.application is not None or request.device_id is None:
        return request
    message = store.newest_message(desk.connection, request.source_id, request.device_id, request.to_at)
    names = names_in(message) if message is not None else None
    if names is None:
        return None
    with desk.acting() as connection:
        store.name_device(connection, request.id, *names)
    return store.find(desk.connection, request.id)


def names_in(message: RawMessage) -> tuple[str, str] | None:
    """Application and device as the network calls them, from a message's body, else its topic."""
    levels = message.topic.split("/")
    if len(levels) >= 5 and levels[0] == "v3" and levels[2] == "devices":
        return _ids(levels[1].split("@")[0], levels[3])
    try:
        ids = orjson.loads(message.payload)["end_device_ids"]
        application, device = ids["application_ids"]["application_id"], ids["device_id"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return None
    return _ids(application, device) if isinstance(application, str) and isinstance(device, str) else None


def _ids(application: str, device: str) -> tuple[str, str] | None:
    """Both, if the network can have given them: they become a part of an address."""
    return (application, device) if is_id(application) and is_id(device) else None
