"""A webhook speaks for devices of its sender's sources alone, and learns nothing of others, not even that they are."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from hereabouts_api.routes import uplinks
from hereabouts_deploy.main import app
from hereabouts_ingest.desk import Desk
from hereabouts_ingest.posts import drain_posts
from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.store.device_facts import devices_in_batches, read_feeds
from hereabouts_platform.store.registry import sync_profiles
from hereabouts_schemas.message import Message

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
AT_HOME, OF_TWO, UNHEARD = "at-home", "of-two", "unheard"
NOT_THEIRS = ("quarantined", "unknown_device")

Hand = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def desk(database_url: str, town: Any) -> Iterator[Desk]:
    sync_profiles(town.connection, [profile.spec for profile in load_profiles().values()])
    town.place("h1", "home")
    for device in (AT_HOME, OF_TWO, UNHEARD, "moves", "squatted"):
        town.connection.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'generic-indoor')", (device,))
        town.deploy(device, "h1", START - timedelta(days=99))
    for name in ("bins", "joins"):
        row = (name, f"{name}/#")
        town.connection.execute("INSERT INTO source (name, topic_filter, envelope) VALUES (%s, %s, 'plain')", row)
    nowhere = IngestSettings(database_url=database_url, mqtt_host="", mqtt_port=1, spool_dir=Path("/none"))
    desk = Desk(nowhere)
    yield desk
    desk.close()


@pytest.fixture
def hand(desk: Desk, address: str, monkeypatch: pytest.MonkeyPatch) -> Hand:
    """Hands in messages with a key; gives what the sender is told of each."""
    monkeypatch.setattr(uplinks, "LONGEST_WAIT_S", 0.01)

    def post(key: str, source: str, *messages: dict[str, object], **more: Any) -> list[dict[str, Any]]:
        headers = {"X-API-Key": key}
        answer = httpx.post(f"{address}/v1/uplinks/{source}", json=list(messages), headers=headers, **more)
        assert answer.status_code == 202, answer.text
        drain_posts(desk)
        items: list[dict[str, Any]] = httpx.get(address + answer.headers["Location"], headers=headers).json()["items"]
        return items

    return post


@pytest.fixture(scope="module")
def bins(desk: Desk, make_feeder: Callable[..., str]) -> str:
    """The key of somebody who hands in what bins say, and is curious."""
    return make_feeder("bin supplier", "bins")


@pytest.fixture(scope="module")
def homes(desk: Desk, make_feeder: Callable[..., str]) -> str:
    return make_feeder("home supplier", "plain", "joins")


def body(device: str, second: int, temperature: float = 20.5, **more: object) -> dict[str, object]:
    at = START + timedelta(seconds=second)
    return {"device": device, "time": at.isoformat(), "temperature": temperature} | more


def by_mqtt(desk: Desk, source: str, *messages: dict[str, object]) -> list[str]:
    desk.refresh()
    (feed,) = (one for one in desk.registry.sources if one.name == source)
    arrived = [
        Message(source=feed, topic="hereabouts/g/up", payload=json.dumps(one).encode(), received_at=datetime.now(UTC))
        for one in messages
    ]
    return [outcome.value for outcome in desk.handle(arrived)]


def said(items: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(item["outcome"], item["reason"]) for item in items]


def count(town: Any, what: str) -> int:
    found: int = town.connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0]
    return found


def test_a_guess_about_anothers_device_is_answered_as_one_about_nothing(
    hand: Hand, desk: Desk, bins: str, town: Any
) -> None:
    assert by_mqtt(desk, "plain", body(AT_HOME, 0, 17.25)) == ["stored"]
    readings, heard = count(town, "reading"), town.connection.execute("SELECT * FROM device_heard").fetchall()
    right, wrong, new = body(AT_HOME, 0, 17.25), body(AT_HOME, 0, 17.5), body(AT_HOME, 1)
    late, bad = body(AT_HOME, -40 * 86_400), body(AT_HOME, 2, 900)
    for guess in (right, wrong, new, late, bad, right):
        (foreign,) = hand(bins, "bins", guess)
        (nothing,) = hand(bins, "bins", guess | {"device": "no-such-thing"})
        assert foreign == nothing
        assert (foreign["outcome"], foreign["reason"]) == NOT_THEIRS
        assert "no-such-thing" not in foreign["detail"]
        assert AT_HOME not in foreign["detail"]
    for topic in ("hereabouts/at-home/up", "hereabouts/no-such-thing/up"):  # whom a topic names tells nothing either
        (answer,) = hand(bins, "bins", body("no-such-thing", 3), params={"topic": topic})
        assert (answer["outcome"], answer["reason"]) == NOT_THEIRS
    assert count(town, "reading") == readings
    assert count(town, "quarantine WHERE device_id = 'at-home' AND reason = 'foreign_device'") == 5
    assert count(town, "device_source WHERE device_id = 'at-home'") == 1
    assert town.connection.execute("SELECT * FROM device_heard").fetchall() == heard, "a stranger is no sign of life"
    now = datetime.now(UTC)
    (told,) = (
        one
        for some in devices_in_batches(town.connection, read_feeds(town.connection, now), now)
        for one in some
        if one.device_id == AT_HOME
    )
    assert (len(told.arrivals_s), told.clock_bad) == (1, 0), "nor of its clock, nor of how often it reports"


def test_a_device_that_nobody_speaks_for_is_the_first_senders(hand: Hand, bins: str, homes: str) -> None:
    assert said(hand(homes, "plain", body(UNHEARD, 0))) == [("stored", None)]
    assert said(hand(homes, "plain", body(UNHEARD, 0), body(UNHEARD, 0, 21.0))) == [
        ("duplicate", None), ("quarantined", "conflict")
    ]  # fmt: skip
    assert said(hand(homes, "joins", body(UNHEARD, 1))) == [("stored", None)]  # another source of the same sender
    assert said(hand(bins, "bins", body(UNHEARD, 2))) == [NOT_THEIRS]


def test_two_sources_that_hear_one_device_on_purpose(
    hand: Hand, desk: Desk, bins: str, homes: str, admin: httpx.Client
) -> None:
    assert said(hand(homes, "plain", body(OF_TWO, 0))) == [("stored", None)]
    assert by_mqtt(desk, "bins", body(OF_TWO, 0), body(OF_TWO, 1)) == ["duplicate", "stored"]
    assert said(hand(bins, "bins", body(OF_TWO, 2))) == [("stored", None)]
    assert said(hand(homes, "plain", body(OF_TWO, 3))) == [("stored", None)]
    key = admin.headers["Authorization"].removeprefix("Bearer ")
    assert said(hand(key, "bins", body(AT_HOME, 5))) == [("stored", None)]  # administrators may speak for all


def test_a_network_that_moved_is_bound_and_what_waits_is_brought_in(
    hand: Hand, bins: str, homes: str, town: Any, database_url: str
) -> None:
    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, arguments, env={"HEREABOUTS_DATABASE_URL": database_url})
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    assert said(hand(homes, "plain", body("moves", 0))) == [("stored", None)]
    assert said(hand(bins, "bins", body("moves", 1))) == [NOT_THEIRS]
    waiting = "quarantine WHERE device_id = 'moves' AND deliveries > replayed"
    span = ("--from", "2020-01-01", "--to", "2199-01-01")
    for again in (("quarantine", "replay"), ("replay", *span)):
        run(*again, "--device", "moves", "--yes")
        assert count(town, waiting) == 1, "a replay alone lets no stranger speak"
    assert "bins speaks for 1 more devices" in run("source", "bind", "bins", "moves")
    run("quarantine", "replay", "--reason", "foreign_device", "--source", "bins", "--device", "moves", "--yes")
    assert count(town, waiting) == 0
    assert said(hand(bins, "bins", body("moves", 2))) == [("stored", None)]
    run("source", "unbind", "bins", "moves")
    assert said(hand(bins, "bins", body("moves", 3))) == [NOT_THEIRS]
    run("source", "bind", "bins", "--like", "plain")
    assert said(hand(bins, "bins", body("moves", 4))) == [("stored", None)]
    audit = town.connection.execute("SELECT detail FROM audit WHERE detail ? 'speaks_for' ORDER BY id").fetchall()
    assert audit[0][0] == {"source": "bins", "speaks_for": ["moves"], "and_all_of": None, "new": 1}


def test_a_device_taken_by_a_stranger_is_given_back(hand: Hand, bins: str, homes: str, database_url: str) -> None:
    assert said(hand(bins, "bins", body("squatted", 0))) == [("stored", None)]
    assert said(hand(homes, "plain", body("squatted", 1))) == [NOT_THEIRS]
    for arguments in (("unbind", "bins", "squatted"), ("bind", "plain", "squatted")):
        CliRunner().invoke(app, ["source", *arguments], env={"HEREABOUTS_DATABASE_URL": database_url})
    assert said(hand(homes, "plain", body("squatted", 2))) == [("stored", None)]
    assert said(hand(bins, "bins", body("squatted", 3))) == [NOT_THEIRS]


@pytest.mark.parametrize(
    "arguments",
    [("bind", "bins"), ("bind", "bins", "nothing-registered"), ("bind", "import", AT_HOME), ("bind", "none", AT_HOME),
     ("bind", "bins", "--like", "none"), ("unbind", "bins")],
)  # fmt: skip
def test_what_cannot_be_bound_is_said(desk: Desk, database_url: str, arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["source", *arguments], env={"HEREABOUTS_DATABASE_URL": database_url})
    assert done.exit_code == 1
    assert done.exception is not None
