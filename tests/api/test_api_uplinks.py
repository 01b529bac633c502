"""Webhooks on the real thing: the API, a real worker in a thread, a real database; every record gets its answer."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from hereabouts_api.routes import uplinks
from hereabouts_deploy.embedded.ports import free_port
from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.worker import run_ingest
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.registry import sync_profiles

DEADLINE_S = 60
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
EUI = "A81758FFFE000001"
FRAME = base64.b64encode(bytes.fromhex("0100e20229")).decode()  # 22.6 degrees, 41 % relative humidity
SECRET = b"a secret of twenty-four or more bytes"


@contextmanager
def working(database_url: str) -> Iterator[None]:
    """A worker whose broker is away: webhooks need none."""
    with TemporaryDirectory() as folder:
        settings = IngestSettings(
            database_url=database_url, mqtt_host="127.0.0.1", mqtt_port=free_port(), spool_dir=Path(folder)
        )
        stop = threading.Event()
        thread = threading.Thread(target=run_ingest, args=(settings, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(DEADLINE_S)
            assert not thread.is_alive()


@pytest.fixture(scope="module")
def registered(town: Any) -> None:
    sync_profiles(town.connection, [profile.spec for profile in load_profiles().values()])
    town.place("h1", "home")
    for device, profile in (("sensor-1", "generic-indoor"), (EUI, "elsys")):
        town.connection.execute("INSERT INTO device (id, profile_id) VALUES (%s, %s)", (device, profile))
        town.deploy(device, "h1", START - timedelta(days=99))


@pytest.fixture(scope="module")
def key(make_feeder: Callable[..., str]) -> str:
    return make_feeder("gateway", "plain")


@pytest.fixture(scope="module")
def send(address: str, registered: None, key: str) -> Callable[..., httpx.Response]:
    """POSTs a body to a source with a feeder's key."""

    def post(body: object, source: str = "plain", **more: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} | more.pop("headers", {})
        address_of = f"{address}/v1/uplinks/{source}"
        return httpx.post(address_of, content=content, headers=headers, timeout=DEADLINE_S, **more)

    return post


_numbers = iter(range(86_400))


def body(device: str = "sensor-1", **fields: object) -> dict[str, object]:
    """A message never sent before."""
    at = START + timedelta(seconds=next(_numbers))
    return {"device": device, "time": at.isoformat(), **(fields or {"temperature": 20.5})}


def outcomes(answer: httpx.Response, status: int = 200) -> list[tuple[str | None, str | None]]:
    assert answer.status_code == status, answer.text
    said = answer.json()
    assert said["received"] == len(said["items"])
    assert [item["index"] for item in said["items"]] == list(range(said["received"]))
    return [(item["outcome"], item["reason"]) for item in said["items"]]


