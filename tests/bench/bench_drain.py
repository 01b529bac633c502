"""Ingest end to end, as ratios in one run: a backlog of messages queued at the broker is drained. `make bench`.

Each side starts on the same broker with the same 50,000 messages queued for it and the publisher gone: a bare loop
(stock paho, MQTT 5, orjson, an acknowledgement a message, nothing stored), the naive script (an INSERT a row,
acknowledged on arrival), one worker of ours, and two. A side's time runs from its first message to its last one done.
What PostgreSQL and the broker spend on it is counted too: with the workers they share the machine's cores, and that
bounds what a second worker can add.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from drain_feed import FILTER, body, forget, queue, start_side, subscribe
from process_cost import cpu_s

from hereabouts_deploy.embedded.broker import Broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.postgres import Postgres
from hereabouts_platform.store.connection import DatabaseRole, connect

MESSAGES = int(os.environ.get("BENCH_MESSAGES", "50000"))
NAIVE_MESSAGES = MESSAGES // 10  # a tenth of the backlog: its pace does not change

Took = dict[str, float]
Side = tuple[str, dict[str, Any]]


@pytest.mark.timeout(1800)
def test_draining_a_backlog(
    fresh: str, server: Postgres, brokers: Callable[[BrokerKind], Broker], tmp_path: Path
) -> None:
    broker = brokers(BrokerKind.MOSQUITTO)
    wanted = {
        "port": broker.port, "username": broker.login.username, "password": broker.login.password,
        "database_url": fresh, "spool_dir": str(tmp_path / "spool"), "count": MESSAGES,
    }  # fmt: skip

    def drained(what: str, *sides: Side, count: int = MESSAGES) -> Took:
        took = drain(broker, server, [(side, wanted | more | {"count": count}) for side, more in sides], count)
        say(what, took)
        return took

    bare = drained("a bare loop that stores nothing", ("bare", {"client_id": "bench-bare"}))
    naive = drained("the naive script", ("naive", {"client_id": "bench"}), count=NAIVE_MESSAGES)
    one = drained("one worker", ("ours", {"slot": 0, "shared": False}))
    empty(fresh)
    two = drained("two workers", *(("ours", {"slot": slot, "shared": True}) for slot in (0, 1)))
    print(f"\none worker: {one['pace'] / bare['pace']:.2f} times the bare loop (wanted: 0.8)")
    print(f"one worker: {one['pace'] / naive['pace']:.1f} times the naive script (wanted: 5)")
    print(
        f"one worker: {one['ours']:.3f} CPU seconds a thousand messages (wanted: 0.08), "
        f"{one['ours'] / bare['ours']:.2f} times the bare loop's"
    )
    print(f"two workers: {two['pace'] / one['pace']:.2f} times one (wanted: 1.5)")
    say_ceiling(one, two)


def say_ceiling(one: Took, two: Took) -> None:
    """What two workers could reach at the most on these cores, by the CPU time that a message takes of them all."""
    cores = os.cpu_count() or 1
    costs = two["ours"] + two["postgres"] + two["broker"]
    most = 1000 * cores / costs
    print(
        f"two workers: a thousand messages cost {costs:.3f} CPU seconds in all, so {cores} cores carry at most "
        f"{most:,.0f} messages a second, {most / one['pace']:.2f} times one worker; reached: {two['pace'] / most:.0%}"
    )


def drain(broker: Broker, server: Postgres, sides: list[Side], count: int) -> Took:
    """Subscribe for each side, queue the messages, then let the sides at them; CPU seconds are of 1,000 messages."""
    for _, wanted in sides:
        subscribe(broker, client_id(wanted), f"$share/hereabouts/{FILTER}" if wanted.get("shared") else FILTER)
    queue(broker, (body(number) for number in range(count)))
    assert broker.pid is not None
    assert server.pid is not None
    at_postgres, at_broker = cpu_s(server.pid), cpu_s(broker.pid)
    running = [start_side(side, wanted) for side, wanted in sides]
    answers = [json.loads(process.communicate(timeout=1200)[0].splitlines()[-1]) for process in running]
    thousands = count / 1000
    took = {
        "pace": count / max(answer["seconds"] for answer in answers),
        "ours": sum(answer["cpu_s"] for answer in answers) / thousands,
        "postgres": (cpu_s(server.pid) - at_postgres) / thousands,
        "broker": (cpu_s(broker.pid) - at_broker) / thousands,
    }
    for _, wanted in sides:
        forget(broker, client_id(wanted))
    return took


def client_id(wanted: dict[str, Any]) -> str:
    return wanted.get("client_id") or f"hereabouts-ingest-{wanted['slot']}"


def say(what: str, took: Took) -> None:
    print(
        f"\n{what}: {took['pace']:,.0f} messages a second; CPU seconds a thousand: {took['ours']:.3f} its own, "
        f"{took['postgres']:.3f} PostgreSQL's, {took['broker']:.3f} the broker's"
    )


def empty(url: str) -> None:
    with connect(url, DatabaseRole.OWNER) as owner:
        owner.execute("TRUNCATE batch, uplink, uplink_key, reading, latest, ingest_count")
