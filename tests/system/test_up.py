"""`hereabouts up` for real: what it says, what it survives, what it leaves."""

import http.client
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.broker import make_broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.mqtt_probe import Login
from hereabouts_deploy.embedded.ports import free_port
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store.connection import DatabaseRole

PARTS = ("postgres", "broker", "ingest", "jobs", "api")


@pytest.fixture(scope="module")
def up(make_up: Callable[..., Any]) -> Any:
    """A running system that the tests of this module share."""
    return make_up().start()


def get(up: Any, path: str, key: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(up.run["http"]).netloc, timeout=10)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def rows(up: Any, statement: str) -> list[Any]:
    with psycopg.connect(up.run["database_url"], autocommit=True) as connection:
        return connection.execute(statement).fetchall()


def hereabouts(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("HEREABOUTS_")}
    ours = {f"HEREABOUTS_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "hereabouts_deploy", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=others | ours, timeout=120)


def test_run_json_says_where_everything_is(up: Any) -> None:
    run = up.run
    assert set(run) == {"http", "mqtt", "database_url", "admin_key", "pids"}
    assert list(run["pids"]) == ["up", *PARTS]
    assert all(up.lives(pid) for pid in run["pids"].values())
    assert run["pids"]["up"] == up.process.pid
    assert run["http"].startswith("http://127.0.0.1:")
    assert run["mqtt"].startswith("mqtt://127.0.0.1:")
    assert up.run_file.stat().st_mode & 0o777 == 0o600
    assert (up.data_dir / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert rows(up, "SELECT current_user") == [("hereabouts_owner",)]
    assert get(up, "/v1/sources", run["admin_key"]) == 200
    assert get(up, "/v1/sources", "hab_live_wrong") == 401


def test_each_process_has_its_own_login_and_no_secret_on_its_command_line(up: Any) -> None:
    logins = rows(up, "SELECT DISTINCT usename FROM pg_stat_activity WHERE usename LIKE 'hereabouts_%'")
    assert {("hereabouts_ingest",), ("hereabouts_jobs",), ("hereabouts_api",)} <= set(logins)
    listing = subprocess.run(["/bin/ps", "-axww", "-o", "command="], capture_output=True, text=True, check=True).stdout
    secret = urlsplit(up.run["database_url"]).password
    assert secret is not None
    assert secret not in listing
    assert up.run["admin_key"] not in listing


def test_a_second_up_on_the_same_folder_is_refused_in_a_sentence(up: Any) -> None:
    refused = hereabouts("up", "--data-dir", str(up.data_dir), "--http-port", "0", "--mqtt-port", "0")
    assert refused.returncode == 1
    assert "Another `hereabouts up` runs on" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert up.run_file.exists()


def test_other_commands_find_it_and_say_which(up: Any) -> None:
    listed = hereabouts("job", "list", "--json", data_dir=str(up.data_dir))
    assert listed.returncode == 0
    assert f"running on {up.data_dir} (HEREABOUTS_DATA_DIR)" in listed.stderr


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_killed_comes_back_and_run_json_tells(up: Any, part: str) -> None:
    before = up.pids
    os.kill(before[part], signal.SIGKILL)
    up.until(lambda: up.pids[part] != before[part] and up.lives(up.pids[part]), f"{part} again")
    assert {name: pid for name, pid in up.pids.items() if name != part} == {
        name: pid for name, pid in before.items() if name != part
    }
    up.until(lambda: get(up, "/v1/sources", up.run["admin_key"]) == 200, "the API answers")


def test_what_survives_a_killed_up_is_cleared_away_at_the_next_start_and_data_stays(
    make_up: Callable[..., Any],
) -> None:
    up = make_up(embedded_broker="amqtt").start()
    before = up.run
    rows(up, "INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'A home') RETURNING id")
    up.ask(signal.SIGKILL)
    for part in ("broker", "ingest", "jobs", "api"):  # Python, all of them: they notice that their parent has gone
        up.until(lambda part=part: not up.lives(before["pids"][part]), f"{part} to end")
    found = hereabouts("job", "list", data_dir=str(up.data_dir))
    assert found.returncode == 1
    assert "No system runs on" in found.stderr
    up.start()
    assert not up.lives(before["pids"]["postgres"])
    assert up.run["admin_key"] == before["admin_key"]
    assert rows(up, "SELECT id FROM place") == [("h1",)]
    pids = up.pids
    assert up.ask(signal.SIGTERM) == 0
    assert not up.run_file.exists()
    assert [name for name, pid in pids.items() if up.lives(pid)] == []
    assert up.processes() == []


def test_ctrl_c_stops_it_before_it_is_ready(make_up: Callable[..., Any]) -> None:
    up = make_up()
    up.process = up.launch()
    up.until((up.data_dir / "server").exists, "the servers' folder")
    assert up.ask(signal.SIGINT) == 1
    assert "Stopped before everything was ready." in up.errors()
    assert not up.run_file.exists()
    assert up.processes() == []


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[str]:
    """The address, login included, of a broker that `up` did not start."""
    home = server_home(tmp_path, choose_account(None))
    broker = make_broker(
        BrokerKind.AUTO,
        data_dir=tmp_path,
        home=home,
        account=choose_account(None),
        log=tmp_path / "broker.log",
        port=free_port(),
        login=Login(username="council", password="a/b:c"),
    )
    broker.start()
    yield f"mqtt://council:a%2Fb%3Ac@127.0.0.1:{broker.port}"
    broker.stop()
    shutil.rmtree(home)


def test_a_database_and_a_broker_of_ones_own_replace_the_embedded_ones(
    make_up: Callable[..., Any], database_url: str, own_broker: str
) -> None:
    up = make_up(database_url=database_url, mqtt_url=own_broker).start()
    assert list(up.pids) == ["up", "ingest", "jobs", "api"]
    assert up.run["database_url"] == database_url
    assert up.run["mqtt"] == own_broker
    assert f"MQTT at mqtt://127.0.0.1:{urlsplit(own_broker).port}, key in" in up.errors()
    assert "a%2Fb%3Ac" not in up.errors()
    assert get(up, "/v1/sources", up.run["admin_key"]) == 200
    assert up.ask(signal.SIGTERM) == 0


@pytest.fixture
def bare_database_url(tmp_path: Path) -> Iterator[str]:
    """A database on a server that never heard of our roles; its owner's login may make some."""
    account = choose_account(None)
    server = Postgres(
        home=server_home(tmp_path, account),
        log=tmp_path / "postgres.log",
        passwords={role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)},
        account=account,
        extra_settings={"shared_buffers": "64MB"},
    )
    server.start()
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE hereabouts")
        for role in DatabaseRole:
            connection.execute(f"DROP ROLE {role.value}")
        connection.execute("CREATE ROLE council LOGIN CREATEROLE PASSWORD 'council'")
        connection.execute("CREATE DATABASE council OWNER council")
    yield f"postgresql://council:council@127.0.0.1:{server.port}/council"
    server.stop()
    shutil.rmtree(server.home)


def test_a_fresh_server_of_ones_own_gets_its_roles_from_up(make_up: Callable[..., Any], bare_database_url: str) -> None:
    looked = hereabouts("doctor", database_url=bare_database_url)
    assert looked.returncode == 1
    assert "The database server has no role hereabouts_owner. Run `hereabouts migrate`" in looked.stdout
    assert "Traceback" not in looked.stderr
    up = make_up(database_url=bare_database_url).start()
    assert get(up, "/v1/sources", up.run["admin_key"]) == 200
    assert {(role.value,) for role in DatabaseRole} <= set(rows(up, "SELECT rolname FROM pg_roles"))
    assert up.ask(signal.SIGTERM) == 0


def test_up_serves_this_machine_alone() -> None:
    refused = hereabouts("up", http_host="192.0.2.1")
    assert refused.returncode == 1
    assert "`up` serves this machine alone" in refused.stderr


def test_a_port_that_is_taken_is_told_with_the_cure(make_up: Callable[..., Any], up: Any) -> None:
    taken = str(urlsplit(up.run["http"]).port)
    folder = make_up().data_dir
    refused = hereabouts("up", "--data-dir", str(folder), "--http-port", taken, "--mqtt-port", "0")
    assert refused.returncode == 1
    assert f"Port {taken} is taken by another program. Choose another with --http-port" in refused.stderr
