"""What becomes of messages that are read again. Pure: facts in, changes out.

The rules of a live batch hold: a key that another message holds makes a duplicate, the first value at an instant stays.
On top of them: what a message gave before is its own to change; what other messages gave is not. It is compared with
what the others will have given when they have been read again too, whichever comes first. So reading everything again
with the same decoders changes nothing, and what a second reading would change, the first has changed.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from hereabouts_platform.store.batch_settle import conflict_with
from hereabouts_platform.store.replay_rows import Change, Ground, Instant, ScopedKey, Standing, Was
from hereabouts_schemas.message import Delivery, Refused, SetAside, Value
from hereabouts_schemas.outcome import Ignored, Outcome, Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A message that is read again: what it was taken for, and what it is taken for today."""

    was: Was
    delivery: Delivery
    key: bytes | None

    @property
    def scoped_key(self) -> ScopedKey | None:
        """The key as the store has it unique."""
        return None if self.key is None else (self.was.source_id, self.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Messages of one device in one batch: together they own readings, as a reading knows its batch only.

    Attributes:
        items: all stored messages of the device in the batch, when any of them is read again.
        owned: the readings that came of them.
        whole: whether the batch still has its bytes; if not, nothing can be said to have vanished.
    """

    items: tuple[Item, ...]
    owned: frozenset[Instant] = frozenset()
    whole: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What becomes of one message. `kept`: it stays as it was, with its values, although today's reading gives none."""

    item: Item
    outcome: Outcome
    set_aside: SetAside | None = None
    refused: tuple[Refused, ...] = ()
    kept: bool = False
    added: int = 0


@dataclass(kw_only=True, slots=True)
class Judged:
    """What becomes of a group. `removed`: how many of its own readings are taken away."""

    verdicts: list[Verdict] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    keys: dict[ScopedKey, Was] = field(default_factory=dict)
    vanished: list[tuple[Instant, float]] = field(default_factory=list)
    removed: int = 0


def judge(group: Group, ground: Ground, *, remove: bool) -> Judged:
    """Judge a group, and move `ground` along for the next.

    Args:
        group: the messages.
        ground: keys and readings that stand, those of the group among them.
        remove: whether values that today's reading no longer gives are removed; else they stay and are told, as they
            do where a vendor's script was stopped: another time it may give them.
    """
    return _Judgement(group, ground).run(remove=remove)


def instant_of(value: Value) -> Instant:
    """Where a value belongs."""
    return (value.deployment_id, value.quantity, value.channel), value.time


class _Judgement:
    """One group while it is judged."""

    def __init__(self, group: Group, ground: Ground) -> None:
        self._group = group
        self._ground = ground
        self._order = _in_turn(group.items)
        self._owned = _still_owned(group, ground)
        self._stays = self._said_as_before()
        self._claims: dict[Instant, float] = {}
        self._result = Judged()

    def run(self, *, remove: bool) -> Judged:
        result = self._result
        result.verdicts = [self._verdict(item) for item in self._order]
        gone = sorted(self._owned - self._claims.keys())
        stopped = any(_was_stopped(verdict) for verdict in result.verdicts)
        if remove and not stopped:
            self._remove(gone)
        else:
            result.vanished = [(instant, self._ground.readings[instant].value) for instant in gone]
            kept = bool(gone) or stopped or not self._group.whole
            result.verdicts = [_keep(verdict) if kept else verdict for verdict in result.verdicts]
        return result

    def _verdict(self, item: Item) -> Verdict:
        delivery = item.delivery
        if self._is_copy(item):
            return Verdict(item=item, outcome=Outcome.DUPLICATE)
        if isinstance(delivery.verdict, Ignored):
            return Verdict(item=item, outcome=Outcome.IGNORED)
        if isinstance(delivery.verdict, SetAside):
            return Verdict(item=item, outcome=Outcome.QUARANTINED, set_aside=delivery.verdict)
        claimed, agrees, conflicts, before = 0, False, [], len(self._result.changes)
        for value in delivery.values:
            stands = self._claim(item, value)
            if stands is None:
                claimed += 1
            elif stands == value.value:
                agrees = True
            else:
                conflicts.append(conflict_with(value, stands))
        if claimed or not delivery.values:
            self._take_key(item)
            refused = (*delivery.refused, *conflicts)
            added = sum((change.old is None) - (change.new is None) for change in self._result.changes[before:])
            return Verdict(item=item, outcome=Outcome.STORED, refused=refused, added=added)
        if agrees:
            return Verdict(item=item, outcome=Outcome.DUPLICATE, refused=tuple(conflicts))
        aside = SetAside(reason=Reason.CONFLICT, detail=conflicts[0].detail)
        return Verdict(item=item, outcome=Outcome.QUARANTINED, set_aside=aside)

    def _claim(self, item: Item, value: Value) -> float | None:
        """Make the value's instant this message's own; what stands there already, where it is another's."""
        instant = instant_of(value)
        if instant in self._claims:
            return self._claims[instant]
        standing = self._ground.readings.get(instant)
        if standing is not None and standing.value != value.value and instant in self._stays:
            return standing.value
        if standing is not None and instant not in self._owned:
            to_come = self._ground.to_come.get(instant, standing.value)
            if to_come is not None:
                return to_come
            self._let_go(instant, standing)
            standing = None
        self._claims[instant] = value.value
        if standing is None or standing.value != value.value:
            old = None if standing is None else standing.value
            self._change(instant, old, value.value, item.was, item.delivery.decoder)
        return None

    def _let_go(self, instant: Instant, standing: Standing) -> None:
        """Take away what its own message no longer gives, when it is read again after this one."""
        cause = "Replay: its message no longer gives it, and another does."
        change = Change(instant=instant, old=standing.value, new=None, batch_id=standing.batch_id, cause=cause)
        self._result.changes.append(change)

    def _change(self, instant: Instant, old: float | None, new: float | None, was: Was, decoder: str | None) -> None:
        cause = f"Replay: read by {decoder or 'nothing'}, before by {was.decoder or 'nothing'}."
        self._result.changes.append(Change(instant=instant, old=old, new=new, batch_id=was.batch_id, cause=cause))
        self._ground.to_come.pop(instant, None)
        if new is None:
            del self._ground.readings[instant]
        else:
            self._ground.readings[instant] = Standing(value=new, batch_id=was.batch_id)

    def _remove(self, gone: Collection[Instant]) -> None:
        """Take away what nobody of the group says any more."""
        decoders = sorted({item.delivery.decoder or "nothing" for item in self._order})
        stored = [item.was for item in self._order if item.was.outcome is Outcome.STORED]
        self._result.removed = len(gone)
        for instant in gone:
            self._change(instant, self._ground.readings[instant].value, None, stored[0], " and ".join(decoders))

    def _is_copy(self, item: Item) -> bool:
        """Whether another message holds its key. What waits and still says nothing goes on waiting all the same."""
        if item.was.outcome is Outcome.QUARANTINED and isinstance(item.delivery.verdict, SetAside):
            return False
        owner = self._ground.keys.get(item.scoped_key) if item.scoped_key is not None else None
        return owner is not None and owner != item.was.where

    def _take_key(self, item: Item) -> None:
        scoped = item.scoped_key
        if scoped is not None and scoped not in self._ground.keys:
            self._ground.keys[scoped] = item.was.where
            self._result.keys[scoped] = item.was

    def _said_as_before(self) -> Collection[Instant]:
        """Own instants where some message still says what stands: of several that differ, that one was the first."""
        readings, owned = self._ground.readings, self._owned
        return {
            instant_of(value)
            for item in self._order
            if not self._is_copy(item)
            for value in item.delivery.values
            if instant_of(value) in owned and readings[instant_of(value)].value == value.value
        }


def own_changes(group: Group, ground: Ground, *, remove: bool) -> dict[Instant, float | None]:
    """What a group will make of its own readings; None where it takes them away. Nothing else decides about those.

    Args:
        group: the messages.
        ground: their keys and their own readings alone; of no use afterwards.
        remove: as `judge` has it.
    """
    changes = judge(group, ground, remove=remove).changes
    return {change.instant: change.new for change in changes if change.old is not None}


def _still_owned(group: Group, ground: Ground) -> frozenset[Instant]:
    """What no other message has taken over since the step began."""
    standing = ((instant, ground.readings.get(instant)) for instant in group.owned)
    batch_id = group.items[0].was.batch_id
    return frozenset(instant for instant, one in standing if one is not None and one.batch_id == batch_id)


def _in_turn(items: Sequence[Item]) -> list[Item]:
    """What is stored first: its values are the first ones. Then second copies of a key behind all first ones."""
    seen: Counter[ScopedKey] = Counter()
    turns: dict[int, int] = {}
    for item in sorted(items, key=lambda item: item.was.index):
        scoped = item.scoped_key
        turns[item.was.index] = seen[scoped] if scoped is not None else 0
        if scoped is not None:
            seen[scoped] += 1
    return sorted(
        items, key=lambda item: (item.was.outcome is not Outcome.STORED, turns[item.was.index], item.was.index)
    )


def _was_stopped(verdict: Verdict) -> bool:
    """Whether a vendor's script was stopped over a message that it, or another, once read: it says nothing of it."""
    aside = verdict.set_aside
    return verdict.item.was.outcome is Outcome.STORED and aside is not None and aside.reason is Reason.SCRIPT_KILLED


def _keep(verdict: Verdict) -> Verdict:
    was = verdict.item.was.outcome
    if was is Outcome.STORED and verdict.outcome is not Outcome.STORED:
        return Verdict(item=verdict.item, outcome=Outcome.STORED, kept=True)
    return verdict
