"""A replay from end to end: batch by batch, judged and written in transactions of some hundred messages.

Guarantee: every step is one transaction that changes all or nothing; a replay that is cut off goes on when it is run
again, and one that is run again without need changes nothing. One replay changes things at a time. Live workers go on
meanwhile: a step looks and writes in one transaction, and starts over when a worker came in between. Memory: one batch
and one step at a time; what a dry run has to remember lies in temporary tables of its session.
"""

from collections.abc import Callable, Iterator, Sequence

import psycopg
from psycopg import errors

from hereabouts_ingest.replay.choose import Chosen, Members, choose, with_bytes
from hereabouts_ingest.replay.judge import Item
from hereabouts_ingest.replay.readers import Readers
from hereabouts_ingest.replay.report import Report
from hereabouts_ingest.replay.step import Looker, Step, Work, read_again
from hereabouts_platform.access.policy import require
from hereabouts_platform.store import replay_work
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.device_sources import every_speaker
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.raw_blob import unpack
from hereabouts_platform.store.registry import every_source
from hereabouts_platform.store.replay_ground import note_dry
from hereabouts_platform.store.replay_rows import Selection, Waiting, Was
from hereabouts_platform.store.replay_write import OverTaken, alone, write_changes
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import StoreUnavailable
from hereabouts_schemas.message import Message
from hereabouts_schemas.outcome import Outcome, Reason

MESSAGES_A_STEP = 300
TRIES = 8

Progress = Callable[[int, int], None]


