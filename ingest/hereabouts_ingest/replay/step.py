"""One step of a replay: some hundred messages, what stands for them, what they become."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.own_devices import interpret_within
from hereabouts_ingest.replay.assemble import Assembly
from hereabouts_ingest.replay.choose import Members
from hereabouts_ingest.replay.judge import Group, Item, Judged, instant_of, judge, own_changes
from hereabouts_ingest.replay.readers import Readers
from hereabouts_platform.store.batch_entry import entries_of
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.device_sources import Speakers
from hereabouts_platform.store.replay_ground import Owner, ground_at, known_events, owned_readings
from hereabouts_platform.store.replay_rows import Changes, Ground, Instant
from hereabouts_platform.store.replay_work import seen_to, waiting_rows
from hereabouts_schemas.message import DeviceEvent
from hereabouts_schemas.outcome import Outcome

Work = Sequence[tuple[Members, Sequence[Item]]]
Listed = Callable[[int], Iterable[Members]]
"""The messages of a batch that the replay reads again, those of a device together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What became of a step's messages, and what is to be written for it."""

    judged: list[Judged]
    changes: Changes


def read_again(members: Members, readers: Readers, speakers: Speakers) -> list[Item]:
    """Messages as today's decoders understand them; foreign ones only for devices that their source speaks for now."""
    deliveries = [
        interpret_within(one.message, (one.was.source_id,), speakers, readers.devices, readers.profiles)
        if one.is_foreign
        else interpret(one.message, readers.devices, readers.profiles)
        for one in members.chosen
    ]
    keys = [entry.key for entry in entries_of(deliveries)]
    return [
        Item(was=one.was, delivery=delivery, key=key)
        for one, delivery, key in zip(members.chosen, deliveries, keys, strict=True)
    ]


class Looker:
    """Compares messages with what stands in the store.

    Args:
        connection: role ingest.
        readers: today's registry and decoders.
        speakers: which sources speak for which device now.
        listed: what the replay reads again of a batch.
        remove: whether values that are no longer given are removed.
    """

    def __init__(
        self, connection: Connection, readers: Readers, speakers: Speakers, listed: Listed, *, remove: bool
    ) -> None:
        self._connection = connection
        self._readers = readers
        self._speakers = speakers
        self._listed = listed
        self._remove = remove

    def look(self, work: Work, *, dry: bool) -> Step:
        """What becomes of a step's messages; `dry` sees what earlier steps of a dry run would have changed."""
        items = [item for _, group in work for item in group]
        instants = {instant_of(value) for item in items for value in item.delivery.values}
        owned = self._owned(members for members, _ in work)
        ground = self._ground(items, instants, owned, dry=dry)
        ground.to_come = self._to_come(items, ground, dry=dry)
        contents = [(item.was.source_id, item.delivery.message.content_hash()) for item in items]
        assembly = Assembly(waiting_rows(self._connection, contents), seen_to(self._connection, contents), dry=dry)
        judged = [judge(_group(members, group, owned), ground, remove=self._remove) for members, group in work]
        for one in judged:
            assembly.take(one)
        assembly.changes.events = _new_events(self._connection, judged)
        return Step(judged=judged, changes=assembly.changes)

    def _owned(self, groups: Iterable[Members]) -> dict[Owner, dict[Instant, float]]:
        return owned_readings(self._connection, {members.owner for members in groups if members.owner is not None})

    def _ground(
        self, items: Sequence[Item], instants: Collection[Instant], owned: Mapping[Owner, Mapping[Instant, float]],
        *, dry: bool,
    ) -> Ground:  # fmt: skip
        keys = {item.scoped_key for item in items if item.scoped_key is not None}
        own = {instant for readings in owned.values() for instant in readings}
        return ground_at(self._connection, keys, own.union(instants), dry=dry)

    def _to_come(self, items: Sequence[Item], ground: Ground, *, dry: bool) -> dict[Instant, float | None]:
        """What other messages, if they are read again too, will make of readings that these are compared with."""
        batches: dict[int, set[str]] = {}
        for item in items:
            for value in item.delivery.values:
                standing = ground.readings.get(instant_of(value))
                if standing is not None and standing.batch_id != item.was.batch_id and item.delivery.device_id:
                    batches.setdefault(standing.batch_id, set()).add(item.delivery.device_id)
        found: dict[Instant, float | None] = {}
        for batch_id, devices in sorted(batches.items()):
            for members in self._listed(batch_id):
                if members.owner is not None and members.owner[1] in devices:
                    found |= self._own_changes(members, dry=dry)
        return found

    def _own_changes(self, members: Members, *, dry: bool) -> dict[Instant, float | None]:
        items, owned = read_again(members, self._readers, self._speakers), self._owned([members])
        ground = self._ground(items, (), owned, dry=dry)
        return own_changes(_group(members, items, owned), ground, remove=self._remove)


def _group(members: Members, items: Sequence[Item], owned: dict[Owner, dict[Instant, float]]) -> Group:
    own = owned[members.owner] if members.owner is not None else {}
    return Group(items=tuple(items), owned=frozenset(own), whole=members.whole)


def _new_events(connection: Connection, judged: Sequence[Judged]) -> list[tuple[int, DeviceEvent]]:
    """Device events of the messages that today's reading gives and the store does not have, each once."""
    found: dict[tuple[object, ...], tuple[int, DeviceEvent]] = {}
    for verdict in (verdict for group in judged for verdict in group.verdicts):
        if verdict.outcome is not Outcome.DUPLICATE and not verdict.kept:
            for event in verdict.item.delivery.events:
                at = (event.device_id, event.time, event.code)
                found.setdefault(at, (verdict.item.was.batch_id, event))
    known = known_events(connection, [event for _, event in found.values()])
    return [found[at] for at in sorted(found, key=repr) if at not in known]
