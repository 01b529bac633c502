"""Webhooks among strangers: signed requests sent again, bodies nobody vouches for, and more than ingest can take."""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hereabouts_api import intake
from hereabouts_api.routes import uplinks
from hereabouts_platform.jobs.run import run_job

DEADLINE_S = 60
SECRET = b"a secret of twenty-four or more bytes"
NOW = datetime.now(UTC)
Working = Callable[[], AbstractContextManager[None]]  # of conftest.py


@pytest.fixture(scope="module")
def doors(
    database_url: str, registered: None, serving: Callable[..., AbstractContextManager[str]]
) -> Iterator[list[str]]:
    """Two processes of the API, so to speak: they share nothing but the database."""
    secrets = {"plain": (SECRET,)}
    with ExitStack() as stack:
        addresses = [stack.enter_context(serving(database_url, webhook_secrets=secrets)) for _ in range(2)]
        yield [f"{address}/v1/uplinks/plain" for address in addresses]


def signed(content: bytes, number: str, at: datetime | None = None) -> dict[str, str]:
    stamp = str(int((at or datetime.now(UTC)).timestamp()))
    digest = hmac.digest(SECRET, f"{number}.{stamp}.".encode() + content, hashlib.sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": number, "webhook-timestamp": stamp, "webhook-signature": signature}


def count(town: Any, what: str) -> int:
    found: int = town.connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0]
    return found


_numbers = iter(range(86_400))


def body(**fields: object) -> bytes:
    """A message never sent before."""
    at = NOW - timedelta(days=1) + timedelta(seconds=next(_numbers))
    return json.dumps({"device": "sensor-1", "time": at.isoformat(), "temperature": 20.5} | fields).encode()


# a signed request that is sent again


def test_a_signed_request_sent_again_by_many_at_once_is_one(doors: list[str], working: Working, town: Any) -> None:
    content = b"[" + body() + b"," + body(device="stranger") + b"]"
    headers = signed(content, "msg_again")
    before = count(town, "post")

    def send(number: int) -> httpx.Response:
        return httpx.post(doors[number % 2], content=content, headers=headers, timeout=DEADLINE_S)

    with working():
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(send, range(16)))
        answers.append(send(0))
        later = signed(content, "msg_again", datetime.now(UTC) - timedelta(minutes=1))  # the sender itself tries again
        answers.append(httpx.post(doors[1], content=content, headers=later, timeout=DEADLINE_S))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert [item["outcome"] for item in answers[0].json()["items"]] == ["stored", "quarantined"]
    assert count(town, "post") == before + 2
    assert count(town, "quarantine WHERE device_id = 'stranger' AND deliveries > 1") == 0


def test_an_id_that_stands_for_two_messages_loses_neither(doors: list[str], working: Working) -> None:
    with working():
        for content in (body(), body()):
            answer = httpx.post(doors[0], content=content, headers=signed(content, "msg_1"), timeout=DEADLINE_S)
            assert [item["outcome"] for item in answer.json()["items"]] == ["stored"]


def test_a_signed_request_that_waits_is_not_doubled_and_is_forgotten_with_its_answer(
    doors: list[str], database_url: str, working: Working, town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplinks, "LONGEST_WAIT_S", 0.2)
    content = body()
    headers = signed(content, "msg_waits")
    answers = [httpx.post(door, content=content, headers=headers) for door in (*doors, *doors)]
    assert {(answer.status_code, answer.json()["post"]) for answer in answers} == {(202, answers[0].json()["post"])}
    far = datetime.now(UTC) + timedelta(days=3)
    run_job(database_url, "purge_posts", far)
    assert count(town, f"signed_post WHERE post_id = {answers[0].json()['post']}") == 1, "it still waits"
    with working():
        wait_for(lambda: count(town, "post WHERE outcome IS NULL") == 0)
    run_job(database_url, "purge_posts", far + timedelta(hours=1))
    assert count(town, "signed_post") == 0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# bodies that nobody vouches for


@contextmanager
def half_sent(door: str, headers: dict[str, str], length: int, sent: int) -> Iterator[socket.socket]:
    """A request whose body does not come to its end."""
    url = httpx.URL(door)
    lines = [f"POST {url.path} HTTP/1.1", f"Host: {url.host}:{url.port}", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection((url.host, url.port or 80), timeout=DEADLINE_S) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + b" " * sent)
        yield connection


