"""A delivery of a batch while its outcome is being found, and in which turns the deliveries of a batch are settled."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from hereabouts_schemas.message import Delivery, Refused, SetAside
from hereabouts_schemas.outcome import Ignored, Outcome

Instant = tuple[int, datetime]
"""A datastream's number and a time: what a reading is unique by."""


@dataclass(kw_only=True, slots=True)
class Entry:
    """One delivery of a batch while its outcome is being found."""

    index: int
    delivery: Delivery
    key: bytes | None
    outcome: Outcome = Outcome.QUARANTINED
    set_aside: SetAside | None = None
    refused: list[Refused] = field(default_factory=list)
    stored: dict[Instant, float] = field(default_factory=dict)

    @property
    def scoped_key(self) -> tuple[int, bytes | None]:
        """The key with its source, as the store has it unique."""
        return self.delivery.message.source.id, self.key

    @property
    def reason(self) -> str | None:
        """Why the message was set aside or ignored, once its outcome is known; None for any other outcome."""
        verdict = self.delivery.verdict
        if self.outcome is Outcome.QUARANTINED and self.set_aside is not None:
            return self.set_aside.reason.value
        return verdict.value if self.outcome is Outcome.IGNORED and isinstance(verdict, Ignored) else None


def entries_of(deliveries: Sequence[Delivery]) -> list[Entry]:
    """Entries in order, with the envelope's key as 16 bytes."""
    return [
        Entry(
            index=index,
            delivery=delivery,
            key=None if delivery.key is None else blake2b(delivery.key.encode(), digest_size=16).digest(),
        )
        for index, delivery in enumerate(deliveries)
    ]


def waves(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Split a batch so that no key stands twice in a wave: what the first copy became decides about the second."""
    seen: Counter[tuple[int, bytes | None]] = Counter()
    result: list[list[Entry]] = []
    for entry in entries:
        turn = seen[entry.scoped_key] if entry.key is not None else 0
        seen[entry.scoped_key] += 1
        while len(result) <= turn:
            result.append([])
        result[turn].append(entry)
    return result


def as_columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows as the columns that `unnest` takes."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
