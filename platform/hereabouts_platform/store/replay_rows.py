"""What replay reads from the store and hands back to it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from hereabouts_schemas.message import DeviceEvent
from hereabouts_schemas.outcome import Outcome

Stream = tuple[int, str, str]
"""Deployment, quantity, channel: what a datastream is unique by."""
Instant = tuple[Stream, datetime]
Where = tuple[int, int]
"""Batch and index: where a message lies."""
ScopedKey = tuple[int, bytes]
Content = tuple[int, bytes]
"""Source and content hash: what rows of quarantine belong to."""
WaitsFor = tuple[int, bytes, str]
"""Content and reason: what deliveries of messages wait under."""
ValueOf = tuple[int, bytes, str]
"""Content, and which of its refused values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which messages are read again; None asks for all. Times are UTC, half-open, of receipt.

    Attributes:
        waiting: only what waits in quarantine.
        reason: of the waiting ones, those set aside for this reason.
        device: as `device_id()` spells it.
        source: by name.
        profile: only devices registered with this profile.
    """

    waiting: bool = False
    from_at: datetime | None = None
    to_at: datetime | None = None
    device: str | None = None
    source: str | None = None
    reason: str | None = None
    profile: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Was:
    """What a message was taken for: its row in `uplink`."""

    batch_id: int
    index: int
    received_at: datetime
    source_id: int
    outcome: Outcome
    device_id: str | None = None
    observed_at: datetime | None = None
    time_source: str | None = None
    clock_bad: bool = False
    f_port: int | None = None
    f_cnt: int | None = None
    decoder: str | None = None

    @property
    def where(self) -> Where:
        """Where the message lies."""
        return self.batch_id, self.index


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A row of quarantine with deliveries that still wait there."""

    id: int
    kind: str
    source_id: int
    source: str
    device_id: str | None
    reason: str
    field: str
    channel: str
    time: datetime | None
    received_at: datetime
    last_at: datetime
    waiting: int
    batch_id: int
    index: int
    content_hash: bytes

    @property
    def identity(self) -> tuple[object, ...]:
        """What makes two rows the same, as the store has it unique."""
        at = "" if self.time is None else self.time.isoformat()
        return (self.source_id, self.content_hash, self.kind, self.reason, self.field, self.channel, at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A stored reading's value and batch."""

    value: float
    batch_id: int


@dataclass(kw_only=True, slots=True)
class Ground:
    """What stands in the store where messages are about to be read again; moved along as they are judged.

    Attributes:
        keys: taken keys, and by which message.
        readings: values at the instants in question.
        to_come: what messages that this replay has still to read will make of their own readings at these instants;
            None where they will take them away.
    """

    keys: dict[ScopedKey, Where] = field(default_factory=dict)
    readings: dict[Instant, Standing] = field(default_factory=dict)
    to_come: dict[Instant, float | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One reading added (`old` None), removed (`new` None) or given another value; of the batch `batch_id`."""

    instant: Instant
    old: float | None
    new: float | None
    batch_id: int
    cause: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Released:
    """Deliveries that leave a row of quarantine, and what became of them."""

    row: Waiting
    count: int
    became: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """A message whose row in `uplink` changes, or whose values or quarantine do: before and after.

    Attributes:
        left: the reason it waited or was ignored for until now, and no longer is; of an ignored one the likeliest.
        entered: the reason it waits or is ignored for from now on, and was not.
        values_stored, values_refused: differences, for the counts.
    """

    was: Was
    now: Was
    left: str | None = None
    entered: str | None = None
    values_stored: int = 0
    values_refused: int = 0


@dataclass(kw_only=True, slots=True)
class Seen:
    """What the steps of a replay have to know of the steps before, as copies of one content share rows of quarantine.

    Attributes:
        messages: how many deliveries that the store shows waiting have been seen to: those left where they were or
            newly put, in a dry run those taken. Only of contents that wait several times.
        values: refused values that messages want (True), or that were let go (False).
    """

    messages: Counter[WaitsFor] = field(default_factory=Counter)
    values: dict[ValueOf, bool] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class Changes:
    """Everything one transaction of replay changes; `seen` is no change, but what it leaves for the next."""

    readings: list[Change] = field(default_factory=list)
    keys: dict[ScopedKey, Was] = field(default_factory=dict)
    moved: list[Moved] = field(default_factory=list)
    released: list[Released] = field(default_factory=list)
    added_rows: list[list[object]] = field(default_factory=list)
    events: list[tuple[int, DeviceEvent]] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.readings or self.keys or self.moved or self.released or self.added_rows or self.events)

    def counts(self) -> Counter[str]:
        """How much there is of everything, for the batch row and the audit."""
        counts = Counter(
            {
                "added": sum(change.old is None for change in self.readings),
                "changed": sum(None not in (change.old, change.new) for change in self.readings),
                "removed": sum(change.new is None for change in self.readings),
                "events": len(self.events),
            }
        )
        for move in self.moved:
            if move.was.outcome is not move.now.outcome:
                counts[f"{move.was.outcome}_to_{move.now.outcome}"] += 1
        return counts
