"""`hereabouts backfill` as a person runs it, killed and begun again."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_here import command_here

from hereabouts_platform.store.connection import Connection

DEADLINE_S = 60
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
COMMAND = [sys.executable, "-m", "hereabouts_deploy", "backfill"]


@pytest.fixture
def environment(database_url: str, storage: Any, tmp_path: Path) -> dict[str, str]:
    key = tmp_path / "key"
    key.write_text(storage.stack.key + "\n", encoding="utf-8")
    return {
        "HEREABOUTS_DATABASE_URL": database_url,
        "HEREABOUTS_DATA_DIR": str(tmp_path / "data"),
        "HEREABOUTS_THINGS_STACK": json.dumps([{"application": "council", "server": storage.address}]),
        "HEREABOUTS_THINGS_STACK_KEY_FILE": str(key),
    }


def hereabouts(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return command_here("backfill", *arguments, environment=environment)


def started(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a process of its own."""
    whole = os.environ | environment
    return subprocess.run([*COMMAND, *arguments], env=whole, capture_output=True, text=True, check=False)


def fill(storage: Any, count: int) -> None:
    storage.keep(*(storage.uplink(n, START + timedelta(minutes=n)) for n in range(count)))


def test_what_was_missed_is_fetched_and_counted(owner: Connection, storage: Any, environment: dict[str, str]) -> None:
    fill(storage, 5)
    storage.keep_garbage(START + timedelta(seconds=5), b"garbage")
    done = hereabouts(environment, "things-stack", "--application", "council", "--json")
    assert done.returncode == 0, done.stderr
    counts = {"found": 6, "stored": 5, "duplicate": 0, "quarantined": 1, "ignored": 0, "finished": True}
    assert json.loads(done.stdout) == counts
    assert storage.stack.key not in done.stdout + done.stderr
    listed = hereabouts(environment, "list")
    assert "1: command, things_stack council, all devices" in listed.stdout
    assert "done. 6 found, 5 stored, 0 duplicate, 1 quarantined, 0 ignored." in listed.stdout
    (item,) = json.loads(hereabouts(environment, "list", "--json").stdout)["items"]
    assert (item["state"], item["requested_by"]) == ("done", "system:command")


def test_one_that_is_killed_goes_on_where_it_was(owner: Connection, storage: Any, environment: dict[str, str]) -> None:
    fill(storage, 60)
    storage.most = 30
    arguments = ("things-stack", "--application", "council", "--device", "sensor-1")
    with subprocess.Popen([*COMMAND, *arguments], env=os.environ | environment, stdout=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + DEADLINE_S
        while owner.execute("SELECT stored FROM backfill_request").fetchone() != (30,):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        run.kill()
    again = started(environment, *arguments)
    assert again.returncode == 0, again.stderr
    assert "Going on from" in again.stderr
    assert "61 found, 60 stored, 1 duplicate" in again.stdout
    assert owner.execute("SELECT count(*) FROM backfill_request").fetchone() == (1,)
    assert storage.paths[0].endswith("/devices/sensor-1/packages/storage/uplink_message")


def test_what_the_network_refuses_is_exit_1_with_a_sentence(
    owner: Connection, storage: Any, environment: dict[str, str]
) -> None:
    storage.faults.append(403)
    done = hereabouts(environment, "things-stack", "--application", "council")
    assert done.returncode == 1
    assert "may not read the traffic" in done.stderr
    assert storage.stack.key not in done.stderr
    assert owner.execute("SELECT state FROM backfill_request").fetchall() == [("failed",)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--application", "council", "--from", "yesterday"), "--from: 'yesterday' cannot be used"),
        (("--application", "council", "--from", "2026-03-03", "--to", "2026-03-02"), "before the end"),
        (("--application", "council", "--server", "http://example.org"), "--server"),
        (("--application", "council", "--source", "plain"), "whose envelope is things_stack"),
        (("--application", "../secrets"), "--application"),
        (("--application", "council", "--device", "a/b"), "--device"),
    ],
)
def test_what_cannot_be_used_is_named(
    owner: Connection, storage: Any, environment: dict[str, str], arguments: tuple[str, ...], words: str
) -> None:
    done = hereabouts(environment, "things-stack", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert storage.asked == []


def test_a_key_is_needed_and_never_taken_from_the_command_line(storage: Any, environment: dict[str, str]) -> None:
    del environment["HEREABOUTS_THINGS_STACK_KEY_FILE"]
    done = hereabouts(environment, "things-stack", "--application", "council")
    assert done.returncode == 1
    assert "HEREABOUTS_THINGS_STACK_KEY_FILE" in done.stderr
    assert hereabouts(environment, "things-stack", "--application", "council", "--key", "x").returncode == 2
