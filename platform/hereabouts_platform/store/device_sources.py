"""Which sources speak for a device, so that a webhook of one supplier cannot speak for a device of another."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from hereabouts_platform.access.policy import require
from hereabouts_platform.store import access
from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.source_register import FILES, find_source
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError

SQL = load("device_sources")

Speakers = Mapping[str, frozenset[int]]
"""Numbers of the sources that speak for a device; a device that nobody speaks for yet is left out."""


def speakers_of(connection: Connection, devices: Collection[str]) -> Speakers:
    """Who speaks for these devices."""
    return _speakers(connection.execute(SQL["speakers"], (sorted(devices),)))


def every_speaker(connection: Connection) -> Speakers:
    """Who speaks for all devices."""
    return _speakers(connection.execute(SQL["every_speaker"]))


def _speakers(rows: Iterable[tuple[str, list[int]]]) -> Speakers:
    return {device: frozenset(sources) for device, sources in rows}


def note_speakers(connection: Connection, pairs: Collection[tuple[str, int]]) -> None:
    """These sources (device, source) speak for these devices from now on, as messages were stored."""
    if pairs:
        connection.execute(SQL["note_speakers"], as_columns(sorted(pairs), 2))


def bind_devices(
    connection: Connection, by: Principal, source: str, devices: Sequence[str], like: str | None = None
) -> int:
    """Let a source speak for devices, and for all that the source `like` speaks for; returns how many are new.

    Call inside `acting(connection, by.id)`. Writes the audit.

    Raises:
        NotAllowed: `by` may not administer sources.
        NotFound: there is no such source.
        InputError: no device is named, one is not registered, or the source is no feed.
    """
    _check(connection, by, source, devices, like)
    bound = connection.execute(SQL["bind"], {"source": source, "devices": list(devices), "like": like}).rowcount
    told = {"source": source, "speaks_for": sorted(devices), "and_all_of": like, "new": bound}
    access.record(connection, by, Action.ADMINISTER, Resource.SOURCES, told)
    return bound


def unbind_devices(connection: Connection, by: Principal, source: str, devices: Sequence[str]) -> int:
    """Let a source speak for devices no longer; returns of how many it did. Raises and writes as `bind_devices`."""
    _check(connection, by, source, devices, None)
    unbound = connection.execute(SQL["unbind"], {"source": source, "devices": list(devices)}).rowcount
    told = {"source": source, "no_longer_speaks_for": sorted(devices), "did": unbound}
    access.record(connection, by, Action.ADMINISTER, Resource.SOURCES, told)
    return unbound


def _check(connection: Connection, by: Principal, source: str, devices: Sequence[str], like: str | None) -> None:
    require(by, Action.ADMINISTER, Resource.SOURCES)
    if find_source(connection, source).envelope == FILES:
        raise InputError("NAME", source, "That is where imports from files are counted; it is no feed.")
    if like is not None:
        find_source(connection, like)
    if not devices and like is None:
        raise InputError("DEVICE", "nothing", "Name devices as `/v1/devices` does, or give --like SOURCE.")
    unknown = [device for (device,) in connection.execute(SQL["unknown_devices"], (list(devices),))]
    if unknown:
        raise InputError("DEVICE", ", ".join(unknown), "Not registered: `hereabouts import devices` first.")
