"""`hereabouts source`: feeds added, changed and switched off from the command line, each with its audit row."""

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hereabouts_deploy.main import app
from hereabouts_ingest.mapping_file import shipped_mappings
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.registry import load_registry, registry_version
from hereabouts_schemas.errors import InputError, NotFound
from hereabouts_schemas.message import Source


@pytest.fixture
def hereabouts(database_url: str) -> Callable[..., Result]:
    """Runs the command on this test's database."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["source", *arguments], env={"HEREABOUTS_DATABASE_URL": database_url})

    return run


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


def source(owner: Connection, name: str) -> Source | None:
    """The source as ingest reads it."""
    return next((source for source in load_registry(owner).sources if source.name == name), None)


def audits(owner: Connection) -> list[dict[str, object]]:
    return [row for (row,) in owner.execute("SELECT detail FROM audit WHERE resource = 'sources' ORDER BY id")]


ZIGBEE = ("add", "zigbee", "--topic", "zigbee2mqtt/#", "--envelope", "mapped", "--mapping", "zigbee2mqtt")


def test_a_feed_without_code_reaches_the_registry_and_the_audit(
    hereabouts: Callable[..., Result], owner: Connection
) -> None:
    before = registry_version(owner)
    result = hereabouts(*ZIGBEE)
    assert result.exit_code == 0, result.output
    made = source(owner, "zigbee")
    assert made is not None
    assert (made.topic_filter, made.envelope) == ("zigbee2mqtt/#", "mapped")
    assert made.mapping == shipped_mappings()["zigbee2mqtt"]
    assert registry_version(owner) > before
    (row,) = audits(owner)
    assert row["added"] == {
        "name": "zigbee",
        "topic_filter": "zigbee2mqtt/#",
        "envelope": "mapped",
        "enabled": True,
        "mapping": row["added"]["mapping"],  # type: ignore[index]  # its hash, not its text
    }
    assert "zigbee: mapped, zigbee2mqtt/#" in hereabouts("list").stdout
    items = json.loads(hereabouts("list", "--json").stdout)["items"]
    assert {"things_stack", "chirpstack", "homelink", "homelink_alerts", "senml", "plain"} < {i["name"] for i in items}


def test_change_disable_enable(hereabouts: Callable[..., Result], owner: Connection) -> None:
    versions = [registry_version(owner)]
    for arguments, says in (
        (("change", "senml", "--topic", "sensors/#"), "senml reads sensors/# as senml."),
        (("change", "senml", "--topic", "sensors/#"), "senml is so already."),
        (("disable", "senml"), "senml is disabled."),
        (("disable", "senml"), "senml is disabled already."),
    ):
        assert hereabouts(*arguments).stdout.strip() == says
        versions.append(registry_version(owner))
    assert source(owner, "senml") is None
    assert hereabouts("enable", "senml").exit_code == 0
    made = source(owner, "senml")
    assert made is not None
    assert made.topic_filter == "sensors/#"
    assert [b > a for a, b in pairwise(versions)] == [True, False, True, False]
    assert len(audits(owner)) == 3


def test_a_mapping_of_ones_own_and_back_to_an_envelope(
    hereabouts: Callable[..., Result], owner: Connection, tmp_path: Path
) -> None:
    file = tmp_path / "vendor.toml"
    file.write_text('title = "V"\ntopics = ["vendor/{device}"]\ndevice = "{device}"\n', encoding="utf-8")
    hereabouts("add", "vendor", "--topic", "vendor/+", "--envelope", "mapped", "--mapping", str(file))
    made = source(owner, "vendor")
    assert made is not None
    assert made.mapping == file.read_text(encoding="utf-8")
    hereabouts("change", "vendor", "--envelope", "plain")
    made = source(owner, "vendor")
    assert made is not None
    assert (made.envelope, made.mapping) == ("plain", None)


@pytest.mark.parametrize(
    ("arguments", "field", "cure"),
    [
        (("add", "Zig Bee", "--topic", "a/#", "--envelope", "plain"), "NAME", "small letters"),
        (("add", "plain", "--topic", "a/#", "--envelope", "plain"), "NAME", "choose another"),
        (("add", "z", "--topic", "a/#/b", "--envelope", "plain"), "--topic", "MQTT filter"),
        (("add", "z", "--topic", "a+/b", "--envelope", "plain"), "--topic", "MQTT filter"),
        (("add", "z", "--topic", "", "--envelope", "plain"), "--topic", "MQTT filter"),
        (("add", "z", "--topic", "$SYS/#", "--envelope", "plain"), "--topic", "belong to the broker"),
        (("add", "z", "--topic", "hereabouts/+/up", "--envelope", "plain"), "--topic", "plain takes these"),
        (("add", "z", "--topic", "a/#", "--envelope", "ttn"), "--envelope", "Envelopes are things_stack"),
        (("add", "z", "--topic", "a/#", "--envelope", "mapped"), "--mapping", "zigbee2mqtt"),
        (("add", "z", "--topic", "a/#", "--envelope", "plain", "--mapping", "zigbee2mqtt"), "--mapping", "use mapped"),
        (("add", "z", "--topic", "a/#", "--envelope", "mapped", "--mapping", "no.toml"), "--mapping", "TOML file"),
        (("add", "z", "--topic", "a/#", "--envelope", "mapped", "--mapping", "zigbee2mqtt"), "--topic", "takes none"),
        (("change", "import", "--topic", "a/#"), "NAME", "no feed"),
        (("change", "plain", "--topic", "senml/#"), "--topic", "senml takes these"),
    ],
)
def test_what_cannot_be_is_refused_with_a_cure_and_changes_nothing(
    hereabouts: Callable[..., Result], owner: Connection, arguments: tuple[str, ...], field: str, cure: str
) -> None:
    before = registry_version(owner)
    error = hereabouts(*arguments).exception
    assert isinstance(error, InputError)
    assert error.field == field
    assert cure in error.cure
    assert registry_version(owner) == before
    assert audits(owner) == []


def test_a_mistake_in_a_mapping_is_named_with_its_file(hereabouts: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "vendor.toml"
    file.write_text('title = "V"\ntopics = ["vendor/{device}"]\ndevice = "{serial}"\n', encoding="utf-8")
    error = hereabouts("add", "v", "--topic", "vendor/+", "--envelope", "mapped", "--mapping", str(file)).exception
    assert isinstance(error, InputError)
    assert error.field == f"{file}: device"


def test_a_source_that_is_not_there(hereabouts: Callable[..., Result]) -> None:
    assert isinstance(hereabouts("disable", "nobody").exception, NotFound)
