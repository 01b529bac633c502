"""`hereabouts quarantine` and `hereabouts replay` as a person runs them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from command_here import command_here

from hereabouts_deploy.prepare import bring_up_to_date
from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import load_versions
from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.registry import load_registry
from hereabouts_schemas.message import Message, Source

SOURCE = Source(id=4, name="plain", topic_filter="hereabouts/+/up", envelope="plain")
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def hereabouts(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command_here(*arguments, environment={"HEREABOUTS_DATABASE_URL": database_url})


def started(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hereabouts_deploy", *arguments],
        env={**os.environ, "HEREABOUTS_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    """Three messages of a device that nobody has registered, in the store."""
    bring_up_to_date(database_url)
    messages = [
        Message(
            source=SOURCE, topic="hereabouts/d1/up", received_at=NOON + timedelta(minutes=15 * n),
            payload=json.dumps({"device": "d1", "time": (NOON + timedelta(minutes=15 * n)).isoformat(),
                                "temperature": 20 + n}).encode(),
        )
        for n in range(3)
    ]  # fmt: skip
    with connect(database_url, DatabaseRole.INGEST) as ingest:
        devices = load_registry(ingest).devices
        deliveries = [interpret(message, devices, load_versions()) for message in messages]
        BatchWriter(ingest, detect(ingest).engine, 2, slot=0).write(deliveries)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1')")
        yield connection


def register(database_url: str, folder: Path) -> None:
    file = folder / "devices.csv"
    file.write_text("id,profile,place,from\nd1,generic-indoor,h1,2020-01-01\n", encoding="utf-8")
    done = hereabouts(database_url, "import", "devices", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def test_from_a_stranger_to_readings(database_url: str, owner: psycopg.Connection, tmp_path: Path) -> None:
    listed = hereabouts(database_url, "quarantine", "list")
    assert listed.returncode == 0, listed.stderr
    assert "d1 (plain): not registered, or at no place then [unknown_device]" in listed.stdout
    assert "3 messages, first 3 March 2026, 12:00, last 3 March 2026, 12:30" in listed.stdout
    assert "Then: hereabouts quarantine replay --reason unknown_device --device d1" in listed.stdout
    register(database_url, tmp_path)

    looked = hereabouts(database_url, "quarantine", "replay", "--reason", "unknown_device", "--dry-run")
    assert "3 from quarantined: unknown_device to stored" in looked.stdout
    assert "d1 at h1, air_temperature in Cel: 3 new" in looked.stdout
    assert "3 March 2026, 12:15: nothing -> 21" in looked.stdout
    assert owner.execute("SELECT count(*) FROM reading").fetchone() == (0,)

    nobody = started(database_url, "quarantine", "replay")
    assert (nobody.returncode, "There is nobody to ask here" in nobody.stderr) == (1, True)
    done = json.loads(hereabouts(database_url, "quarantine", "replay", "--yes", "--json").stdout)
    assert done["moves"] == [{"from": "quarantined: unknown_device", "to": "stored", "messages": 3}]
    assert [(s["device"], s["added"]) for s in done["datastreams"]] == [("d1", 3)]
    assert owner.execute("SELECT count(*) FROM reading").fetchone() == (3,)
    assert hereabouts(database_url, "quarantine", "list").stdout == "Nothing waits in quarantine.\n"

    again = started(database_url, "replay", "--from", "2026-03-03", "--to", "2026-03-04", "--yes")
    assert "3 messages were read again.\nNothing changes: every message is taken as it was." in again.stdout
    homes = owner.execute("SELECT DISTINCT detail->>'homes' FROM audit WHERE action = 'read'").fetchall()
    assert ('["h1"]',) in homes


def test_what_cannot_be_used_is_a_sentence(database_url: str, owner: psycopg.Connection) -> None:
    span = ("--from", "2026-03-03", "--to", "2026-03-04")
    for arguments, sentence in (
        (("quarantine", "list", "--reason", "nonsense"), "The reasons are unreadable, wrong_shape"),
        (("quarantine", "replay", "--source", "nowhere"), "The sources are things_stack, chirpstack"),
        (("replay", *span, "--decoder", "elsys/99"), "This release has elsys/"),
        (("replay", *span, "--decoder", "nothing"), "There is no such profile"),
        (("replay", *span, "--decoder", "elsys", "--device", "d9"), "It is not registered"),
        (("replay", "--from", "2026-03-04", "--to", "2026-03-03"), "It must be later than --from."),
        (("replay", "--from", "yesterday", "--to", "2026-03-03"), "Give a day like 2027-03-31"),
    ):
        done = hereabouts(database_url, *arguments)
        assert (done.returncode, sentence in done.stderr) == (1, True), done.stderr
