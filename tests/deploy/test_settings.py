"""Settings: which layer wins, secrets from files, and mistakes told by name."""

from pathlib import Path

import pytest

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.mqtt_address import MqttAddress, parse_mqtt_url
from hereabouts_deploy.settings import Settings, origins, unknown_settings
from hereabouts_deploy.things_stack import things_stack_of
from hereabouts_deploy.workers import workers
from hereabouts_schemas.errors import ConfigError, InputError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_strongest_layer_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "hereabouts.toml").write_text("http_port = 1001\nmqtt_port = 1002\nrun_as = 'toml'\ningest_slot = 4\n")
    (folder / ".env").write_text("HEREABOUTS_HTTP_PORT=2001\nHEREABOUTS_MQTT_PORT=2002\nHEREABOUTS_RUN_AS=dotenv\n")
    monkeypatch.setenv("HEREABOUTS_HTTP_PORT", "3001")
    monkeypatch.setenv("HEREABOUTS_MQTT_PORT", "3002")
    settings = Settings(http_port=4001)
    found = (settings.http_port, settings.mqtt_port, settings.run_as, settings.ingest_slot, settings.http_host)
    assert found == (4001, 3002, "dotenv", 4, "127.0.0.1")
    assert origins() == {
        "http_port": "environment",
        "mqtt_port": "environment",
        "run_as": ".env",
        "ingest_slot": "hereabouts.toml",
    }


def test_a_secret_can_come_from_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "secret").write_text("postgresql://a:b@c/d\n")
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL_FILE", str(folder / "secret"))
    assert Settings().database_url == "postgresql://a:b@c/d"
    assert origins()["database_url"] == "environment"
    assert "a:b" not in repr(Settings())


def test_a_stronger_layers_value_beats_a_weaker_layers_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "secret").write_text("mqtt://from-file")
    (folder / "hereabouts.toml").write_text("mqtt_url_file = 'secret'\n")
    assert Settings().mqtt_url == "mqtt://from-file"
    monkeypatch.setenv("HEREABOUTS_MQTT_URL", "mqtt://from-environment")
    assert Settings().mqtt_url == "mqtt://from-environment"


def test_a_secret_given_twice_in_one_layer_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", "postgresql://x")
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL_FILE", str(folder / "secret"))
    with pytest.raises(ConfigError, match="HEREABOUTS_DATABASE_URL and HEREABOUTS_DATABASE_URL_FILE are both set"):
        Settings()


def test_a_secret_file_that_is_not_there_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEREABOUTS_MQTT_URL_FILE", str(folder / "gone"))
    with pytest.raises(ConfigError, match=r"HEREABOUTS_MQTT_URL_FILE names .*gone"):
        Settings()


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_value_that_cannot_be_used_is_told_by_its_setting(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEREABOUTS_HTTP_PORT", port)
    with pytest.raises(InputError, match=f"HEREABOUTS_HTTP_PORT: '{port}' cannot be used"):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEREABOUTS_MQTT_URL", "http://name:hunter2@host"),
        ("HEREABOUTS_DATABASE_URL", "postgres//name:hunter2@host"),
        ("HEREABOUTS_DATABASE_URL", "host=h password=hunter2 nonsense=1"),
    ],
)
def test_a_broken_secret_is_not_shown(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=name) as caught:
        Settings()
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_misspelt_name_in_the_file_is_refused_with_the_one_meant(folder: Path) -> None:
    (folder / "hereabouts.toml").write_text("http_prot = 1\n")
    with pytest.raises(ConfigError, match=r"http_prot \(did you mean http_port\?\)"):
        Settings()


def test_a_file_that_is_no_toml_is_told(folder: Path) -> None:
    (folder / "hereabouts.toml").write_text("= 1")
    with pytest.raises(ConfigError, match=r"hereabouts\.toml cannot be read"):
        Settings()


def test_a_misspelt_name_in_the_environment_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unknown_settings() == []
    monkeypatch.setenv("HEREABOUTS_MQTTPORT", "1")
    assert unknown_settings() == ["HEREABOUTS_MQTTPORT (did you mean HEREABOUTS_MQTT_PORT?)"]


