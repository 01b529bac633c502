"""Asking the storage: pages, refusals, rests, and answers that are cut off."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_ingest.backfill.client import NetworkAway, NetworkRefused, StorageClient
from hereabouts_ingest.backfill.settings import Pace, ThingsStack, check_id, check_server
from hereabouts_schemas.errors import InputError

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
END = START + timedelta(days=1)


def fetch(stack: ThingsStack, pace: Pace, device: str | None = None) -> list[int]:
    """The frame counters of what was given, in order; -1 for what is no message."""
    with StorageClient(stack, pace, threading.Event()) as client:
        return [number_of(record.payload) for batch in client.batches(device, START, END) for record in batch]


def number_of(payload: bytes) -> int:
    try:
        return int(orjson.loads(payload)["uplink_message"]["f_cnt"])
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return -1


def minutes(storage: Any, count: int) -> None:
    storage.keep(*(storage.uplink(n, START + timedelta(minutes=n)) for n in range(count)))


def test_all_pages_come_once_and_in_order(storage: Any, pace: Pace) -> None:
    minutes(storage, 250)
    assert fetch(storage.stack, pace) == list(range(250))
    assert {asked["order"] for asked in storage.asked} == {"received_at"}
    assert len(storage.asked) == 4


def test_a_server_that_allows_shorter_pages_is_asked_on(storage: Any, pace: Pace) -> None:
    minutes(storage, 50)
    storage.most = 20
    assert fetch(storage.stack, pace) == list(range(50))


def test_one_device_alone_can_be_asked_for(storage: Any, pace: Pace) -> None:
    minutes(storage, 5)
    storage.keep(storage.uplink(90, START + timedelta(hours=1), device="sensor-2"))
    assert fetch(storage.stack, pace, "sensor-2") == [90]
    assert storage.paths[0].endswith("/council/devices/sensor-2/packages/storage/uplink_message")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40),
    st.integers(1, 12),
    st.integers(2, 12),
)
def test_no_page_border_loses_or_doubles_anything(
    storage: Any, ticks: list[tuple[int, int]], page: int, most: int
) -> None:
    """Instants that differ by microseconds and nanoseconds, many the same, pages of any length."""
    storage.lines.clear()
    for number, (micros, nanos) in enumerate(ticks):
        at = START + timedelta(microseconds=micros + 1)
        storage.keep(storage.uplink(number, at, nanos=f"{nanos:03}"))
    storage.most = max(most, len(ticks))  # a server that will not give a whole instant cannot be helped
    found = fetch(storage.stack, Pace(page=page, pause_s=0))
    assert sorted(found) == list(range(len(ticks)))


@pytest.mark.parametrize(
    ("fault", "words"),
    [(403, "may not read"), (404, "no such application"), (400, "does not take this request"), (302, "302")],
)
def test_what_the_network_refuses_is_a_sentence_without_the_key(
    storage: Any, pace: Pace, fault: int, words: str
) -> None:
    storage.faults.append(fault)
    with pytest.raises(NetworkRefused, match=words) as refused:
        fetch(storage.stack, pace)
    assert storage.stack.key not in str(refused.value)
    assert len(storage.asked) == 1


def test_a_wrong_key_is_told_as_such(storage: Any, pace: Pace) -> None:
    wrong = ThingsStack(source="things_stack", server=storage.address, application="council", key="NNSXS.WRONG")
    with pytest.raises(NetworkRefused, match="does not know the API key"):
        fetch(wrong, pace)
    assert "WRONG" not in repr(wrong)


@pytest.mark.parametrize("header", ["Retry-After", "x-rate-limit-retry", "x-rate-limit-reset"])
def test_a_network_that_wants_a_rest_gets_it(storage: Any, pace: Pace, header: str) -> None:
    minutes(storage, 3)
    storage.faults.append({header: "1"})
    began = time.monotonic()
    assert fetch(storage.stack, pace) == [0, 1, 2]
    assert time.monotonic() - began >= 1


def test_a_network_that_wants_a_long_rest_is_put_off(storage: Any, pace: Pace) -> None:
    storage.faults.append({"Retry-After": "3600"})
    with pytest.raises(NetworkAway) as away:
        fetch(storage.stack, pace)
    assert away.value.wait_s == 3600


@pytest.mark.parametrize("fault", [500, 503, "cut", "half a line", "broken off"])
def test_what_fails_once_is_tried_again(storage: Any, pace: Pace, fault: object) -> None:
    minutes(storage, 130)
    storage.faults.extend([None, fault])
    assert fetch(storage.stack, pace) == list(range(130))


def test_what_is_cut_each_time_still_gets_on(storage: Any, pace: Pace) -> None:
    minutes(storage, 20)
    storage.faults.extend(["cut"] * 3)
    storage.most = 8
    assert fetch(storage.stack, pace) == list(range(20))


def test_what_goes_on_failing_ends(storage: Any, pace: Pace) -> None:
    storage.faults.extend([502] * 20)
    with pytest.raises(NetworkAway, match="502"):
        fetch(storage.stack, pace)
    assert len(storage.asked) == pace.tries


def test_silence_ends_too(storage: Any) -> None:
    storage.gate.clear()
    with pytest.raises(NetworkAway, match="ReadTimeout"):
        fetch(storage.stack, Pace(timeout_s=0.1, tries=2, first_wait_s=0))


def test_nobody_there_ends(storage: Any) -> None:
    nobody = ThingsStack(source="things_stack", server="http://127.0.0.1:1", application="council", key="k")
    with pytest.raises(NetworkAway, match="ConnectError"):
        fetch(nobody, Pace(tries=1))


@pytest.mark.parametrize("line", [b"garbage", b'{"result": 5}', b"[1]", b'{"other": {}}', b"\xff\xfe"])
def test_a_line_that_is_no_message_is_handed_on(storage: Any, pace: Pace, line: bytes) -> None:
    minutes(storage, 2)
    storage.keep_garbage(START + timedelta(seconds=30), line)
    assert fetch(storage.stack, pace) == [0, -1, 1]


@pytest.mark.parametrize(
    "server",
    [
        "http://eu1.cloud.thethings.network",
        "https://user:secret@eu1.cloud.thethings.network",
        "https://eu1.cloud.thethings.network/api",
        "https://",
        "ftp://127.0.0.1",
        "http://127.0.0.1.example.org",
        "eu1.cloud.thethings.network",
        "https://[",
    ],
)
def test_only_a_server_by_https_is_taken(server: str) -> None:
    with pytest.raises(InputError) as refused:
        check_server("--server", server)
    assert "secret" not in str(refused.value)


def test_servers_and_ids_that_are_fine() -> None:
    assert check_server("s", "https://eu1.cloud.thethings.network/") == "https://eu1.cloud.thethings.network"
    assert check_server("s", "http://127.0.0.1:8080") == "http://127.0.0.1:8080"
    assert check_id("a", "council-damp") == "council-damp"
    for wrong in ("", "a/b", "../x", "app@tenant", "a" * 101, "-a"):
        with pytest.raises(InputError):
            check_id("a", wrong)
