"""Who may hand messages in by webhook: a feeder its own sources, by key or by signature; nobody else anything."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hereabouts_schemas.access import Role

SECRET = b"a secret of twenty-four or more bytes"
Working = Callable[[], AbstractContextManager[None]]  # of conftest.py


def reading() -> dict[str, object]:
    return {"device": "sensor-1", "time": datetime.now(UTC).isoformat(), "temperature": 20.5}


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
    headers = {"Authorization": f"Bearer {make_key('looker', Role.READER)}"}
    assert httpx.post(f"{address}/v1/uplinks/plain", json={}, headers=headers).status_code == 403
    assert httpx.get(f"{address}/v1/uplinks/plain/posts/999999", headers=headers).status_code == 403


def test_a_page_of_another_site_cannot_hand_in(send: Callable[..., httpx.Response]) -> None:
    assert send(reading(), headers={"Origin": "https://elsewhere.example"}).status_code == 403


def test_a_switched_off_source_takes_nothing(send: Callable[..., httpx.Response], town: Any) -> None:
    town.connection.execute("UPDATE source SET enabled = false WHERE name = 'plain'")
    try:
        assert send(reading()).status_code == 404
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


def test_a_signed_body_needs_no_key(signing: str, working: Working, registered: None) -> None:
    content, now = json.dumps(reading()).encode(), datetime.now(UTC)
    place = f"{signing}/v1/uplinks/plain"
    with working():
        assert (
            httpx.post(place, content=content, headers=signed(content, now)).json()["items"][0]["outcome"] == "stored"
        )
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
