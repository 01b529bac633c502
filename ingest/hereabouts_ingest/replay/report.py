"""What a replay would change, or changed: counts of everything, and a few values of each datastream to look at."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from hereabouts_ingest.replay.judge import Judged
from hereabouts_platform.store.replay_rows import Change, Changes, Instant, Stream
from hereabouts_schemas.outcome import Outcome

SAMPLES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One value: added (`old` None), changed, or vanished (`new` None)."""

    time: datetime
    old: float | None
    new: float | None


@dataclass(kw_only=True, slots=True)
class StreamDiff:
    """What happens to one datastream. `vanished`: no longer given, and kept; `removed`: no longer given, and taken."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    vanished: int = 0
    samples: dict[str, list[Sample]] = field(default_factory=dict)

    def take(self, what: str, sample: Sample) -> None:
        """Count one value, and keep it where there are few yet."""
        setattr(self, what, getattr(self, what) + 1)
        shown = self.samples.setdefault(what, [])
        if len(shown) < SAMPLES:
            shown.append(sample)


@dataclass(kw_only=True, slots=True)
class Report:
    """What a replay would change, or changed. Memory grows with the datastreams touched, not with the messages.

    Attributes:
        messages: how many messages were read again.
        streams: datastreams with a difference.
        moves: (from, to) -> messages; outcomes, for quarantine with the reason: `quarantined: clock`.
        values_moved: (reason, became) -> refused values that leave quarantine.
        values_refused: reason -> refused values that enter it.
        redecoded: messages whose decoder is another now, whatever their values.
        events: device events added.
        without_bytes: messages whose raw bytes have expired.
        left_alone: messages that the store refused, which stay as they were.
    """

    messages: int = 0
    streams: dict[Stream, StreamDiff] = field(default_factory=dict)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    values_moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    values_refused: Counter[str] = field(default_factory=Counter)
    redecoded: Counter[tuple[str, str]] = field(default_factory=Counter)
    events: int = 0
    without_bytes: int = 0
    left_alone: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change. Values that vanished and are kept are no change."""
        changed = any(diff.added or diff.changed or diff.removed for diff in self.streams.values())
        return not (changed or self.moves or self.values_moved or self.values_refused or self.redecoded or self.events)

    def total(self, what: str) -> int:
        """The sum of `added`, `changed`, `removed` or `vanished` over all datastreams."""
        return sum(getattr(diff, what) for diff in self.streams.values())

    def take(self, changes: Changes, judged: Iterable[Judged]) -> None:
        """Add one step."""
        for change in changes.readings:
            self._stream(change.instant).take(_kind_of(change), _sample(change))
        for group in judged:
            for instant, value in group.vanished:
                self._stream(instant).take("vanished", Sample(time=instant[1], old=value, new=None))
            self.messages += len(group.verdicts)
        self._take_moves(changes)
        self.events += len(changes.events)

    def _take_moves(self, changes: Changes) -> None:
        for one in changes.released:
            if one.row.kind == "value":
                self.values_moved[(one.row.reason, one.became)] += one.count
        for move in changes.moved:
            before = _said(move.was.outcome, None if move.was.outcome is Outcome.IGNORED else move.left)
            after = _said(move.now.outcome, move.entered)
            if move.was.outcome is not move.now.outcome or move.left is not None:
                self.moves[(before, after)] += 1
            elif move.was.decoder != move.now.decoder:
                self.redecoded[(move.was.decoder or "nothing", move.now.decoder or "nothing")] += 1
        for row in changes.added_rows:
            if row[1] == "value":
                self.values_refused[str(row[5])] += 1

    def _stream(self, instant: Instant) -> StreamDiff:
        return self.streams.setdefault(instant[0], StreamDiff())


def _said(outcome: Outcome, reason: str | None) -> str:
    return outcome.value if reason is None else f"{outcome.value}: {reason}"


def _kind_of(change: Change) -> str:
    if change.old is None:
        return "added"
    return "removed" if change.new is None else "changed"


def _sample(change: Change) -> Sample:
    return Sample(time=change.instant[1], old=change.old, new=change.new)