def test_hosts_are_given_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEREABOUTS_ALLOWED_HOSTS", "a.example, b.example,")
    assert Settings().allowed_hosts == ("a.example", "b.example")


def test_the_data_folder_is_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Settings().given("data_dir")
    monkeypatch.setenv("HEREABOUTS_DATA_DIR", "data")
    assert Settings().data_dir == folder / "data"
    assert Settings().given("data_dir")
    monkeypatch.setenv("HEREABOUTS_DATA_DIR", "~/town")
    assert Settings().data_dir == Path.home() / "town"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mqtt://host", MqttAddress(host="host", port=1883)),
        ("mqtts://host/", MqttAddress(host="host", port=8883, use_tls=True)),
        ("mqtt://n:p%2F%40@[::1]:99", MqttAddress(host="::1", port=99, username="n", password="p/@")),
        ("mqtt://n@h", MqttAddress(host="h", port=1883, username="n")),
    ],
)
def test_broker_addresses(url: str, address: MqttAddress) -> None:
    assert parse_mqtt_url(url) == address
    assert parse_mqtt_url(address.url) == address


@pytest.mark.parametrize(
    "url", ["host:1883", "http://host", "mqtt://", "mqtt://h/topic", "mqtt://h:99999", "mqtt://h?x"]
)
def test_what_is_no_broker_address(url: str) -> None:
    with pytest.raises(ValueError, match=r"broker|ort"):
        parse_mqtt_url(url)


def test_applications_to_fetch_from_each_with_its_key(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "own").write_text("NNSXS.OWN\n")
    (folder / "hereabouts.toml").write_text(
        "things_stack_key = 'NNSXS.ALL'\n"
        "[[things_stack]]\napplication = 'bins'\n"
        "[[things_stack]]\napplication = 'homes'\nserver = 'https://au1.cloud.thethings.network/'\nkey_file = 'own'\n"
    )
    bins, homes = things_stack_of(Settings())
    assert (bins.server, bins.source, bins.key) == ("https://eu1.cloud.thethings.network", "things_stack", "NNSXS.ALL")
    assert (homes.server, homes.key) == ("https://au1.cloud.thethings.network", "NNSXS.OWN")
    assert "NNSXS" not in repr((bins, homes, Settings()))
    monkeypatch.setenv("HEREABOUTS_THINGS_STACK", '[{"application": "footfall"}]')
    assert [each.application for each in things_stack_of(Settings())] == ["footfall"]


def test_an_application_without_a_key_is_named(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("HEREABOUTS_THINGS_STACK", '[{"application": "bins"}]')
    with pytest.raises(ConfigError, match=r"application bins.*THINGS_STACK_KEY_FILE"):
        things_stack_of(Settings())
    monkeypatch.setenv("HEREABOUTS_THINGS_STACK", '[{"application": "bins", "key_file": "gone"}]')
    with pytest.raises(ConfigError, match="gone of bins cannot be read"):
        things_stack_of(Settings())


@pytest.mark.parametrize(
    "value",
    ["bins", "[1]", '[{"application": "bins", "server": "http://example.org"}]', '[{"application": "a/b"}]',
     '[{"application": "bins", "key": "NNSXS.SECRET"}]'],
)  # fmt: skip
def test_applications_that_cannot_be_used_are_told_without_what_may_be_a_key(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HEREABOUTS_THINGS_STACK", value)
    with pytest.raises(InputError, match="HEREABOUTS_THINGS_STACK") as refused:
        Settings()
    assert "SECRET" not in str(refused.value)


def test_workers_are_told_where_to_fetch_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HEREABOUTS_THINGS_STACK", '[{"application": "bins"}]')
    monkeypatch.setenv("HEREABOUTS_THINGS_STACK_KEY", "NNSXS.ALL")
    data_dir = DataDir(path=tmp_path)
    data_dir.make()
    (worker,) = workers(Settings(), data_dir, database_url="postgresql://x", mqtt_url="mqtt://x")
    for name, text in worker.environment.items():
        monkeypatch.setenv(name, text)
    (stack,) = things_stack_of(Settings())
    assert (stack.application, stack.key) == ("bins", "NNSXS.ALL")
    assert "NNSXS" not in repr(worker)
