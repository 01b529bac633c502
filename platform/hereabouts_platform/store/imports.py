"""Places, devices and deployments as imports read and write them, inside the import's own transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import orjson
from psycopg.rows import TupleRow

from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.device import Deployment
from hereabouts_schemas.place import Place, PlaceKind

SQL = load("imports")


def take_turn(connection: Connection) -> None:
    """Wait until no other import of places or devices runs; the turn ends with the transaction."""
    connection.execute(SQL["take_turn"])


def known_places(connection: Connection, ids: Sequence[str]) -> dict[str, Place]:
    """The places of these ids that the store holds."""
    return {place.id: place for place in _places(connection.execute(SQL["known_places"], (list(ids),)))}


def parents(connection: Connection) -> dict[str, str | None]:
    """Every place of the store with its parent."""
    return dict(connection.execute(SQL["parents"]).fetchall())


def save_places(connection: Connection, places: Sequence[Place]) -> None:
    """Make these places or change them to what is given; a running ingest hears of it."""
    if not places:
        return
    rows = [
        (p.id, p.kind.value, p.name, p.lon, p.lat, p.uprn, p.usrn, p.parent, _json(p.attributes))
        for p in places
    ]  # fmt: skip
    connection.execute(SQL["save_places"], as_columns(rows, 9))
    connection.execute(SQL["move_registry"])


def rooms_of(connection: Connection, homes: Sequence[str]) -> list[Place]:
    """Every room of these homes."""
    return list(_places(connection.execute(SQL["rooms_of"], (list(homes),))))


def profile_ids(connection: Connection) -> list[str]:
    """Every profile that devices may have."""
    return [row[0] for row in connection.execute(SQL["profiles"])]


def known_devices(connection: Connection, ids: Sequence[str]) -> dict[str, str]:
    """The devices of these ids that the store holds -> profile, `profile/version` where that is pinned."""
    return dict(connection.execute(SQL["known_devices"], (list(ids),)).fetchall())


def known_deployments(connection: Connection, devices: Sequence[str]) -> list[Deployment]:
    """All deployments of these devices."""
    return [
        Deployment(id=id_, device_id=device, place_id=place, from_at=from_at, to_at=to_at, mount=mount)
        for id_, device, place, from_at, to_at, mount in connection.execute(SQL["known_deployments"], (list(devices),))
    ]


def save_devices(connection: Connection, profiles: Sequence[tuple[str, str]]) -> None:
    """Make these (device, profile) or change their profile; `profile/version` pins the version."""
    if profiles:
        connection.execute(SQL["save_devices"], as_columns(sorted(profiles), 2))


def change_deployments(connection: Connection, deployments: Sequence[Deployment]) -> None:
    """Change place, end and mount of stored deployments (by `id`)."""
    if deployments:
        rows = [(d.id, d.place_id, d.to_at, _json(d.mount)) for d in deployments]
        connection.execute(SQL["change_deployments"], as_columns(rows, 4))


def add_deployments(connection: Connection, deployments: Sequence[Deployment]) -> None:
    """Store new deployments; their `id` is given by the store."""
    if deployments:
        rows = [(d.device_id, d.place_id, d.from_at, d.to_at, _json(d.mount)) for d in deployments]
        connection.execute(SQL["add_deployments"], as_columns(rows, 5))


def readings_after(connection: Connection, ends: Sequence[tuple[int, datetime]]) -> dict[int, int]:
    """How many readings of each deployment lie at or after the time beside it; deployments without any are left out."""
    if not ends:
        return {}
    return dict(connection.execute(SQL["readings_after"], as_columns(ends, 2)).fetchall())


def _places(rows: Iterable[TupleRow]) -> Iterator[Place]:
    for id_, kind, name, lon, lat, uprn, usrn, parent, attributes in rows:
        yield Place(
            id=id_, kind=PlaceKind(kind), name=name, lon=lon, lat=lat, uprn=uprn, usrn=usrn, parent=parent,
            attributes=attributes,
        )  # fmt: skip


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
