"""The registry as ingest needs it: every device with its deployments, every source, in memory, with a version."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Source
from hereabouts_schemas.profile import Profile

SQL = load("registry")


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """Devices by id and sources in the order of their numbers; `version` moves with every change of them.

    About 1 kB a device: 20,000 devices take 20 MB and a second to read.
    """

    version: int
    devices: dict[str, Device]
    sources: tuple[Source, ...]


def registry_version(connection: Connection) -> int:
    """The version that stands in the store now."""
    row = connection.execute(SQL["version"]).fetchone()
    return int(row[0]) if row else 0


def load_registry(connection: Connection) -> Registry:
    """Read the whole registry in one snapshot."""
    with connection.transaction():
        connection.execute(SQL["one_snapshot"])
        version = registry_version(connection)
        deployments: dict[str, list[Deployment]] = {}
        for id_, device_id, place_id, from_at, to_at, mount, place_kind in connection.execute(SQL["deployments"]):
            deployments.setdefault(device_id, []).append(
                Deployment(
                    id=id_,
                    device_id=device_id,
                    place_id=place_id,
                    from_at=from_at,
                    to_at=to_at,
                    mount=mount,
                    place_kind=place_kind,
                )
            )
        devices = {
            id_: Device(id=id_, profile=profile_id, decoder_version=pinned, deployments=tuple(deployments.get(id_, ())))
            for id_, profile_id, pinned in connection.execute(SQL["devices"])
        }
        sources = tuple(_source(row) for row in connection.execute(SQL["sources"]))
    return Registry(version=version, devices=devices, sources=sources)


def every_source(connection: Connection) -> dict[int, Source]:
    """Every source by its number, those that are switched off or without topics too: their messages are kept."""
    return {source.id: source for source in map(_source, connection.execute(SQL["every_source"]))}


def _source(row: TupleRow) -> Source:
    id_, name, topic_filter, envelope, mapping = row
    return Source(id=id_, name=name, topic_filter=topic_filter, envelope=envelope, mapping=mapping)


def sync_profiles(connection: Connection, profiles: Iterable[Profile]) -> None:
    """Bring the table `profile` up to this release's decoders. Profiles that went stay: devices may still name them.

    So does every version of a profile's table of fields, by which older readings are explained. Datastreams take over
    what is new of their counters and periods, and what that changes is rolled up again. Role owner.
    """
    ordered = sorted(profiles, key=lambda profile: profile.id)
    rows = [(p.id, p.title, p.maker, p.version, p.interval_s, list(p.quantities), p.battery) for p in ordered]
    tables = [(p.id, p.version, Jsonb([asdict(spec) for spec in p.fields])) for p in ordered]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(SQL["upsert_profile"], rows)
        cursor.executemany(SQL["upsert_profile_version"], tables)
        cursor.execute(SQL["follow_profiles"])