def status_of(connection: socket.socket) -> int:
    line = connection.makefile("rb").readline()
    return int(line.split()[1])


WELL_FORMED = "v1," + base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("headers", "length", "status"),
    [
        ({}, 100, 401),
        ({"Authorization": "Bearer nonsense"}, 100, 401),
        ({"webhook-id": "1", "webhook-timestamp": "now", "webhook-signature": "v1,short"}, 100, 401),
        ({"webhook-id": "1", "webhook-timestamp": "old", "webhook-signature": WELL_FORMED}, 100, 401),
        ({"webhook-id": "x" * 257, "webhook-timestamp": "now", "webhook-signature": WELL_FORMED}, 100, 401),
        ({"webhook-id": "1", "webhook-timestamp": "now", "webhook-signature": WELL_FORMED}, 2**20 + 1, 413),
        ({"webhook-id": "1", "webhook-timestamp": "now", "webhook-signature": WELL_FORMED}, 2**40, 413),
    ],
)
def test_it_is_refused_before_a_byte_of_its_body_is_read(
    doors: list[str], headers: dict[str, str], length: int, status: int
) -> None:
    stamp = {"now": str(int(time.time())), "old": str(int(time.time()) - 301)}
    headers = {name: stamp.get(value, value) for name, value in headers.items()}
    with half_sent(doors[0], headers, length, 0) as connection:
        assert status_of(connection) == status


def test_what_nobody_vouches_for_has_a_room_of_its_own(
    doors: list[str], working: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "ROOM_BYTES", 4 * (400 * 1024))
    strange = {"webhook-id": "1", "webhook-timestamp": str(int(time.time())), "webhook-signature": WELL_FORMED}
    content = body()
    large = content[:-1] + b"," + b" " * 300_000 + b'"battery": 3}'
    with half_sent(doors[0], strange, 500_000, 400_000), working():

        def send(content: bytes, number: str) -> httpx.Response:
            return httpx.post(doors[0], content=content, headers=signed(content, number), timeout=DEADLINE_S)

        wait_for(lambda: send(large, "large").status_code == 503)
        refused = send(large, "large")
        assert refused.headers["Retry-After"] == "5"
        assert refused.json()["type"] == "urn:hereabouts:problem:no-room"
        assert send(content, "small").status_code == 200, "a message of usual size is always taken"
    wait_for(lambda: send(large, "large").status_code != 503)  # who let go has given the room back


def test_a_body_that_does_not_come_to_its_end_is_given_up(doors: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "LONGEST_READ_S", 0.3)
    strange = {"webhook-id": "1", "webhook-timestamp": str(int(time.time())), "webhook-signature": WELL_FORMED}
    with half_sent(doors[0], strange, 100, 10) as connection:
        assert status_of(connection) == 408


# more than ingest can take


@pytest.fixture(scope="module")
def feeder(address: str, registered: None, make_feeder: Callable[..., str]) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {make_feeder('two', 'plain', 'senml')}"}
    with httpx.Client(base_url=f"{address}/v1/uplinks", headers=headers, timeout=DEADLINE_S) as client:
        yield client


@pytest.mark.parametrize("most", [replace(intake.MOST_WAITING, records=5), replace(intake.MOST_WAITING, bytes=400)])
def test_a_source_of_which_too_much_waits_takes_no_more(
    feeder: httpx.Client, working: Working, town: Any, monkeypatch: pytest.MonkeyPatch, most: object
) -> None:
    with working():
        wait_for(lambda: count(town, "post WHERE outcome IS NULL") == 0)
    monkeypatch.setattr(uplinks, "LONGEST_WAIT_S", 0.1)
    monkeypatch.setattr(intake, "MOST_WAITING", most)
    monkeypatch.setattr(intake, "COUNTED_FOR_S", 1.0)
    answers = [feeder.post("/plain", content=body()) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [503] * 3
    refused = answers[-1]
    assert refused.headers["Retry-After"] == "60"
    assert refused.json()["type"] == "urn:hereabouts:problem:waiting-full"
    assert "5 messages of plain wait for ingest" in refused.json()["detail"]
    assert feeder.post("/senml", content=b"[{}]").status_code == 202, "each source has its own"
    with working():
        wait_for(lambda: count(town, "post WHERE outcome IS NULL") == 0)
        wait_for(lambda: feeder.post("/plain", content=body()).status_code != 503)
        wait_for(lambda: count(town, "post WHERE outcome IS NULL") == 0)
