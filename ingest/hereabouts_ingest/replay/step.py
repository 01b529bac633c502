"""One step of a replay: some hundred messages, what stands for them, what they become."""

from collections.abc import Sequence
from dataclasses import dataclass

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.own_devices import interpret_within
from hereabouts_ingest.replay.assemble import Assembly
from hereabouts_ingest.replay.choose import Members
from hereabouts_ingest.replay.judge import Group, Item, Judged, instant_of, judge
from hereabouts_ingest.replay.readers import Readers
from hereabouts_platform.store.batch_entry import entries_of
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.device_sources import Speakers
from hereabouts_platform.store.replay_ground import Owner, ground_at, known_events, owned_readings
from hereabouts_platform.store.replay_rows import Changes, Instant, Standing
from hereabouts_platform.store.replay_work import waiting_rows
from hereabouts_schemas.message import DeviceEvent
from hereabouts_schemas.outcome import Outcome


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


def look(connection: Connection, step: Sequence[tuple[Members, Sequence[Item]]], *, remove: bool, dry: bool) -> Step:
    """Compare a step's messages with what stands; `dry` sees what earlier steps of a dry run would have changed."""
    owned = owned_readings(connection, {members.owner for members, _ in step if members.owner is not None})
    items = [item for _, group in step for item in group]
    instants = {instant_of(value) for item in items for value in item.delivery.values}
    keys = {item.scoped_key for item in items if item.scoped_key is not None}
    ground = ground_at(connection, keys, instants, dry=dry)
    for (batch_id, _), readings in owned.items():
        for instant, value in readings.items():
            ground.readings.setdefault(instant, Standing(value=value, batch_id=batch_id))
    contents = [(item.was.source_id, item.delivery.message.content_hash()) for item in items]
    assembly = Assembly(waiting_rows(connection, contents))
    judged = [judge(_group(members, group, owned), ground, remove=remove) for members, group in step]
    for one in judged:
        assembly.take(one)
    assembly.changes.events = _new_events(connection, judged)
    return Step(judged=judged, changes=assembly.changes)


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