def wait_for(answered: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not answered():
        assert time.monotonic() < deadline
        time.sleep(0.02)


STORED, COPY = ("stored", None), ("duplicate", None)


def test_each_record_is_answered_by_itself(send: Callable[..., httpx.Response], database_url: str, town: Any) -> None:
    good, low = body(), body(temperature=20.5, humidity=900)
    records = [good, low, good, body("stranger"), [1], {"device": "sensor-1"}]
    with working(database_url):
        answer = send(records)
        said = answer.json()["items"]
        assert outcomes(answer) == [
            STORED, STORED, COPY, ("quarantined", "unknown_device"), ("quarantined", "wrong_shape"),
            ("quarantined", "no_value"),
        ]  # fmt: skip
        assert said[1]["detail"] == "Values were refused: range."  # not what stands there, nor where
        assert "hereabouts import devices" in said[3]["detail"]
        assert outcomes(send(good)) == [COPY]
        assert outcomes(send(b'{"device": ')) == [("quarantined", "unreadable")]
    assert town.connection.execute("SELECT count(*) FROM post WHERE payload <> ''").fetchone() == (0,)


def test_an_answer_comes_within_a_second(send: Callable[..., httpx.Response], database_url: str) -> None:
    with working(database_url):
        send(body())
        began = time.monotonic()
        assert outcomes(send(body())) == [STORED]
        assert time.monotonic() - began < 1


def test_lines_and_arrays_keep_the_bytes_of_each_record(
    send: Callable[..., httpx.Response], database_url: str, town: Any
) -> None:
    one = b'{ "device" : "nobody-1",  "n": 1.50e0 }'
    two = b'{"device":"nobody-2", "s": "\xc3\xa9 ], [", "n": 12345678901234567890123}'
    with working(database_url):
        assert len(outcomes(send(b" [ " + one + b" ,\n" + two + b"\n] "))) == 2
        lines = {"headers": {"Content-Type": "application/x-ndjson; charset=utf-8"}}
        assert len(outcomes(send(two + b"\r\n\n" + one, **lines))) == 2
        assert len(outcomes(send(b"[" + one + b",]"))) == 1, "no array after all: one record, whole"
    rows = town.connection.execute("SELECT payload FROM quarantine WHERE device_id LIKE 'nobody-%%' ORDER BY device_id")
    assert {bytes(payload) for (payload,) in rows} == {one, two}


@pytest.mark.parametrize(
    ("body", "media", "refused"),
    [
        (b"", "application/json", (422, "body")),
        (b" \n", "application/json", (422, "body")),
        (b"[ ]", "application/json", (422, "body")),
        (b"\n\n", "application/x-ndjson", (422, "body")),
        (b"{}", "application/octet-stream", (415, "Content-Type")),
        (b"device=1", "application/x-www-form-urlencoded", (415, "Content-Type")),
        (b"[" + b"1," * 10_000 + b"1]", "application/json", (413, "body")),
        (b"1\n" * 10_001, "application/x-ndjson", (413, "body")),
        (b" " * (8 * 2**20 + 1), "application/json", (413, "body")),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(
    send: Callable[..., httpx.Response], town: Any, body: bytes, media: str, refused: tuple[int, str]
) -> None:
    before = town.connection.execute("SELECT count(*) FROM post").fetchone()
    answer = send(body, headers={"Content-Type": media})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == refused
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["cure"].endswith(".")
    assert town.connection.execute("SELECT count(*) FROM post").fetchone() == before


def test_a_body_far_too_large_and_a_compressed_one(send: Callable[..., httpx.Response]) -> None:
    assert send(b" " * (10 * 2**20)).status_code == 413
    answer = send(b"x", headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["field"] == "Content-Encoding"


def test_unknown_parameters_and_foreign_events_are_refused(send: Callable[..., httpx.Response]) -> None:
    for query in ("colour=red", "event=up", "topic=a&topic=b", "topic=", "event=UP%2F"):
        assert send(body(), params=httpx.QueryParams(query)).status_code == 400


def test_without_ingest_it_is_kept_and_answered_later(
    send: Callable[..., httpx.Response], database_url: str, address: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplinks, "LONGEST_WAIT_S", 0.6)
    message = body()
    answer = send([message, message])
    assert outcomes(answer, 202) == [(None, None), (None, None)]
    assert answer.json()["waiting"] == 2
    later = address + answer.headers["Location"]
    headers = {"Authorization": f"Bearer {key}"}
    assert outcomes(httpx.get(later, headers=headers)) == [(None, None), (None, None)]
    again = send(message)  # the network server tries again, as it does after what it took for a failure
    assert again.status_code == 202
    with working(database_url):
        wait_for(lambda: httpx.get(later, headers=headers).json()["waiting"] == 0)
        retried = address + again.headers["Location"]
        wait_for(lambda: httpx.get(retried, headers=headers).json()["waiting"] == 0)
    assert outcomes(httpx.get(later, headers=headers)) == [STORED, COPY]
    assert outcomes(httpx.get(retried, headers=headers)) == [COPY]
    assert httpx.get(f"{address}/v1/uplinks/plain/posts/999999", headers=headers).status_code == 404
    assert httpx.get(later.replace("/plain/", "/chirpstack/"), headers=headers).status_code == 403
    run_job(database_url, "purge_posts", datetime.now(UTC))
    assert httpx.get(later, headers=headers).status_code == 200
    run_job(database_url, "purge_posts", datetime.now(UTC) + timedelta(hours=25))
    assert httpx.get(later, headers=headers).status_code == 404


def test_the_books_hold_what_came_by_webhook(send: Callable[..., httpx.Response], database_url: str, town: Any) -> None:
    with working(database_url):
        send([body() for _ in range(20)])
    assert run_job(database_url, "account", datetime.now(UTC)).detail["hours_differing"] == 0
    row = town.connection.execute(
        "SELECT sum(door), sum(received) FROM account a JOIN source s ON s.id = a.source_id WHERE s.name = 'plain'"
    ).fetchone()
    assert row[0] == row[1] >= 20


def test_other_envelopes_by_webhook(
    send: Callable[..., httpx.Response], database_url: str, make_feeder: Callable[..., str]
) -> None:
    at = body()["time"]
    chirp = {"deduplicationId": "a", "time": at, "deviceInfo": {"devEui": EUI.lower()}, "fCnt": 1, "fPort": 5,
             "data": FRAME}  # fmt: skip
    stack = {
        "end_device_ids": {"device_id": "d", "dev_eui": EUI, "dev_addr": "01"}, "received_at": body()["time"],
        "uplink_message": {"session_key_id": "x", "f_port": 5, "f_cnt": 2, "frm_payload": FRAME},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {make_feeder('networks', 'chirpstack', 'things_stack', 'homelink')}"}
    with working(database_url):
        assert outcomes(send(chirp, "chirpstack", headers=headers, params={"event": "up"})) == [STORED]
        assert outcomes(send(chirp, "chirpstack", headers=headers)) == [COPY]
        join = send(chirp | {"deduplicationId": "b"}, "chirpstack", headers=headers, params={"event": "join"})
        assert outcomes(join) == [STORED]  # as an event of the device
        assert outcomes(send(stack, "things_stack", headers=headers)) == [STORED]
        topic = {"topic": "v3/app@ttn/devices/other/up"}
        assert outcomes(send(stack, "things_stack", headers=headers, params=topic)) == [
            ("quarantined", "device_mismatch")
        ]
        reading = {"deviceSerialNumber": "0000abcd-0000abcd", "readingTypeId": "x", "value": 1}
        assert outcomes(send(reading, "homelink", headers=headers))[0][0] == "quarantined"


# who may


@pytest.mark.parametrize("how", ["bearer", "basic", "header"])
def test_a_key_may_come_in_any_header_that_network_servers_set(
    send: Callable[..., httpx.Response], address: str, key: str, how: str
) -> None:
    headers = {
        "bearer": {"Authorization": f"Bearer {key}"},
        "basic": {"Authorization": "Basic " + base64.b64encode(f"any:{key}".encode()).decode()},
        "header": {"X-API-Key": key},
    }[how]
    assert httpx.post(f"{address}/v1/uplinks/plain", content=b"", headers=headers).status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic !"}, {"Authorization": "Basic YQ=="},
        {"Authorization": "Digest x"}, {"X-API-Key": "x"}, {"X-API-Key": ""},
        {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,x"},
    ],
)  # fmt: skip
def test_nobody_else_may(address: str, town: Any, headers: dict[str, str]) -> None:
    answer = httpx.post(f"{address}/v1/uplinks/plain", json={}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_feeder_feeds_its_own_sources_and_does_nothing_else(
    send: Callable[..., httpx.Response], address: str, key: str, admin: httpx.Client
) -> None:
    assert send({}, "chirpstack").status_code == 403
    assert send({}, "nowhere").status_code == 403
    assert admin.post("/v1/uplinks/nowhere", json={}).status_code == 404
    assert admin.post("/v1/uplinks/import", json={}).status_code == 404
    assert admin.post("/v1/uplinks/plain", content=b"").status_code == 422
    for path in ("/v1/places", "/v1/sources", "/v1/quarantine", "/metrics", "/openapi.json"):
        assert httpx.get(address + path, headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_a_reader_hands_in_nothing(address: str, make_key: Callable[..., str], town: Any) -> None:
    from hereabouts_schemas.access import Role

    headers = {"Authorization": f"Bearer {make_key('looker', Role.READER)}"}
    assert httpx.post(f"{address}/v1/uplinks/plain", json={}, headers=headers).status_code == 403
    assert httpx.get(f"{address}/v1/uplinks/plain/posts/999999", headers=headers).status_code == 403


def test_a_page_of_another_site_cannot_hand_in(send: Callable[..., httpx.Response]) -> None:
    assert send(body(), headers={"Origin": "https://elsewhere.example"}).status_code == 403


def test_a_switched_off_source_takes_nothing(send: Callable[..., httpx.Response], town: Any) -> None:
    town.connection.execute("UPDATE source SET enabled = false WHERE name = 'plain'")
    try:
        assert send(body()).status_code == 404
    finally:
        town.connection.execute("UPDATE source SET enabled = true WHERE name = 'plain'")


@pytest.fixture(scope="module")
def signing(database_url: str, serving: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    with serving(database_url, webhook_secrets={"plain": (b"an older secret of many bytes", SECRET)}) as address:
        yield address


def signed(content: bytes, at: datetime, secret: bytes = SECRET, number: str = "msg_1") -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    digest = hmac.digest(secret, f"{number}.{stamp}.".encode() + content, hashlib.sha256)
    signature = f"v1,AAAA v1a,x v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": number, "webhook-timestamp": stamp, "webhook-signature": signature}


def test_a_signed_body_needs_no_key(signing: str, database_url: str, registered: None) -> None:
    content, now = json.dumps(body()).encode(), datetime.now(UTC)
    place = f"{signing}/v1/uplinks/plain"
    with working(database_url):
        assert outcomes(httpx.post(place, content=content, headers=signed(content, now))) == [STORED]
    for headers in (
        signed(content + b" ", now),
        signed(content, now, secret=b"x" * 32),
        signed(content, now - timedelta(minutes=6)),
        signed(content, now + timedelta(minutes=6)),
        signed(content, now) | {"webhook-timestamp": "soon"},
        signed(content, now) | {"webhook-id": "other"},
    ):
        assert httpx.post(place, content=content, headers=headers).status_code == 401
    other = f"{signing}/v1/uplinks/chirpstack"
    assert httpx.post(other, content=content, headers=signed(content, now)).status_code == 401
    assert httpx.get(f"{place}/posts/1", headers=signed(b"", now)).status_code == 401
