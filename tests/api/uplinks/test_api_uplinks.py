"""Webhooks on the real thing: the API, a real worker in a thread, a real database; every record gets its answer."""

import base64
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hereabouts_api.routes import uplinks
from hereabouts_platform.jobs.run import run_job

DEADLINE_S = 60
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
EUI = "A81758FFFE000001"
FRAME = base64.b64encode(bytes.fromhex("0100e20229")).decode()  # 22.6 degrees, 41 % relative humidity
Working = Callable[[], AbstractContextManager[None]]  # of conftest.py


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


def test_each_record_is_answered_by_itself(send: Callable[..., httpx.Response], working: Working, town: Any) -> None:
    good, low = body(), body(temperature=20.5, humidity=900)
    records = [good, low, good, body("stranger"), [1], {"device": "sensor-1"}]
    with working():
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


def test_an_answer_comes_within_a_second(send: Callable[..., httpx.Response], working: Working) -> None:
    with working():
        send(body())
        began = time.monotonic()
        assert outcomes(send(body())) == [STORED]
        assert time.monotonic() - began < 1


def test_lines_and_arrays_keep_the_bytes_of_each_record(
    send: Callable[..., httpx.Response], working: Working, town: Any
) -> None:
    one = b'{ "device" : "nobody-1",  "n": 1.50e0 }'
    two = b'{"device":"nobody-2", "s": "\xc3\xa9 ], [", "n": 12345678901234567890123}'
    with working():
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
    send: Callable[..., httpx.Response], database_url: str, working: Working, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplinks, "LONGEST_WAIT_S", 0.6)
    message = body()
    answer = send([message, message])
    assert outcomes(answer, 202) == [(None, None), (None, None)]
    assert answer.json()["waiting"] == 2
    address = str(answer.url).partition("/v1/")[0]
    later = address + answer.headers["Location"]
    headers = {"Authorization": f"Bearer {key}"}
    assert outcomes(httpx.get(later, headers=headers)) == [(None, None), (None, None)]
    again = send(message)  # the network server tries again, as it does after what it took for a failure
    assert again.status_code == 202
    with working():
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


def test_the_books_hold_what_came_by_webhook(
    send: Callable[..., httpx.Response], database_url: str, working: Working, town: Any
) -> None:
    with working():
        send([body() for _ in range(20)])
    assert run_job(database_url, "account", datetime.now(UTC)).detail["hours_differing"] == 0
    row = town.connection.execute(
        "SELECT sum(door), sum(received) FROM account a JOIN source s ON s.id = a.source_id WHERE s.name = 'plain'"
    ).fetchone()
    assert row[0] == row[1] >= 20


def test_other_envelopes_by_webhook(
    send: Callable[..., httpx.Response], working: Working, make_feeder: Callable[..., str]
) -> None:
    at = body()["time"]
    chirp = {"deduplicationId": "a", "time": at, "deviceInfo": {"devEui": EUI.lower()}, "fCnt": 1, "fPort": 5,
             "data": FRAME}  # fmt: skip
    stack = {
        "end_device_ids": {"device_id": "d", "dev_eui": EUI, "dev_addr": "01"}, "received_at": body()["time"],
        "uplink_message": {"session_key_id": "x", "f_port": 5, "f_cnt": 2, "frm_payload": FRAME},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {make_feeder('networks', 'chirpstack', 'things_stack', 'homelink')}"}
    with working():
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
