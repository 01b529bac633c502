"""From judgements to what is written: uplink rows, counts, and what leaves quarantine or enters it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hereabouts_ingest.replay.judge import Judged, Verdict
from hereabouts_platform.store.quarantine_rows import COLUMNS, quarantine_columns
from hereabouts_platform.store.replay_rows import Changes, Content, Moved, Released, Seen, ValueOf, Waiting, Was
from hereabouts_schemas.message import SetAside
from hereabouts_schemas.outcome import Ignored, Outcome

Identity = tuple[Any, ...]
"""What makes two rows of quarantine the same, as `Waiting.identity` has it."""


class Assembly:
    """Gathers the changes of one step.

    Args:
        waiting: the waiting rows of quarantine of every message in the step.
        seen: what of them earlier steps have seen to.
        dry: whether nothing is written, so that the store goes on showing deliveries that have left.
    """

    def __init__(self, waiting: Mapping[Content, Sequence[Waiting]], seen: Seen, *, dry: bool) -> None:
        self._left = {row.id: row.waiting - _seen_of(row, seen) for rows in waiting.values() for row in rows}
        self._waiting = waiting
        self._values = dict(seen.values)
        self._dry = dry
        self.changes = Changes()

    def take(self, judged: Judged) -> None:
        """Add what became of one group."""
        self.changes.readings += judged.changes
        self.changes.keys |= judged.keys
        removed = judged.removed
        for verdict in judged.verdicts:
            is_stored = verdict.item.was.outcome is Outcome.STORED
            self._take_verdict(verdict, removed if is_stored else 0)
            removed = 0 if is_stored else removed

    def _take_verdict(self, verdict: Verdict, removed: int) -> None:
        was = verdict.item.was
        now = was if verdict.kept else _now(verdict)
        left, refused = (None, 0) if verdict.kept else self._quarantine(verdict)
        if was.outcome is Outcome.IGNORED and now.outcome is not Outcome.IGNORED:
            left = _ignored_for(verdict)
        added = verdict.added - removed
        if now != was or left is not None or added or refused:
            stays = left is None and was.outcome is now.outcome
            entered = None if stays else _entered(verdict)
            move = Moved(was=was, now=now, left=left, entered=entered, values_stored=added, values_refused=refused)
            self.changes.moved.append(move)

    def _quarantine(self, verdict: Verdict) -> tuple[str | None, int]:
        """Move the message and its refused values into quarantine and out.

        Returns the reason that the message waited for and no longer does, and how many values more are refused.
        """
        was = verdict.item.was
        content = was.source_id, verdict.item.delivery.message.content_hash()
        wanted = _wanted(verdict)
        reason = self._move_message(verdict, content, wanted)
        values = {identity: row for identity, row in wanted.items() if identity[2] == "value"}
        standing = [row for row in self._waiting.get(content, ()) if row.kind == "value" and self._stands(row)]
        known = {row.identity for row in standing}
        entering = [[was.batch_id, *row] for identity, row in values.items() if not self._is_there(identity, known)]
        for identity in values:
            self._note(identity, wanted=True)
        own = [row for row in standing if (row.batch_id, row.index) == was.where]
        leaving = [row for row in own if not self._values.get(_value_of(row.identity), False)]
        for row in leaving:
            self._note(row.identity, wanted=False)
        became = verdict.outcome.value
        self.changes.released += [Released(row=row, count=row.waiting, became=became) for row in leaving]
        self.changes.added_rows += entering
        if not leaving and not entering and was.outcome is verdict.outcome:
            return reason, 0
        return reason, len(verdict.refused) - sum(row.waiting for row in own)

    def _stands(self, row: Waiting) -> bool:
        """Whether a refused value still waits: its message has not let it go in this replay."""
        return self._values.get(_value_of(row.identity), True)

    def _is_there(self, identity: Identity, known: Collection[Identity]) -> bool:
        """Whether a refused value waits already, since before or for a copy of the message in this replay."""
        return identity in known or self._values.get(_value_of(identity), False)

    def _note(self, identity: Identity, *, wanted: bool) -> None:
        """Note that a message wants a refused value, or lets it go when no copy wants it."""
        self._values[_value_of(identity)] = self.changes.seen.values[_value_of(identity)] = wanted

    def _move_message(self, verdict: Verdict, content: Content, wanted: Mapping[Identity, list[object]]) -> str | None:
        was = verdict.item.was
        message = next(((identity, row) for identity, row in wanted.items() if identity[2] == "message"), None)
        wish = message[0] if message is not None else None
        left = self._row_of(was, content, wish) if was.outcome is Outcome.QUARANTINED else None
        self._see(content, left, verdict.set_aside)
        if left is not None:
            self._left[left.id] -= 1
            if left.identity == wish:
                return None
            became = verdict.outcome.value if verdict.set_aside is None else verdict.set_aside.reason.value
            self.changes.released.append(Released(row=left, count=1, became=became))
        if message is not None:
            self.changes.added_rows.append([was.batch_id, *message[1]])
        return left.reason if left is not None else None

    def _row_of(self, was: Was, content: Content, wish: Identity | None) -> Waiting | None:
        """A row that counts this message. Copies of one content cannot be told apart, so it is any with deliveries that
        no copy before it has taken: each takes one, and when all have come by none waits for a reason of yesterday.

        The row it is to wait in, so that reading some copies again and again changes nothing; else the one it opened;
        else the newest older than the message.
        """
        fitting = [row for row in self._messages_waiting(content) if self._left.get(row.id, 0) > 0]

        def unlikely(row: Waiting) -> tuple[bool, bool, bool, float]:
            opened = (row.batch_id, row.index) == was.where
            return row.identity != wish, not opened, row.received_at > was.received_at, -row.received_at.timestamp()

        return min(fitting, key=unlikely, default=None)

    def _see(self, content: Content, left: Waiting | None, set_aside: SetAside | None) -> None:
        """Note a delivery as seen to, under the reason for which the steps behind will find it waiting."""
        if left is not None and sum(row.waiting for row in self._messages_waiting(content)) == 1:
            return  # no copy of it can come by and take it
        if self._dry and left is not None:
            self.changes.seen.messages[*content, left.reason] += 1
        elif not self._dry and set_aside is not None:
            self.changes.seen.messages[*content, set_aside.reason.value] += 1

    def _messages_waiting(self, content: Content) -> list[Waiting]:
        return [row for row in self._waiting.get(content, ()) if row.kind == "message"]


def _seen_of(row: Waiting, seen: Seen) -> int:
    return seen.messages[row.source_id, row.content_hash, row.reason] if row.kind == "message" else 0


def _value_of(identity: Identity) -> ValueOf:
    source_id, content, *rest = identity
    return source_id, content, repr(rest)


def _ignored_for(verdict: Verdict) -> str:
    """Why a message was most likely ignored; nothing but the books of its hour says so."""
    return (Ignored.RETAINED if verdict.item.delivery.message.retained else Ignored.OTHER_KIND).value


def _entered(verdict: Verdict) -> str | None:
    """Why a message is set aside or ignored today."""
    if verdict.set_aside is not None:
        return verdict.set_aside.reason.value
    said = verdict.item.delivery.verdict
    return said.value if verdict.outcome is Outcome.IGNORED and isinstance(said, Ignored) else None


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


def _wanted(verdict: Verdict) -> dict[Identity, list[object]]:
    """The rows of quarantine that today's reading asks for, by identity."""
    item = verdict.item
    columns = None
    if verdict.set_aside is not None or verdict.refused:
        columns = quarantine_columns([(item.was.index, item.delivery, verdict.set_aside, verdict.refused)])
    return {_identity(row): row for row in _rows(columns)}


def _rows(columns: list[list[object]] | None) -> Iterable[list[object]]:
    return (list(row) for row in zip(*columns, strict=True)) if columns is not None else ()


def _identity(row: Sequence[Any]) -> Identity:
    of = dict(zip(COLUMNS, row, strict=True))
    at = of["time"].isoformat() if hasattr(of["time"], "isoformat") else ""
    return (of["source_id"], of["content_hash"], of["kind"], of["reason"], of["field"], of["channel"], at)
