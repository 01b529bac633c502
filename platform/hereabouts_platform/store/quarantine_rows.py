"""Quarantine rows of a batch: one a message set aside, one a refused value, the same message counted once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hereabouts_schemas.message import Delivery, Refused, SetAside


@dataclass(kw_only=True, slots=True)
class _Row:
    kind: str
    source_id: int
    topic: str
    device_id: str | None
    reason: str
    detail: str
    field: str
    raw: str
    quantity: str | None
    channel: str
    time: datetime | None
    received_at: datetime
    last_at: datetime
    deliveries: int
    index: int
    content_hash: bytes
    payload: bytes

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two rows the same thing come again, as the store has it unique."""
        at = "" if self.time is None else self.time.isoformat()
        return (self.source_id, self.content_hash, self.kind, self.reason, self.field, self.channel, at)


MOST_VALUES = 50
COLUMNS = tuple(_Row.__slots__)


def quarantine_columns(
    items: Iterable[tuple[int, Delivery, SetAside | None, Sequence[Refused]]],
) -> list[list[object]] | None:
    """Columns in the order of `COLUMNS`, sorted by identity, or None when nothing was set aside."""
    rows: dict[tuple[object, ...], _Row] = {}
    for index, delivery, set_aside, refused in items:
        found = [_message_row(index, delivery, set_aside)] if set_aside is not None else []
        found += [_value_row(index, delivery, value) for value in _told(refused)]
        for row in found:
            same = rows.setdefault(row.identity, row)
            if same is not row:
                same.deliveries += 1
                same.last_at = max(same.last_at, row.last_at)
    ordered = [rows[identity] for identity in sorted(rows, key=repr)]
    return [[getattr(row, name) for row in ordered] for name in COLUMNS] if ordered else None


def _told(refused: Sequence[Refused]) -> list[Refused]:
    """The refused values of one message that get a row: each row holds the whole message, so a crowd is told in one.

    `values_refused` counts every one, and the raw batch holds them all.
    """
    if len(refused) <= MOST_VALUES:
        return list(refused)
    rest = len(refused) - MOST_VALUES
    last = refused[MOST_VALUES]
    return [*refused[:MOST_VALUES], replace(last, detail=f"{last.detail} And {rest - 1} more values of this message.")]


def _message_row(index: int, delivery: Delivery, set_aside: SetAside) -> _Row:
    message = delivery.message
    return _Row(
        kind="message", source_id=message.source.id, topic=message.topic, device_id=delivery.device_id,
        reason=set_aside.reason.value, detail=set_aside.detail, field="", raw="", quantity=None, channel="",
        time=None, received_at=message.received_at, last_at=message.received_at, deliveries=1,
        index=index, content_hash=message.content_hash(), payload=message.payload,
    )  # fmt: skip


def _value_row(index: int, delivery: Delivery, value: Refused) -> _Row:
    message = delivery.message
    return _Row(
        kind="value", source_id=message.source.id, topic=message.topic, device_id=delivery.device_id,
        reason=value.reason.value, detail=value.detail, field=value.field, raw=value.raw, quantity=value.quantity,
        channel=value.channel, time=value.time, received_at=message.received_at, last_at=message.received_at,
        deliveries=1, index=index, content_hash=message.content_hash(), payload=message.payload,
    )  # fmt: skip
