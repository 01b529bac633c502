"""Which messages a replay reads again: a work list of batches beside the client, read page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from psycopg.rows import TupleRow

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.replay_rows import Selection, Waiting, Was
from hereabouts_schemas.outcome import Outcome

SQL = load("replay")

BATCHES_A_PAGE = 8  # blobs are compressed, and a batch holds 8 MiB of payload at the most
ROWS_A_PAGE = 50  # each with its payload


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredBatch:
    """A batch with its bytes, None where they have expired, and what its messages were taken for."""

    batch_id: int
    blob: bytes | None
    uplinks: tuple[Was, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LoneRow:
    """A waiting row of quarantine whose batch has expired, with its own bytes."""

    row: Waiting
    topic: str
    payload: bytes


def list_work(connection: Connection, wanted: Selection) -> int:
    """Make the work list of this session; returns how many batches are on it, oldest first."""
    connection.execute(SQL["make_scratch"])
    statement = SQL["list_waiting"] if wanted.waiting else SQL["list_received"]
    connection.execute(statement, asdict(wanted))
    row = connection.execute(SQL["count_work"]).fetchone()
    return int(row[0]) if row else 0


def batches(connection: Connection) -> Iterator[StoredBatch]:
    """The batches of the work list in its order."""
    behind = 0
    while page := connection.execute(SQL["work"], (behind, BATCHES_A_PAGE)).fetchall():
        behind = page[-1][0]
        uplinks: dict[int, list[Was]] = {}
        for row in connection.execute(SQL["uplinks"], ([batch_id for _, batch_id, _ in page],)):
            uplinks.setdefault(row[0], []).append(_was(row))
        for _, batch_id, blob in page:
            yield StoredBatch(batch_id=batch_id, blob=blob, uplinks=tuple(uplinks.get(batch_id, ())))


def lone_rows(connection: Connection, wanted: Selection) -> Iterator[LoneRow]:
    """Waiting rows whose batch has no bytes any more, oldest first."""
    behind = 0
    values = {**asdict(wanted), "most": ROWS_A_PAGE}
    while page := connection.execute(SQL["without_bytes"], {**values, "behind": behind}).fetchall():
        behind = page[-1][0]
        for *row, topic, payload in page:
            yield LoneRow(row=_waiting(row), topic=topic, payload=payload)


def uplinks_of(connection: Connection, batch_ids: Sequence[int]) -> dict[tuple[int, int], Was]:
    """What the messages of batches were taken for, by batch and index."""
    found = (_was(row) for row in connection.execute(SQL["uplinks"], (list(batch_ids),)))
    return {was.where: was for was in found}


def waiting_rows(
    connection: Connection, contents: Sequence[tuple[int, bytes]]
) -> dict[tuple[int, bytes], list[Waiting]]:
    """The waiting rows of these (source, content hash), oldest first."""
    found: dict[tuple[int, bytes], list[Waiting]] = {}
    if contents:
        ordered = sorted(set(contents))
        columns = ([source for source, _ in ordered], [content for _, content in ordered])
        for row in map(_waiting, connection.execute(SQL["waiting"], columns)):
            found.setdefault((row.source_id, row.content_hash), []).append(row)
    return found


def _was(row: TupleRow) -> Was:
    batch_id, index, received_at, source_id, outcome, device, observed_at, time_source, clock_bad, port, count, by = row
    return Was(
        batch_id=batch_id, index=index, received_at=received_at, source_id=source_id, outcome=Outcome(outcome),
        device_id=device, observed_at=observed_at, time_source=time_source, clock_bad=clock_bad, f_port=port,
        f_cnt=count, decoder=by,
    )  # fmt: skip


def _waiting(row: Sequence[object]) -> Waiting:
    return Waiting(**dict(zip(Waiting.__slots__, row, strict=True)))  # type: ignore[arg-type]
