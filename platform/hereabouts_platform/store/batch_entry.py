"""A delivery of a batch while its outcome is being found, and in which turns the deliveries of a batch are settled."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b

from hereabouts_schemas.message import Delivery, Refused, SetAside
from hereabouts_schemas.outcome import Ignored, Outcome
from hereabouts_schemas.times import microseconds

HOUR_US = 3_600_000_000

Instant = tuple[int, datetime]
"""A datastream's number and a time: what a reading is unique by."""


class Entry:
    """One delivery of a batch while its outcome is being found.

    Attributes:
        index: its place in the batch.
        delivery: what was understood of the message.
        key: the envelope's key as 16 bytes; None where there is none.
        twin: a second key under which the same transmission may come (`Uplink.twin`), as 16 bytes.
        outcome: what became of it; quarantined until something better is found.
        set_aside: why the whole message is in quarantine, if it is.
        refused: values that are in quarantine.
        stored: how many readings it added.
    """

    __slots__ = ("delivery", "index", "key", "outcome", "refused", "set_aside", "stored", "twin")

    def __init__(self, index: int, delivery: Delivery) -> None:
        self.index = index
        self.delivery = delivery
        self.key = None if delivery.key is None else blake2b(delivery.key.encode(), digest_size=16).digest()
        self.twin = None if delivery.twin is None else _twin_hash(delivery.twin)
        self.outcome = Outcome.QUARANTINED
        self.set_aside: SetAside | None = None
        self.refused: Sequence[Refused] = ()
        self.stored = 0

    @property
    def reason(self) -> str | None:
        """Why the message was set aside or ignored, once its outcome is known; None for any other outcome."""
        verdict = self.delivery.verdict
        if self.outcome is Outcome.QUARANTINED and self.set_aside is not None:
            return self.set_aside.reason.value
        return verdict.value if self.outcome is Outcome.IGNORED and isinstance(verdict, Ignored) else None

    @property
    def scoped_key(self) -> tuple[int, bytes]:
        """The key with its source, as the store has it unique. Only where there is a key."""
        return self.delivery.message.source.id, self.key or b""

    @property
    def scoped_twin(self) -> tuple[int, bytes]:
        """The twin with its source. Only where there is one."""
        return self.delivery.message.source.id, self.twin or b""


def _twin_hash(twin: str) -> bytes:
    return blake2b(twin.encode(), digest_size=16, person=b"twin").digest()


def entries_of(deliveries: Sequence[Delivery]) -> list[Entry]:
    """Entries in order."""
    return [Entry(index, delivery) for index, delivery in enumerate(deliveries)]


def waves(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Split a batch so that no key and no twin stands twice in a wave: the first copy decides about the second."""
    seen: dict[tuple[int, bytes], int] = {}
    result: list[list[Entry]] = [[]]
    for entry in entries:
        turn = 0
        if entry.key is not None:
            turn = seen.get(entry.scoped_key, 0)
            if entry.twin is not None:
                turn = max(turn, seen.get(entry.scoped_twin, 0))
                seen[entry.scoped_twin] = turn + 1
            seen[entry.scoped_key] = turn + 1
        while len(result) <= turn:
            result.append([])
        result[turn].append(entry)
    return result


def as_columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows as the columns that `unnest` takes."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def number_array(numbers: Iterable[float]) -> str:
    """Numbers as an array literal: psycopg looks at each element of a list, which costs ten times as much."""
    return f"{{{','.join(map(repr, numbers))}}}"


def text_array(texts: Iterable[str]) -> str:
    """Texts as an array literal."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return "{" + ",".join([f'"{text}"' for text in quoted]) + "}"


def time_array(times: Sequence[datetime]) -> str:
    """Instants as an array literal of microseconds since 1970, for the statements that take them so."""
    return number_array([microseconds(at) for at in times])


def key_array(keys: Iterable[bytes]) -> str:
    """Keys as a literal of bytea[]."""
    return "{" + ",".join(['"\\\\x' + key.hex() + '"' for key in keys]) + "}"
