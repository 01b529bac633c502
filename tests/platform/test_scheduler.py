"""One scheduler leads, the others wait; whoever loses the database stops, and comes back."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.jobs.job import Job
from hereabouts_platform.jobs.scheduler import LONGEST_DELAY_S, retry_delay_s, run_jobs
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.access import Principal

DEADLINE_S = 60.0

Town = Any


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, with a deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


class Scheduler:
    """`run_jobs` in a thread, with a job that counts every second."""

    def __init__(self, url: str, interval: timedelta = timedelta(seconds=1)) -> None:
        self.ran = 0
        self.ready = 0
        self.stop = threading.Event()
        job = Job(name="count", title="Count", interval=interval, work=self._work)
        self.thread = threading.Thread(
            target=run_jobs, args=(url, self.stop), kwargs={"jobs": [job], "on_ready": self._ready}
        )

    def _work(self, _c: Connection, _p: Principal, _w: datetime, _n: datetime) -> Mapping[str, object]:
        self.ran += 1
        return {}

    def _ready(self) -> None:
        self.ready += 1


@contextmanager
def running(*schedulers: Scheduler) -> Iterator[None]:
    for scheduler in schedulers:
        scheduler.thread.start()
    try:
        yield
    finally:
        for scheduler in schedulers:
            scheduler.stop.set()
        for scheduler in schedulers:
            scheduler.thread.join(DEADLINE_S)
            assert not scheduler.thread.is_alive()


def leader_pid(town: Town) -> int | None:
    row = town.owner.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        (0x4C656164,),
    ).fetchone()
    return row[0] if row else None


def test_it_runs_each_window_once_and_stops_when_asked(town: Town) -> None:
    one = Scheduler(town.url)
    with running(one):
        until(lambda: one.ran >= 3)
    assert one.ready == 1
    states = town.owner.execute("SELECT state, count(*), count(DISTINCT window_at) FROM job_run GROUP BY 1").fetchall()
    assert states == [("done", one.ran, one.ran)]
    assert town.one("SELECT DISTINCT name FROM principal p JOIN job_run r ON r.principal_id = p.id") == "system:jobs"


def test_of_two_one_leads_and_when_its_connection_dies_the_other_does(town: Town) -> None:
    one, two = Scheduler(town.url), Scheduler(town.url)
    with running(one):
        until(lambda: one.ran >= 1)
        with running(two):
            until(lambda: two.ready == 1)
            until(lambda: one.ran >= 3)
            assert two.ran == 0
            first = leader_pid(town)
            town.owner.execute("SELECT pg_terminate_backend(%s)", (first,))
            one.stop.set()  # it has lost the lead with its connection; it shall not ask for it again
            until(lambda: two.ran >= 2)
            assert leader_pid(town) not in (None, first)
    assert town.one("SELECT count(*) FROM job_run WHERE state <> 'done'") == 0
    assert town.one("SELECT count(*) = count(DISTINCT window_at) FROM job_run")


def test_one_that_lost_its_connection_leads_again(town: Town) -> None:
    one = Scheduler(town.url)
    with running(one):
        for _ in range(2):
            before = one.ran
            until(lambda: one.ran > before)  # noqa: B023 - waited for within the turn
            first = leader_pid(town)
            town.owner.execute("SELECT pg_terminate_backend(%s)", (first,))
            until(lambda: leader_pid(town) not in (None, first))  # noqa: B023
        after = one.ran
        until(lambda: one.ran > after)
    assert one.ready == 1


def test_a_new_leader_runs_at_once_not_at_the_next_window(town: Town) -> None:
    one = Scheduler(town.url, interval=timedelta(days=1))
    with running(one):
        until(lambda: town.one("SELECT count(*) FROM job_run WHERE state = 'done'") == 1)


def test_it_survives_a_database_that_goes_away_and_comes_back(town: Town, postgres_server: Postgres) -> None:
    database = psycopg.conninfo.conninfo_to_dict(town.url)["dbname"]
    one = Scheduler(town.url)
    with running(one), psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as server:
        until(lambda: one.ran >= 1)
        server.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        pid = town.owner.info.backend_pid
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s", (database, pid)
        )
        until(lambda: leader_pid(town) is None)
        server.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
        before = one.ran
        until(lambda: one.ran > before)
    assert one.thread.is_alive() is False


def test_it_waits_for_a_database_that_is_not_there_yet() -> None:
    one = Scheduler("postgresql://hereabouts_jobs:x@127.0.0.1:1/none")
    with running(one):
        assert one.thread.is_alive()
    assert one.ready == 0


@pytest.mark.parametrize("failures", [0, 1, 5, 40])
def test_delays_grow_up_to_a_bound_and_differ(failures: int) -> None:
    delays = [retry_delay_s(failures) for _ in range(200)]
    longest = min(LONGEST_DELAY_S, 0.5 * 2**failures)
    assert longest / 2 <= min(delays) <= max(delays) <= longest
    assert len(set(delays)) > 100
