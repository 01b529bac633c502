"""Which messages of a batch are read again, and which belong together. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hereabouts_ingest.replay.readers import Readers
from hereabouts_platform.store.raw_blob import RawMessage
from hereabouts_platform.store.replay_rows import Content, Selection, Waiting, Was
from hereabouts_schemas.message import Message, Source
from hereabouts_schemas.outcome import Outcome, Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A message with its bytes, and what it was taken for."""

    was: Was
    message: Message
    content: Content
    is_foreign: bool = False
    """Whether it was set aside as it came by webhook and spoke for a device of another source."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Members:
    """Messages that are judged together. `whole`: their batch still has its bytes."""

    chosen: tuple[Chosen, ...]
    whole: bool = True

    @property
    def owner(self) -> tuple[int, str] | None:
        """The batch and the device whose readings came of them; None where nothing of them is stored."""
        stored = next((one.was for one in self.chosen if one.was.outcome is Outcome.STORED), None)
        if stored is None or stored.device_id is None or not self.whole:
            return None
        return stored.batch_id, stored.device_id


def with_bytes(uplinks: Sequence[Was], raw: Sequence[RawMessage], sources: Mapping[int, Source]) -> list[Chosen]:
    """Every message of a batch with its bytes; those of a source that no longer exists are left out."""
    found = []
    for was in uplinks:
        source = sources.get(was.source_id)
        if source is not None and was.index < len(raw):
            one = raw[was.index]
            message = Message(
                source=source, topic=one.topic, payload=one.payload, received_at=was.received_at, retained=one.retained
            )
            found.append(Chosen(was=was, message=message, content=(was.source_id, message.content_hash())))
    return found


def choose(
    batch: Sequence[Chosen], wanted: Selection, waiting: Mapping[Content, Sequence[Waiting]], readers: Readers
) -> list[Members]:
    """The chosen messages of a batch, those of a device together.

    With a stored message come all stored messages of its device in the batch: a reading knows its batch, not which of
    its messages it came from.
    """
    chosen = [one for one in batch if _is_wanted(one, wanted, waiting.get(one.content, ()), readers)]
    taken = {one.was.index for one in chosen}
    whole = {one.was.device_id for one in chosen if one.was.outcome is Outcome.STORED}
    groups: dict[str | None, list[Chosen]] = {}
    for one in batch:
        drawn_in = one.was.outcome is Outcome.STORED and one.was.device_id in whole
        if one.was.index in taken or drawn_in:
            marked = replace(one, is_foreign=_is_foreign(one.was, waiting.get(one.content, ())))
            groups.setdefault(one.was.device_id, []).append(marked)
    return [Members(chosen=tuple(group)) for group in groups.values()]


def _is_foreign(was: Was, rows: Sequence[Waiting]) -> bool:
    return was.outcome is Outcome.QUARANTINED and any(row.reason == Reason.FOREIGN_DEVICE for row in rows)


def _is_wanted(one: Chosen, wanted: Selection, rows: Sequence[Waiting], readers: Readers) -> bool:
    if wanted.waiting:
        return any(_fits(row, wanted) and _is_of(row, one.was) for row in rows)
    was = one.was
    device = readers.devices.get(was.device_id) if was.device_id is not None else None
    return (
        (wanted.from_at is None or wanted.from_at <= was.received_at)
        and (wanted.to_at is None or was.received_at < wanted.to_at)
        and (wanted.device is None or wanted.device == was.device_id)
        and (wanted.source is None or wanted.source == one.message.source.name)
        and (wanted.profile is None or (device is not None and device.profile == wanted.profile))
    )


def _fits(row: Waiting, wanted: Selection) -> bool:
    return (
        (wanted.reason is None or wanted.reason == row.reason)
        and (wanted.device is None or wanted.device == row.device_id)
        and (wanted.source is None or wanted.source == row.source)
    )


def _is_of(row: Waiting, was: Was) -> bool:
    """A row of a message counts all its deliveries; one of a value belongs to the message that opened it."""
    if row.kind == "message":
        return was.outcome is Outcome.QUARANTINED
    return (row.batch_id, row.index) == was.where
