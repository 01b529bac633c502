"""`hereabouts source list|add|change|disable|enable|bind|unbind`: the feeds that ingest reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import orjson
import typer
from paho.mqtt.client import topic_matches_sub

from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_ingest.envelopes import ENVELOPES
from hereabouts_ingest.mapping_file import read_mapping, shipped_mappings
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.device_sources import bind_devices, unbind_devices
from hereabouts_platform.store.source_register import (
    FILES,
    RegisteredSource,
    add_source,
    change_source,
    each_source,
    find_source,
    switch_source,
)
from hereabouts_schemas.access import Principal
from hereabouts_schemas.device import device_id
from hereabouts_schemas.errors import InputError

MAPPED = "mapped"

Name = Annotated[str, typer.Argument(metavar="NAME", help="The source's name.")]
Devices = Annotated[list[str] | None, typer.Argument(metavar="DEVICE...", help="Devices, as `/v1/devices` names them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]
MappingOption = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="A mapping for the envelope mapped: a TOML file, or the name of a shipped one."),
]


def register(app: typer.Typer) -> None:
    """Add `source` with its commands to `app`."""
    group = typer.Typer(help="The feeds that ingest reads: topics and envelopes.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("add")(add)
    group.command("change")(change)
    group.command("disable")(disable)
    group.command("enable")(enable)
    group.command("bind")(bind)
    group.command("unbind")(unbind)
    app.add_typer(group, name="source")


def list_(as_json: AsJson = False) -> None:
    """List the sources: name, envelope, topics, and whether they are read."""
    with _open() as (connection, _):
        sources = each_source(connection)
    if as_json:
        names = RegisteredSource.__dataclass_fields__
        items = [{name: getattr(source, name) for name in names} for source in sources]
        typer.echo(orjson.dumps({"items": items}, option=orjson.OPT_INDENT_2).decode())
        return
    for source in sources:
        off = "" if source.enabled else " (disabled)"
        typer.echo(f"{source.name}: {source.envelope}, {source.topic_filter or 'no topics'}{off}")


def add(
    name: Name,
    topic: Annotated[str, typer.Option(metavar="FILTER", help="MQTT topic filter, like zigbee2mqtt/#.")],
    envelope: Annotated[str, typer.Option(help="What wraps the values; mapped for a feed that a mapping describes.")],
    mapping: MappingOption = None,
) -> None:
    """Add a source. Running workers read it within moments."""
    source = _checked(RegisteredSource(name=name, envelope=envelope, topic_filter=topic, mapping=_text(mapping)))
    with _open() as (connection, by), acting(connection, by.id):
        add_source(connection, by, source)
    typer.echo(f"{name} reads {topic} as {envelope}.")


def change(
    name: Name,
    topic: Annotated[str | None, typer.Option(metavar="FILTER", help="Another MQTT topic filter.")] = None,
    envelope: Annotated[str | None, typer.Option(help="Another envelope.")] = None,
    mapping: MappingOption = None,
) -> None:
    """Change a source; what is not given stays."""
    with _open() as (connection, by), acting(connection, by.id):
        stood = find_source(connection, name)
        kind = envelope or stood.envelope
        kept = stood.mapping if kind == MAPPED else None
        wanted = replace(
            stood,
            envelope=kind,
            topic_filter=topic or stood.topic_filter,
            mapping=_text(mapping) if mapping is not None else kept,
        )
        changed = change_source(connection, by, wanted if stood.envelope == FILES else _checked(wanted))
    typer.echo(f"{name} reads {wanted.topic_filter} as {kind}." if changed else f"{name} is so already.")


def disable(name: Name) -> None:
    """Stop reading a source. Its messages stay at the broker or are lost there; what is stored stays."""
    _switch(name, enabled=False)


def enable(name: Name) -> None:
    """Read a source again."""
    _switch(name, enabled=True)


def bind(
    name: Name,
    devices: Devices = None,
    like: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="All devices that this other source speaks for, too.")
    ] = None,
) -> None:
    """Let webhooks of a source speak for devices that another source speaks for, or that were not heard yet."""
    with _open() as (connection, by), acting(connection, by.id):
        bound = bind_devices(connection, by, name, [device_id(device) for device in devices or ()], like)
    waits = f"hereabouts quarantine replay --reason foreign_device --source {name}"
    typer.echo(f"{name} speaks for {bound} more devices. What waits of them: {waits}")


def unbind(name: Name, devices: Devices = None) -> None:
    """Let webhooks of a source speak for devices no longer. What is stored stays."""
    with _open() as (connection, by), acting(connection, by.id):
        unbound = unbind_devices(connection, by, name, [device_id(device) for device in devices or ()])
    typer.echo(f"{name} speaks for {unbound} devices less.")


def _switch(name: str, *, enabled: bool) -> None:
    with _open() as (connection, by), acting(connection, by.id):
        changed = switch_source(connection, by, name, enabled=enabled)
    state = "enabled" if enabled else "disabled"
    typer.echo(f"{name} is {state}." if changed else f"{name} is {state} already.")


def _checked(source: RegisteredSource) -> RegisteredSource:
    """The source, when its envelope and its mapping can be used.

    Raises:
        InputError: they cannot.
    """
    if source.envelope not in ENVELOPES:
        raise InputError("--envelope", source.envelope, f"Envelopes are {', '.join(ENVELOPES)}.")
    if source.envelope != MAPPED:
        if source.mapping is not None:
            raise InputError("--mapping", "a mapping", f"The envelope {source.envelope} has none; use mapped.")
        return source
    if source.mapping is None:
        shipped = ", ".join(shipped_mappings())
        raise InputError("--mapping", "nothing", f"Give a TOML file, or one of the shipped mappings: {shipped}.")
    patterns = read_mapping(source.mapping, source.name).topics
    samples = [
        pattern.text.replace("{", "").replace("}", "").replace("+", "x").replace("#", "x") for pattern in patterns
    ]
    if source.topic_filter and not any(_takes(source.topic_filter, sample) for sample in samples):
        topics = ", ".join(pattern.text for pattern in patterns)
        raise InputError("--topic", source.topic_filter, f"It takes none of the mapping's topics: {topics}.")
    return source


def _takes(topic_filter: str, topic: str) -> bool:
    try:
        return topic_matches_sub(topic_filter, topic)
    except ValueError:  # no filter at all: the register refuses it with a sentence
        return True


def _text(mapping: str | None) -> str | None:
    if mapping is None:
        return None
    shipped = shipped_mappings()
    if mapping in shipped:
        return shipped[mapping]
    try:
        text = Path(mapping).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cure = f"Give a TOML file in UTF-8 that can be read, or one of the shipped mappings: {', '.join(shipped)}."
        raise InputError("--mapping", mapping, cure) from error
    read_mapping(text, mapping)  # here, so that mistakes are named with the file
    return text


@contextmanager
def _open() -> Iterator[tuple[Connection, Principal]]:
    system = find_system(Settings())
    typer.echo(system.found_by, err=True)
    with connect(system.database_url, DatabaseRole.OWNER, application="hereabouts source") as connection:
        yield connection, principal_named(connection, "system:command")
