"""Carrying out requests on a real database: nothing doubled, nothing lost, whatever fails on the way."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from hereabouts_ingest.backfill.requests import ask_for_absences, origins_of
from hereabouts_ingest.backfill.run import carry_out
from hereabouts_ingest.backfill.runner import BackfillRunner
from hereabouts_ingest.desk import Desk
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store import backfill as store
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.message import Message

DEADLINE_S = 30
NOW = datetime.now(UTC).replace(microsecond=0)
START = NOW - timedelta(hours=2)
READINGS = "SELECT count(*) FROM reading"
FARED = "SELECT cause, state, found, stored, duplicate, quarantined FROM backfill_request ORDER BY id"

Live = Callable[..., None]
Running = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def live(settings: IngestSettings) -> Iterator[Live]:
    """Hands in messages as a worker would that got them by MQTT."""
    desk = Desk(settings)

    def hand_in(*bodies: dict[str, Any]) -> None:
        source = next(each for each in desk.registry.sources if each.name == "things_stack")
        desk.handle(
            [
                Message(
                    source=source,
                    topic=f"v3/council@tenant/devices/{body['end_device_ids']['device_id']}/up",
                    payload=orjson.dumps({**body, "correlation_ids": ["as:up:mqtt"]}),
                    received_at=datetime.fromisoformat(body["received_at"]),
                )
                for body in bodies
            ]
        )

    yield hand_in
    desk.close()


@pytest.fixture
def running(settings: IngestSettings) -> Running:
    """The runner of a worker for the length of a `with`."""

    @contextmanager
    def run() -> Iterator[None]:
        stop = threading.Event()
        runner = BackfillRunner(settings, stop)
        runner.start()
        try:
            yield
        finally:
            stop.set()
            runner.close()

    return run


def ask(desk: Desk, storage: Any, device: str | None = None) -> store.Request:
    (origin,) = origins_of([storage.stack], desk.registry.sources)
    with desk.acting() as connection:
        return store.ask_by_hand(connection, origin, device, START, NOW)


def until(owner: Connection, statement: str, wanted: object) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while (found := owner.execute(statement).fetchall()) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def frames(storage: Any, *numbers: int, **more: Any) -> list[dict[str, Any]]:
    return [storage.uplink(n, START + timedelta(seconds=20 * n), **more) for n in numbers]


def test_what_came_by_mqtt_is_a_duplicate_and_the_rest_is_stored(
    owner: Connection, desk: Desk, storage: Any, pace: Any, live: Live
) -> None:
    bodies = frames(storage, *range(250))
    live(*bodies[:100])
    storage.keep(*bodies)
    request = ask(desk, storage)
    assert carry_out(desk, request, storage.stack, pace, threading.Event())
    assert owner.execute(FARED).fetchall() == [("command", "done", 250, 150, 100, 0)]
    assert owner.execute(READINGS).fetchone() == (250,)
    live(*bodies)  # what the broker brings later is known too
    assert owner.execute(READINGS).fetchone() == (250,)
    assert owner.execute("SELECT sum(received - stored - duplicate)::int FROM ingest_count").fetchone() == (0,)


def test_the_past_does_not_make_a_device_look_alive(owner: Connection, desk: Desk, storage: Any, pace: Any) -> None:
    storage.keep(*frames(storage, 0, 1))
    carry_out(desk, ask(desk, storage), storage.stack, pace, threading.Event())
    last = START + timedelta(seconds=20)
    assert owner.execute("SELECT at, received_at FROM device_heard").fetchall() == [(last, last)]
    assert owner.execute("SELECT DISTINCT slot FROM batch").fetchall() == [(100,)]
    assert owner.execute("SELECT time_source, clock_bad FROM uplink").fetchall() == [("gateway", False)] * 2


@pytest.mark.parametrize("at", [NOW + timedelta(days=300), START - timedelta(days=300)])
def test_a_stated_arrival_that_cannot_be_is_not_believed(
    owner: Connection, desk: Desk, storage: Any, pace: Any, at: datetime
) -> None:
    storage.keep_garbage(START + timedelta(seconds=30), orjson.dumps({"result": storage.uplink(1, at)}))
    storage.keep(*frames(storage, 0, 2, 3))
    carry_out(desk, ask(desk, storage), storage.stack, pace, threading.Event())
    late = "SELECT f_cnt, received_at >= %s FROM uplink ORDER BY f_cnt"
    assert owner.execute(late, (NOW,)).fetchall() == [(0, False), (1, True), (2, False), (3, False)]


def test_garbage_ends_in_quarantine_and_its_neighbours_are_stored(
    owner: Connection, desk: Desk, storage: Any, pace: Any
) -> None:
    storage.keep(*frames(storage, 0, 1, 2))
    storage.keep_garbage(START + timedelta(seconds=30), b"\xffgarbage")
    storage.keep_garbage(START + timedelta(seconds=31), b'{"result": [1]}')
    carry_out(desk, ask(desk, storage), storage.stack, pace, threading.Event())
    assert owner.execute(FARED).fetchall() == [("command", "done", 5, 3, 0, 2)]
    kept = owner.execute("SELECT reason, payload FROM quarantine ORDER BY id").fetchall()
    assert kept == [("unreadable", b"\xffgarbage"), ("wrong_shape", b'{"result": [1]}')]


def test_a_run_that_was_stopped_goes_on_where_it_was(owner: Connection, desk: Desk, storage: Any, pace: Any) -> None:
    storage.keep(*frames(storage, *range(300)))
    stop = threading.Event()
    request = ask(desk, storage)
    assert not carry_out(desk, request, storage.stack, pace, stop, tell=lambda _at: stop.set())
    assert owner.execute(READINGS).fetchone() == (100,)
    again = ask(desk, storage)
    assert (again.id, again.reached_at) == (request.id, START + timedelta(seconds=20 * 99))
    assert carry_out(desk, again, storage.stack, pace, threading.Event())
    assert storage.asked[1]["after"] >= "2"
    assert owner.execute(FARED).fetchall() == [("command", "done", 301, 300, 1, 0)]


def test_failures_are_put_on_record_and_tried_again(
    owner: Connection, desk: Desk, storage: Any, pace: Any, running: Running
) -> None:
    storage.keep(*frames(storage, *range(120)))
    storage.faults.extend([None, *[500] * (pace.tries + 1), 403])
    ask(desk, storage)
    with running():
        until(owner, FARED, [("command", "done", 121, 120, 1, 0)])
    assert owner.execute("SELECT failures, error FROM backfill_request").fetchone() == (2, None)


def test_a_wrong_key_is_on_record_without_the_key(owner: Connection, desk: Desk, settings: IngestSettings) -> None:
    (stack,) = settings.things_stack
    (origin,) = origins_of([stack], desk.registry.sources)
    with desk.acting() as connection:
        store.ask_by_hand(connection, origin, None, START, NOW)
    stop = threading.Event()
    runner = BackfillRunner(replace(settings, things_stack=(replace(stack, key="NNSXS.WRONG"),)), stop)
    runner.start()
    until(owner, "SELECT failures > 0 AND error LIKE '%%401%%' FROM backfill_request", [(True,)])
    stop.set()
    runner.close()
    assert "WRONG" not in str(owner.execute("SELECT to_jsonb(r) FROM backfill_request r").fetchall())


def test_two_workers_do_not_fetch_the_same(owner: Connection, desk: Desk, storage: Any, running: Running) -> None:
    storage.keep(*frames(storage, *range(50)))
    with running(), running():
        ask(desk, storage)
        until(owner, FARED, [("command", "done", 50, 50, 0, 0)])
    assert len(storage.asked) == 2


def test_what_a_command_has_in_hand_is_left_to_it(
    owner: Connection, desk: Desk, storage: Any, running: Running
) -> None:
    held = ask(desk, storage)
    assert store.take(desk.connection, held.id)
    with running():
        with desk.acting() as connection:
            (origin,) = origins_of([storage.stack], desk.registry.sources)
            store.ask_after_absence(connection, origin, START, NOW, START)
        states = "SELECT cause, state FROM backfill_request ORDER BY id"
        until(owner, states, [("command", "waiting"), ("absence", "done")])
        store.let_go(desk.connection, held.id)
        until(owner, "SELECT DISTINCT state FROM backfill_request", [("done",)])


def test_absences_become_requests_once_with_what_is_known_of_their_start(
    owner: Connection, desk: Desk, storage: Any, pace: Any, live: Live
) -> None:
    absences: deque[tuple[datetime | None, datetime]] = deque([(None, NOW)])
    ask_for_absences(desk, [storage.stack], pace, absences)
    assert owner.execute("SELECT count(*) FROM backfill_request").fetchone() == (0,)  # a new system missed nothing
    live(*frames(storage, 0, 1))
    later = NOW + timedelta(minutes=1)
    absences.extend([(None, NOW), (START + timedelta(hours=1), NOW), (NOW, later)])
    ask_for_absences(desk, [storage.stack], pace, absences)
    heard, second = START + timedelta(seconds=20), timedelta(seconds=1)
    assert owner.execute("SELECT from_at, to_at, state FROM backfill_request ORDER BY id").fetchall() == [
        (heard - second, NOW + second, "waiting"),  # which covers the second absence
        (NOW - second, later + second, "waiting"),
    ]
    assert not absences


def test_a_jump_of_the_counter_is_asked_for_once_and_the_hole_filled(
    owner: Connection, database_url: str, storage: Any, running: Running, live: Live
) -> None:
    bodies = frames(storage, *range(20))
    live(*bodies[:5], *bodies[9:15], *bodies[16:])  # 5 to 8 were missed by us, 15 was lost on the air
    storage.keep(*bodies[:15], *bodies[16:])
    storage.keep(*frames(storage, *range(20), device="sensor-2"))
    with running():
        until(owner, "SELECT count(*) FROM backfill_origin", [(1,)])
        assert run_job(database_url, "gaps", datetime.now(UTC)).detail == {"gaps": 2, "missing": 5, "asked": 2}
        assert owner.execute("SELECT kind, sum(count)::int FROM loss_estimate GROUP BY kind").fetchall() == [
            ("f_cnt_gap", 5)
        ]
        until(owner, READINGS, [(19,)])
        until(owner, "SELECT DISTINCT state FROM backfill_request", [("done",)])
        assert run_job(database_url, "gaps", datetime.now(UTC)).detail == {"gaps": 1, "missing": 1, "asked": 0}
    assert owner.execute("SELECT sum(count)::int FROM loss_estimate").fetchone() == (1,)
    assert {path.split("/devices/")[1].split("/")[0] for path in storage.paths} == {"sensor-1"}
    assert (
        owner.execute("SELECT cause, application, device FROM backfill_request").fetchall()
        == [("f_cnt_gap", "council", "sensor-1")] * 2
    )


def test_where_everything_is_missing_of_everybody_all_is_asked_for_at_once(
    owner: Connection, database_url: str, storage: Any, running: Running, live: Live
) -> None:
    for number in range(1, 8):
        bodies = frames(storage, *range(10), device=f"sensor-{number}")
        storage.keep(*bodies)
        live(*bodies[:3], *bodies[8:])
    with running():
        until(owner, "SELECT count(*) FROM backfill_origin", [(1,)])
        assert run_job(database_url, "gaps", datetime.now(UTC)).detail == {"gaps": 7, "missing": 35, "asked": 1}
        until(owner, READINGS, [(70,)])
    assert owner.execute("SELECT cause, device, stored FROM backfill_request").fetchall() == [("f_cnt_gap", None, 35)]


def test_a_system_that_nothing_is_set_up_for_asks_nobody(
    owner: Connection, database_url: str, storage: Any, live: Live
) -> None:
    bodies = frames(storage, 0, 5)
    live(*bodies)
    assert run_job(database_url, "gaps", datetime.now(UTC)).detail == {"gaps": 1, "missing": 4, "asked": 0}
