"""Versions of a decoder side by side: found in a folder, pinned to a device, asked for by name."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import DeviceProfile, load_profiles, load_versions, versions_in
from hereabouts_ingest.replay.readers import readers_for
from hereabouts_platform.imports.devices import import_devices
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.registry import load_registry, sync_profiles
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.message import Message, SetAside, Source
from hereabouts_schemas.outcome import Reason

TABLE = """
title = "Made up"
maker = "Nobody"
version = "{version}"
interval_s = 600
fields = [{{ path = "humidity", quantity = "relative_humidity", unit = "%", scale = {scale} }}]
"""
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
SOURCE = Source(id=4, name="plain", topic_filter="hereabouts/+/up", envelope="plain")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A profile in its second version, with its first kept beside it."""
    folder = tmp_path / "nobody_x1"
    folder.mkdir()
    (folder / "profile.toml").write_text(TABLE.format(version="2", scale=0.2), encoding="utf-8")
    (folder / "profile_v1.toml").write_text(TABLE.format(version="1", scale=1), encoding="utf-8")
    return folder


def humidity(profiles: dict[str, DeviceProfile], pinned: str | None) -> float | SetAside:
    deployment = Deployment(id=1, device_id="d1", place_id="p", from_at=datetime(2020, 1, 1, tzinfo=UTC))
    device = Device(id="d1", profile="nobody-x1", deployments=(deployment,), decoder_version=pinned)
    payload = json.dumps({"device": "d1", "humidity": 50}).encode()
    message = Message(source=SOURCE, topic="hereabouts/d1/up", payload=payload, received_at=NOON)
    delivery = interpret(message, {"d1": device}, profiles)
    assert delivery.decoder == (f"nobody-x1/{pinned or 2}" if delivery.values else None)
    return delivery.values[0].value if delivery.values else delivery.verdict  # type: ignore[return-value]


def test_a_device_is_read_by_the_version_it_is_pinned_to(folder: Path) -> None:
    profiles = dict(versions_in(folder))
    assert list(profiles) == ["nobody-x1", "nobody-x1/2", "nobody-x1/1"]
    assert [humidity(profiles, pinned) for pinned in (None, "2", "1")] == [10, 10, 50]


def test_a_version_that_is_not_there_is_a_sentence_naming_those_that_are(folder: Path) -> None:
    aside = humidity(dict(versions_in(folder)), "3")
    assert isinstance(aside, SetAside)
    assert aside.reason is Reason.NO_DECODER
    assert "pinned to nobody-x1/3, which this release does not have. It has nobody-x1/2, nobody-x1/1;" in aside.detail


@pytest.mark.parametrize("version", ["2", "one"])
def test_a_file_says_the_version_that_its_name_says(folder: Path, version: str) -> None:
    (folder / "profile_v1.toml").write_text(TABLE.format(version=version, scale=1), encoding="utf-8")
    with pytest.raises(InputError, match="Write the version of the file's name"):
        dict(versions_in(folder))


def test_every_profile_is_there_by_its_id_and_by_its_version() -> None:
    versions = load_versions()
    for key, profile in load_profiles().items():
        assert versions[key] is profile
        assert versions[f"{key}/{profile.spec.version}"] is profile


def test_a_decoder_is_asked_for_by_name(folder: Path) -> None:
    profiles = dict(versions_in(folder)) | {"other": load_profiles()["plain"]}
    registered = {id_: Device(id=id_, profile=profile) for id_, profile in (("a", "nobody-x1"), ("b", "other"))}
    everybody = readers_for(registered, profiles, "nobody-x1/1", None)
    assert {id_: device.decoder for id_, device in everybody.devices.items()} == {"a": "nobody-x1/1", "b": "other"}
    assert everybody.limited_to == "nobody-x1"
    one = readers_for(registered, profiles, "nobody-x1/1", "b")
    assert {id_: device.decoder for id_, device in one.devices.items()} == {"a": "nobody-x1", "b": "nobody-x1/1"}
    for decoder, cure in (("nobody-x1/9", "This release has nobody-x1/1, nobody-x1/2."), ("x", "no such profile")):
        with pytest.raises(InputError, match=cure):
            readers_for(registered, profiles, decoder, None)


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        sync_profiles(connection, [profile.spec for profile in load_profiles().values()])
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1')")
        yield connection


def test_a_device_is_pinned_and_let_go_by_import(owner: Connection, tmp_path: Path) -> None:
    by = principal_named(owner, "system:command")
    file = tmp_path / "devices.csv"
    for written, decoder in (("elsys/1", "elsys/1"), ("elsys", "elsys"), ("elsys/1", "elsys/1")):
        file.write_text(f"id,profile,place,from\nd1,{written},h1,2020-01-01\n", encoding="utf-8")
        assert import_devices(owner, by, file).refused_count == 0
        assert load_registry(owner).devices["d1"].decoder == decoder
    file.write_text("id,profile,place,from\nd1,elsys/,h1,2020-01-01\nd1,x/1,h1,2021-01-01\n", encoding="utf-8")
    refused = [row.reason for row in import_devices(owner, by, file).refused]
    assert refused[0] == "'elsys/' names no version. Write elsys/1, or elsys alone."
    assert refused[1].startswith("There is no device profile 'x'.")
