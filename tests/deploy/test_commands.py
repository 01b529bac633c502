"""The command line: exit codes, sentences instead of tracebacks, secrets masked."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from command_here import command_here
from typer.main import get_group
from typer.testing import CliRunner

from hereabouts_deploy.embedded.ports import free_port
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_deploy.main import COMMANDS, app
from hereabouts_platform.store.connection import DatabaseRole


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty current folder and home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)


def hereabouts(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return command_here(*arguments, environment={f"HEREABOUTS_{name.upper()}": one for name, one in settings.items()})


def started(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As a process of its own."""
    command = [sys.executable, "-m", "hereabouts_deploy", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_help_lists_every_command_that_is_for_people() -> None:
    shown = started("--help")
    assert shown.returncode == 0
    commands = [name for name, one in COMMANDS.items() if not one.hidden]
    assert "up" in commands
    assert [name for name in commands if f" {name} " not in shown.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output
    itself = get_group(app).get_command(None, command)  # type: ignore[arg-type]
    assert itself is not None
    assert itself.help is not None
    assert " ".join(itself.help.split("\n\n")[0].split()) == COMMANDS[command].says, "the list says what it says itself"
    assert itself.hidden is COMMANDS[command].hidden


@pytest.mark.parametrize("arguments", [["nonsense"], ["doctor", "--nonsense"], ["up", "--http-port", "many"]])
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    assert hereabouts(*arguments).returncode == 2


def test_wrong_usage_is_2_to_whoever_started_it() -> None:
    assert started("nonsense").returncode == 2


def test_what_cannot_be_done_is_1_with_a_sentence() -> None:
    refused = started("migrate")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("No system runs on ")


def test_a_setting_that_cannot_be_used_is_1_with_a_sentence() -> None:
    refused = hereabouts("config", "show", http_port="many")
    assert refused.returncode == 1
    assert refused.stderr.startswith("HEREABOUTS_HTTP_PORT: 'many' cannot be used.")


def test_a_database_that_is_away_is_1_with_a_sentence() -> None:
    refused = hereabouts(
        "user", "add", "A", "--role", "reader", database_url=f"postgresql://x@127.0.0.1:{free_port()}/x"
    )
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "cannot be reached" in refused.stderr


@pytest.fixture
def empty_database_url(postgres_server: Postgres) -> Iterator[str]:
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE never_migrated OWNER hereabouts_owner")
        yield postgres_server.url(database="never_migrated")
        connection.execute("DROP DATABASE never_migrated WITH (FORCE)")


@pytest.mark.parametrize("command", ["import places FILE", "user add A --role reader", "job run assess", "job list"])
def test_a_database_that_was_never_migrated_is_1_with_a_sentence(
    empty_database_url: str, command: str, tmp_path: Path
) -> None:
    file = tmp_path / "places.csv"
    file.write_text("id,kind,name\n")
    arguments = command.replace("FILE", str(file)).split()
    refused = hereabouts(*arguments, database_url=empty_database_url)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "hereabouts migrate" in refused.stderr


def test_a_login_that_may_not_act_is_1_with_the_cure(postgres_server: Postgres, database_url: str) -> None:
    ours, theirs = postgres_server.url(), postgres_server.url(DatabaseRole.API)
    url = database_url.replace(ours.rpartition("/")[0], theirs.rpartition("/")[0])
    refused = hereabouts("job", "list", database_url=url)
    assert refused.returncode == 1
    assert "may not act as" in refused.stderr
    assert "GRANT" in refused.stderr


def test_doctor_tells_a_login_that_may_not_act_the_cure(postgres_server: Postgres, template_database: str) -> None:
    url = postgres_server.url(DatabaseRole.API, template_database)
    found = hereabouts("doctor", database_url=url, mqtt_url=f"mqtt://127.0.0.1:{free_port()}")
    assert found.returncode == 1
    assert "GRANT hereabouts_owner TO hereabouts_api;" in found.stdout
    assert "broker: " in found.stdout  # it went on
    assert "Traceback" not in found.stderr


def test_a_command_without_its_broker_says_which_setting_is_missing() -> None:
    refused = hereabouts("ingest", database_url="postgresql://x")
    assert refused.returncode == 1
    assert "HEREABOUTS_MQTT_URL is not set" in refused.stderr


def test_what_few_commands_need_is_loaded_by_those_alone() -> None:
    dear = ("structlog", "httpx", "hereabouts_platform.jobs", "hereabouts_platform.planning", "pyvrp", "scipy", "osrm")
    program = (
        "import sys, hereabouts_deploy.settings\n"
        f"print([name for name in {dear} if name in sys.modules])\n"
        "import hereabouts_platform.jobs.registry\n"
        f"print([name for name in {dear[4:]} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['hereabouts_platform.jobs']", "[]"]  # the names of jobs' settings alone


def test_config_show_masks_secrets_and_says_where_from() -> None:
    shown = hereabouts("config", "show", "--json", database_url="postgresql://a:hunter2@b/c", http_port="81")
    assert shown.returncode == 0
    assert "hunter2" not in shown.stdout + shown.stderr
    items = {item["setting"]: (item["value"], item["from"]) for item in json.loads(shown.stdout)["items"]}
    assert items["HEREABOUTS_DATABASE_URL"] == ("********", "environment")
    assert items["HEREABOUTS_HTTP_PORT"] == (81, "environment")
    assert items["HEREABOUTS_MQTT_PORT"] == (1883, "default")
    assert hereabouts("config", "show", database_url="postgresql://a:hunter2@b/c").stdout.count("hunter2") == 0


def test_doctor_is_1_when_something_is_broken() -> None:
    found = hereabouts("doctor", "--json")
    assert found.returncode == 1
    report = json.loads(found.stdout)
    assert report["state"] == "broken"
    assert {check["name"]: check["state"] for check in report["checks"]}["system"] == "broken"


def test_migrate_says_what_it_did(database_url: str) -> None:
    done = hereabouts("migrate", database_url=database_url)
    assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")
    assert json.loads(hereabouts("migrate", "--json", database_url=database_url).stdout) == {"applied": []}