class Replay:
    """Reads stored messages again.

    Args:
        connection: role ingest, not in a transaction.
        principal: who replays; must be allowed to write readings.
        readers: today's registry and decoders.
        wanted: which messages.
        remove: whether values that are no longer given are removed; else they stay and are told.
        messages_a_step: how many messages a transaction takes, about.

    Raises:
        NotAllowed: `principal` may not.
    """

    def __init__(
        self,
        connection: Connection,
        principal: Principal,
        readers: Readers,
        wanted: Selection,
        *,
        remove: bool = False,
        messages_a_step: int = MESSAGES_A_STEP,
    ) -> None:
        require(principal, Action.WRITE, Resource.READINGS)
        self._connection = connection
        self._engine = detect(connection).engine
        self._principal = principal
        self._readers = readers
        self._wanted = wanted
        self._messages_a_step = messages_a_step
        self._sources = every_source(connection)
        self._speakers = every_speaker(connection)
        self._looker = Looker(connection, readers, self._speakers, self._listed, remove=remove)

    def preview(self, progress: Progress | None = None) -> Report:
        """What the replay would change, exactly, as things stand; changes nothing."""
        report = Report()
        for work in self._steps(report, progress):
            step = self._looker.look(work, dry=True)
            note_dry(self._connection, step.changes)
            replay_work.note_seen(self._connection, step.changes.seen)
            report.take(step.changes, step.judged)
        return report

    def apply(self, progress: Progress | None = None) -> Report:
        """Change it; returns what was changed.

        Raises:
            StoreUnavailable: another replay is running, or live workers came in between again and again. What is done
                so far stays done.
        """
        report = Report()
        with alone(self._connection):
            for work in self._steps(report, progress):
                self._apply(work, report)
        return report

    def _steps(self, report: Report, progress: Progress | None) -> Iterator[Work]:
        """The messages, read again, in steps; those of a device in a batch stay together."""
        step: list[tuple[Members, Sequence[Item]]] = []
        for members in self._members(report, progress):
            step.append((members, read_again(members, self._readers, self._speakers)))
            if sum(len(items) for _, items in step) >= self._messages_a_step:
                yield step
                step = []
        if step:
            yield step

    def _members(self, report: Report, progress: Progress | None) -> Iterator[Members]:
        total = replay_work.list_work(self._connection, self._wanted)
        for done, batch in enumerate(replay_work.batches(self._connection), start=1):
            if batch.blob is None:
                report.without_bytes += len(batch.uplinks)
            else:
                yield from self._of_batch(batch, batch.blob, report)
            if progress is not None:
                progress(done, total)
        yield from self._of_lone_rows()

    def _of_batch(self, batch: replay_work.StoredBatch, blob: bytes, report: Report) -> list[Members]:
        messages = with_bytes(batch.uplinks, unpack(blob), self._sources)
        report.without_bytes += len(batch.uplinks) - len(messages)
        return self._chosen(messages)

    def _listed(self, batch_id: int) -> list[Members]:
        """The messages of a batch that this replay reads again, out of turn."""
        batch = replay_work.listed_batch(self._connection, batch_id)
        if batch is None or batch.blob is None:
            return []
        return self._chosen(with_bytes(batch.uplinks, unpack(batch.blob), self._sources))

    def _chosen(self, messages: Sequence[Chosen]) -> list[Members]:
        waiting = replay_work.waiting_rows(self._connection, [one.content for one in messages])
        return choose(messages, self._wanted, waiting, self._readers)

    def _of_lone_rows(self) -> Iterator[Members]:
        """Messages whose batch has expired and whose bytes their row of quarantine still holds."""
        seen: set[tuple[int, int]] = set()
        for lone in replay_work.lone_rows(self._connection, self._wanted):
            row, where = lone.row, (lone.row.batch_id, lone.row.index)
            if where not in seen:
                seen.add(where)
                was = replay_work.uplinks_of(self._connection, [row.batch_id]).get(where) or _as_it_was(row)
                source = self._sources[row.source_id]
                message = Message(source=source, topic=lone.topic, payload=lone.payload, received_at=row.received_at)
                foreign = row.reason == Reason.FOREIGN_DEVICE
                content = (row.source_id, row.content_hash)
                chosen = Chosen(was=was, message=message, content=content, is_foreign=foreign)
                yield Members(chosen=(chosen,), whole=False)

    def _apply(self, work: Work, report: Report) -> None:
        """Write a step; halve one that the store refuses until the culprit is alone, and leave that as it was."""
        try:
            step = self._write(work)
        except (psycopg.DataError, psycopg.IntegrityError, UnicodeError):
            if len(work) > 1:
                middle = len(work) // 2
                self._apply(work[:middle], report)
                self._apply(work[middle:], report)
            else:
                report.left_alone += len(work[0][1])
            return
        report.take(step.changes, step.judged)

    def _write(self, work: Work) -> Step:
        for _ in range(TRIES):
            try:
                with acting(self._connection, self._principal.id):
                    step = self._looker.look(work, dry=False)
                    if step.changes:
                        write_changes(self._connection, self._engine, self._principal, step.changes, self._told())
                    replay_work.note_seen(self._connection, step.changes.seen)
            except (OverTaken, errors.DeadlockDetected, errors.SerializationFailure):
                continue
            return step
        raise StoreUnavailable(
            "New messages keep coming in between. What is done stays done; run the replay again in a quieter moment."
        )

    def _told(self) -> dict[str, object]:
        """What the batch row and the audit say was asked for."""
        asked = {
            "from": self._wanted.from_at,
            "to": self._wanted.to_at,
            "device": self._wanted.device,
            "source": self._wanted.source,
            "reason": self._wanted.reason,
            "decoder": self._readers.named,
        }
        told = {name: str(value) for name, value in asked.items() if value is not None}
        return {"what": "quarantine" if self._wanted.waiting else "received", **told, "by": self._principal.name}


def _as_it_was(row: Waiting) -> Was:
    """What a message was taken for whose row in `uplink` has expired too."""
    outcome = Outcome.QUARANTINED if row.kind == "message" else Outcome.STORED
    return Was(
        batch_id=row.batch_id,
        index=row.index,
        received_at=row.received_at,
        source_id=row.source_id,
        outcome=outcome,
        device_id=row.device_id,
    )
