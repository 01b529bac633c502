"""Frame counters for the job `gaps`, and what it finds. Role jobs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hereabouts_platform.rules.frame_gaps import Ask, DeviceGap
from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("frame_gaps")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspect:
    """A device on a source that may lack frames: (time, counter) in order of time."""

    source_id: int
    device: str
    frames: Sequence[tuple[datetime, int]]


def count_since(connection: Connection, usual: datetime, farthest: datetime, finished_since: datetime) -> datetime:
    """From which hour on to count: `usual`, or as far back as finished backfill has changed hours, to `farthest`."""
    values = {"usual": usual, "farthest": farthest, "finished_since": finished_since}
    row = connection.execute(SQL["since"], values).fetchone()
    if row is None:
        raise LookupError("an aggregate returned no row")
    since: datetime = row[0]
    return since


def suspects(connection: Connection, since: datetime, now: datetime) -> Iterator[Suspect]:
    """Devices heard in [since, now) whose counters do not stand for as many frames as came."""
    for source_id, device, times, counters in connection.execute(SQL["suspects"], {"since": since, "now": now}):
        yield Suspect(source_id=source_id, device=device, frames=list(zip(times, counters, strict=True)))


def devices_heard(connection: Connection, since: datetime, now: datetime) -> dict[int, int]:
    """How many devices with a counter were heard on each source."""
    return dict(connection.execute(SQL["heard"], {"since": since, "now": now}).fetchall())


def replace_estimates(connection: Connection, since: datetime, counts: Mapping[tuple[int, datetime], int]) -> None:
    """The hours from `since` on lack these frames, by source, and no others."""
    connection.execute(SQL["forget"], (since,))
    connection.execute(SQL["estimate"], as_columns([(*key, count) for key, count in sorted(counts.items())], 3))


def not_asked(connection: Connection, gaps: Sequence[tuple[int, DeviceGap]]) -> list[tuple[int, DeviceGap]]:
    """Those of (source, gap) that no request has ever covered, where there is somebody to ask."""
    rows = [(source, each.device, each.gap.from_at, each.gap.to_at) for source, each in gaps]
    names = ("sources", "devices", "froms", "tos")
    values = dict(zip(names, as_columns(rows, 4), strict=True))
    return [gaps[position - 1] for (position,) in connection.execute(SQL["not_asked"], values)]


def ask(connection: Connection, source_id: int, wanted: Ask, now: datetime) -> None:
    """Put a request down."""
    values = {"source": source_id, "from_at": wanted.from_at, "to_at": wanted.to_at, "now": now}
    if wanted.device is None:
        connection.execute(SQL["ask_all"], values)
    else:
        connection.execute(SQL["ask_device"], {**values, "device": wanted.device})
