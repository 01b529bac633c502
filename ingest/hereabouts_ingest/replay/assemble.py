"""From judgements to what is written: uplink rows, counts, and what leaves quarantine or enters it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hereabouts_ingest.replay.judge import Judged, Verdict
from hereabouts_platform.store.quarantine_rows import COLUMNS, quarantine_columns
from hereabouts_platform.store.replay_rows import Changes, Moved, Released, Waiting, Was
from hereabouts_schemas.outcome import Outcome

Content = tuple[int, bytes]
"""Source and content hash: what rows of quarantine belong to."""


class Assembly:
    """Gathers the changes of one step.

    Args:
        waiting: the waiting rows of quarantine of every message in the step.
    """

    def __init__(self, waiting: Mapping[Content, Sequence[Waiting]]) -> None:
        self._left = {row.id: row.waiting for rows in waiting.values() for row in rows}
        self._waiting = waiting
        self.changes = Changes()

    def take(self, judged: Judged) -> None:
        """Add what became of one group."""
        self.changes.readings += judged.changes
        self.changes.keys |= judged.keys
        removed = sum(change.new is None for change in judged.changes)
        for verdict in judged.verdicts:
            is_stored = verdict.item.was.outcome is Outcome.STORED
            self._take_verdict(verdict, removed if is_stored else 0)
            removed = 0 if is_stored else removed

    def _take_verdict(self, verdict: Verdict, removed: int) -> None:
        was = verdict.item.was
        now = was if verdict.kept else _now(verdict)
        reason, refused = (None, 0) if verdict.kept else self._quarantine(verdict)
        added = verdict.added - removed
        if now != was or reason is not None or added or refused:
            move = Moved(
                was=was, now=now, reason=reason, set_aside=verdict.set_aside, values_stored=added,
                values_refused=refused,
            )  # fmt: skip
            self.changes.moved.append(move)

    def _quarantine(self, verdict: Verdict) -> tuple[str | None, int]:
        """Move the message and its refused values into quarantine and out.

        Returns the reason that the message waited for and no longer does, and how many values more are refused.
        """
        delivery, was = verdict.item.delivery, verdict.item.was
        rows = self._waiting.get((was.source_id, delivery.message.content_hash()), ())
        wanted = _wanted(verdict)
        reason = self._move_message(verdict, rows, wanted)
        values = {identity: row for identity, row in wanted.items() if identity[2] == "value"}
        stood = [row for row in rows if row.kind == "value" and (row.batch_id, row.index) == was.where]
        leaving = [row for row in stood if row.identity not in values]
        known = {row.identity for row in rows}
        entering = [row for identity, row in values.items() if identity not in known]
        self.changes.released += [
            Released(row=row, count=self._left.pop(row.id), became=verdict.outcome.value)
            for row in leaving
            if row.id in self._left
        ]
        self.changes.added_rows += [[was.batch_id, *row] for row in entering]
        if not leaving and not entering and was.outcome is verdict.outcome:
            return reason, 0
        return reason, len(verdict.refused) - sum(row.waiting for row in stood)

    def _move_message(
        self, verdict: Verdict, rows: Sequence[Waiting], wanted: Mapping[tuple[object, ...], list[object]]
    ) -> str | None:
        was = verdict.item.was
        message = next(((identity, row) for identity, row in wanted.items() if identity[2] == "message"), None)
        wish = message[0] if message is not None else None
        left = self._row_of(was, rows, wish) if was.outcome is Outcome.QUARANTINED else None
        if left is not None:
            self._left[left.id] -= 1
            if left.identity == wish:
                return None
            became = verdict.outcome.value if verdict.set_aside is None else verdict.set_aside.reason.value
            self.changes.released.append(Released(row=left, count=1, became=became))
        if message is not None:
            self.changes.added_rows.append([was.batch_id, *message[1]])
        return left.reason if left is not None else None

    def _row_of(self, was: Was, rows: Sequence[Waiting], wish: tuple[object, ...] | None) -> Waiting | None:
        """The row that counts this message: the one it opened, else the likeliest of its content.

        Of several that may be it, not the one it is to go to: another copy may have gone there a step before.
        """
        fitting = [row for row in rows if row.kind == "message" and self._left.get(row.id, 0) > 0]

        def unlikely(row: Waiting) -> tuple[bool, bool, bool]:
            in_span = row.received_at <= was.received_at <= row.last_at
            return (row.batch_id, row.index) != was.where, not in_span, row.identity == wish

        return min(fitting, key=unlikely, default=None)


def _now(verdict: Verdict) -> Was:
    """The message's new row in `uplink`."""
    d = verdict.item.delivery
    return replace(
        verdict.item.was,
        outcome=verdict.outcome,
        device_id=d.device_id,
        observed_at=d.observed_at,
        time_source=None if d.observed_at is None else d.time_source.value,
        clock_bad=d.clock_bad,
        f_port=d.f_port,
        f_cnt=d.f_cnt,
        decoder=d.decoder,
    )


def _wanted(verdict: Verdict) -> dict[tuple[object, ...], list[object]]:
    """The rows of quarantine that today's reading asks for, by identity."""
    item = verdict.item
    columns = None
    if verdict.set_aside is not None or verdict.refused:
        columns = quarantine_columns([(item.was.index, item.delivery, verdict.set_aside, verdict.refused)])
    return {_identity(row): row for row in _rows(columns)}


def _rows(columns: list[list[object]] | None) -> Iterable[list[object]]:
    return (list(row) for row in zip(*columns, strict=True)) if columns is not None else ()


def _identity(row: Sequence[object]) -> tuple[object, ...]:
    of = dict(zip(COLUMNS, row, strict=True))
    at = of["time"].isoformat() if hasattr(of["time"], "isoformat") else ""
    return (of["source_id"], of["content_hash"], of["kind"], of["reason"], of["field"], of["channel"], at)
