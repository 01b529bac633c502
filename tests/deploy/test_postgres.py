"""The private PostgreSQL survives what happens to processes: kill -9, numbers used again, zombies, half a start."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.ports import port_is_free
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_deploy.embedded.processes import find_working_in, is_running
from hereabouts_platform.store.connection import DatabaseRole
from hereabouts_schemas.errors import ConfigError

DEADLINE_S = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the server below."""
    return tmp_path_factory.mktemp("private")


@pytest.fixture(scope="module")
def old_server(folder: Path) -> Iterator[Postgres]:
    """A server that has suffered what the tests before did to it."""
    home = server_home(folder, choose_account(None))
    server = make(home, folder)
    yield server
    server.stop()
    shutil.rmtree(home)


@pytest.fixture
def server(old_server: Postgres) -> Postgres:
    """A running server of its own, for what the shared one must not suffer."""
    if old_server.pid is None:
        old_server.start()
    with psycopg.connect(old_server.url(), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS t CASCADE")
    return old_server


def make(home: Path, folder: Path, passwords: dict[str, str] | None = None) -> Postgres:
    return Postgres(
        home=home,
        log=folder / "postgres.log",
        passwords=passwords or {role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)},
        account=choose_account(None),
        extra_settings={"shared_buffers": "16MB"},
    )


def write(server: Postgres, count: int) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS t")
        connection.execute("CREATE TABLE IF NOT EXISTS t.kept (n int)")
        connection.execute("INSERT INTO t.kept SELECT generate_series(1, %s)", (count,))


def kept(server: Postgres) -> int:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute("SELECT count(*) FROM t.kept").fetchone()
    assert row is not None
    return int(row[0])


def kill(server: Postgres) -> int:
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    server.wait()
    return pid


def test_what_was_committed_survives_a_kill_and_the_port_stays(server: Postgres) -> None:
    write(server, 10_000)
    port = server.port
    kill(server)
    server.start()
    assert server.port == port
    assert kept(server) == 10_000


def test_a_busy_backend_of_a_killed_server_is_ended_before_the_next_starts(server: Postgres) -> None:
    write(server, 10)
    thread = threading.Thread(target=_loop_for_ever, args=(server.url(),))
    thread.start()
    _wait_for_busy_backend(server)
    kill(server)
    assert find_working_in(server.data, program="postgres"), "the test needs an orphan"
    server.start()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()
    assert kept(server) == 10


def test_a_pid_used_again_by_an_innocent_process_is_left_alone(server: Postgres) -> None:
    write(server, 10)
    pid_file = server.data / "postmaster.pid"
    kill(server)
    innocent = subprocess.Popen(["/bin/sleep", "600"])
    try:
        _, *rest = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(innocent.pid), *rest]) + "\n")
        server.start()
        assert kept(server) == 10
        server.stop()
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_server_that_is_a_zombie_counts_as_dead(server: Postgres, folder: Path) -> None:
    write(server, 10)
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + DEADLINE_S
    while _state(pid) != "Z":
        assert time.monotonic() < deadline
    assert not is_running(pid, program="postgres", argument=str(server.data))
    successor = make(server.home, folder, server.passwords)  # the zombie stays: nobody has collected it
    successor.start()
    assert _state(pid) == "Z"
    assert kept(successor) == 10
    successor.stop()
    server.wait()


def test_a_server_left_by_a_killed_parent_is_ended_and_replaced(server: Postgres, folder: Path) -> None:
    write(server, 10)
    successor = make(server.home, folder, server.passwords)
    successor.start()
    assert server.wait() == 0
    assert kept(successor) == 10
    successor.stop()


def test_an_empty_or_broken_pid_file_does_not_stop_the_start(server: Postgres) -> None:
    write(server, 10)
    kill(server)
    (server.data / "postmaster.pid").write_text("")
    server.start()
    assert kept(server) == 10


def test_half_a_cluster_is_made_again(home: Path, tmp_path: Path) -> None:
    half = home / "data-unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = make(home, tmp_path)
    server.start()
    write(server, 1)
    assert kept(server) == 1
    assert not half.exists()
    server.stop()


def test_other_passwords_are_told_in_a_sentence(server: Postgres, folder: Path) -> None:
    server.stop()
    stranger = make(server.home, folder)
    with pytest.raises(ConfigError, match=r"secrets\.json"):
        stranger.start()
    assert stranger.pid is None
    assert server.passwords[SUPERUSER] not in str(stranger)


def test_it_listens_on_loopback_and_asks_for_the_password(server: Postgres) -> None:
    wrong = server.url().replace(server.passwords[DatabaseRole.OWNER], "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    with psycopg.connect(server.url()) as connection:
        shown = {name: connection.execute(f"SHOW {name}").fetchone() for name in ("listen_addresses", "fsync")}
        sums = connection.execute("SHOW data_checksums").fetchone()
    assert shown == {"listen_addresses": ("127.0.0.1",), "fsync": ("on",)}
    assert sums == ("on",)


def test_stopping_frees_the_port_and_stopping_twice_is_nothing(server: Postgres) -> None:
    server.stop()
    server.stop()
    assert port_is_free(server.port)
    assert server.pid is None


def test_a_pid_that_is_ours_but_not_a_server_is_not_running() -> None:
    assert not is_running(os.getpid(), program="postgres", argument="/nowhere")
    name = Path(sys.executable).name
    with subprocess.Popen([sys.executable, "-c", "input()", "marker"], stdin=subprocess.PIPE) as child:
        deadline = time.monotonic() + DEADLINE_S
        while not is_running(child.pid, program=name, argument="marker"):
            assert time.monotonic() < deadline
        assert not is_running(child.pid, program="postgres", argument="marker")
        assert not is_running(child.pid, program=name, argument="mark")


def _loop_for_ever(url: str) -> None:
    with pytest.raises(psycopg.OperationalError), psycopg.connect(url, application_name="busy") as connection:
        connection.execute("DO $$ BEGIN LOOP END LOOP; END $$")


def _wait_for_busy_backend(server: Postgres) -> None:
    deadline = time.monotonic() + DEADLINE_S
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        # Its BEGIN is active for a moment too, and a backend that waits for its client ends with the server.
        query = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'busy' AND state = 'active' AND query ~ '^DO'"
        while not connection.execute(query).fetchone():
            assert time.monotonic() < deadline


def _state(pid: int) -> str:
    listing = subprocess.run(["/bin/ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listing.stdout.strip()[:1]
