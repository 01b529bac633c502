"""Runs of jobs: once a window, all of a run or nothing, failures on record, and a watch over it all."""

import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hereabouts_platform.jobs.job import Job, due_windows
from hereabouts_platform.jobs.registry import JOBS, job_named
from hereabouts_platform.jobs.run import failure_sentence, list_jobs, run_due, run_job, run_window
from hereabouts_platform.jobs.watch import watching
from hereabouts_platform.rules.job_health import JobHistory, assess_job, window_of
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.jobs import CUT_OFF
from hereabouts_schemas.access import Principal
from hereabouts_schemas.alert import Finding
from hereabouts_schemas.errors import InputError, NotAllowed, StoreUnavailable

NOW = datetime(2026, 3, 3, 14, 2, 30, tzinfo=UTC)
FIVE = timedelta(minutes=5)
WINDOW = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)

Town = Any


def nothing(_c: Connection, _p: Principal, _w: datetime, _n: datetime) -> Mapping[str, object]:
    return {"things": 3}


def breaking(_c: Connection, _p: Principal, _w: datetime, _n: datetime) -> Mapping[str, object]:
    raise ValueError("12 Elm Court, Mrs Smith")


def job(work: Callable[..., Mapping[str, object]] = nothing, **more: Any) -> Job:
    return Job(**({"name": "sweep", "title": "Sweep", "interval": FIVE, "work": work} | more))


def runs(town: Town) -> list[tuple[Any, ...]]:
    return town.owner.execute(
        "SELECT window_at, state FROM job_run WHERE job = 'sweep' ORDER BY window_at, id"
    ).fetchall()


# windows


@pytest.mark.parametrize(
    ("catches_up", "done", "first", "due"),
    [
        (False, [], None, [0]),
        (False, [0], None, []),
        (False, [-3], -10, [0]),
        (True, [], None, [0]),
        (True, [-3], -3, [-2, -1, 0]),
        (True, [-3, -1], -4, [-4, -2, 0]),
        (True, [0, -1, -2], -2, []),
    ],
)
def test_which_windows_are_due(catches_up: bool, done: list[int], first: int | None, due: list[int]) -> None:
    at = lambda number: WINDOW + number * FIVE  # noqa: E731 - reads like the table above
    found = due_windows(job(catches_up=catches_up), {at(n) for n in done}, None if first is None else at(first), NOW)
    assert found == [at(n) for n in due]


def test_no_more_than_a_day_is_caught_up() -> None:
    due = due_windows(job(catches_up=True), set(), WINDOW - timedelta(days=9), NOW)
    assert len(due) == 24 * 12
    assert due == sorted(due)
    assert due[-1] == WINDOW


def test_windows_are_whole_intervals() -> None:
    assert window_of(NOW, FIVE) == WINDOW
    assert window_of(WINDOW, FIVE) == WINDOW
    assert window_of(NOW, timedelta(days=1)) == datetime(2026, 3, 3, tzinfo=UTC)


# runs


def test_a_window_is_run_once(town: Town) -> None:
    (report,) = run_due(town.url, job(), NOW)
    assert (report.job, report.window_at, report.state, report.detail) == ("sweep", WINDOW, "done", {"things": 3})
    assert run_due(town.url, job(), NOW + timedelta(minutes=1)) == []
    assert [report.window_at for report in run_due(town.url, job(), NOW + FIVE)] == [WINDOW + FIVE]
    assert runs(town) == [(WINDOW, "done"), (WINDOW + FIVE, "done")]


def test_a_failure_is_recorded_without_anybodys_data_and_tried_again_in_the_next_window(town: Town) -> None:
    (failed,) = run_due(town.url, job(breaking), NOW)
    assert failed.state == "failed"
    assert failed.detail["error"].startswith("It ended with ValueError in ")
    assert "Elm" not in town.one("SELECT detail::text FROM job_run")
    (again,) = run_due(town.url, job(), NOW + FIVE)
    assert (again.state, again.window_at) == ("done", WINDOW + FIVE)
    assert runs(town) == [(WINDOW, "failed"), (WINDOW + FIVE, "done")]


def test_missed_windows_are_caught_up_oldest_first_and_stop_at_a_failure(town: Town) -> None:
    seen: list[datetime] = []

    def work(_c: Connection, _p: Principal, window: datetime, _n: datetime) -> Mapping[str, object]:
        seen.append(window)
        if len(seen) == 3:
            raise ValueError
        return {}

    sweep = job(work, catches_up=True)
    run_due(town.url, sweep, NOW)
    assert [report.state for report in run_due(town.url, sweep, NOW + 4 * FIVE)] == ["done", "failed"]
    assert [report.state for report in run_due(town.url, sweep, NOW + 5 * FIVE)] == ["done"] * 4
    assert seen == [WINDOW + number * FIVE for number in (0, 1, 2, 2, 3, 4, 5)]


def test_what_a_failed_run_did_is_undone(town: Town) -> None:
    def work(connection: Connection, _p: Principal, _w: datetime, _n: datetime) -> Mapping[str, object]:
        write_alert(connection)
        raise ValueError

    run_due(town.url, job(work), NOW)
    assert town.one("SELECT count(*) FROM alert") == 0


def write_alert(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version, opened_at,"
        " updated_at) VALUES ('job', 'x', 'x', 'act', 'x', '{}', 'x', '1', now(), now())"
    )


def test_a_crash_between_effects_and_done_leaves_neither(town: Town) -> None:
    script = """
        import os, signal, sys
        from datetime import datetime, timedelta
        from hereabouts_platform.jobs.job import Job
        from hereabouts_platform.jobs.run import run_due

        def work(connection, principal, window, now):
            connection.execute(
                "INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version,"
                " opened_at, updated_at) VALUES ('job', 'x', 'x', 'act', 'x', '{}', 'x', '1', now(), now())"
            )
            os.kill(os.getpid(), signal.SIGKILL)

        sweep = Job(name="sweep", title="Sweep", interval=timedelta(minutes=5), work=work)
        run_due(sys.argv[1], sweep, datetime.fromisoformat(sys.argv[2]))
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), town.url, NOW.isoformat()], check=False, capture_output=True
    )
    assert ended.returncode == -9, ended.stderr
    assert runs(town) == [(WINDOW, "running")]
    assert town.one("SELECT count(*) FROM alert") == 0
    (report,) = run_due(town.url, job(), NOW)  # the same window again: it was never done
    assert report.state == "done"
    assert runs(town) == [(WINDOW, "done")]


def test_a_run_that_was_cut_off_is_found_by_the_next(town: Town) -> None:
    town.owner.execute(
        "INSERT INTO job_run (job, window_at, state, principal_id) VALUES ('sweep', %s, 'running', 1)", (WINDOW,)
    )
    run_due(town.url, job(), NOW + FIVE)
    assert runs(town) == [(WINDOW, "failed"), (WINDOW + FIVE, "done")]
    assert town.one("SELECT detail ->> 'error' FROM job_run WHERE state = 'failed'") == CUT_OFF


def test_a_lost_connection_is_the_callers_to_handle(town: Town) -> None:
    def work(connection: Connection, _p: Principal, _w: datetime, _n: datetime) -> Mapping[str, object]:
        town.owner.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
        connection.execute("SELECT 1")
        return {}

    with pytest.raises(Exception, match="terminat"):
        run_due(town.url, job(work), NOW)
    assert [report.state for report in run_due(town.url, job(), NOW)] == ["done"]


def test_a_principal_without_a_role_runs_nothing(town: Town) -> None:
    with connect(town.url, DatabaseRole.JOBS) as connection:
        nobody = principal_named(connection, "system:api")
        with pytest.raises(NotAllowed):
            run_window(connection, job(), nobody, WINDOW, NOW)
    assert runs(town) == []


def test_runs_by_hand_stand_beside_the_scheduled_ones(town: Town) -> None:
    first, second = run_job(town.url, "assess", WINDOW), run_job(town.url, "assess", WINDOW)
    assert (first.state, second.state) == ("done", "done")
    (scheduled,) = run_due(town.url, job_named("assess"), NOW)
    assert scheduled.window_at == WINDOW
    rows = town.owner.execute(
        "SELECT by_hand, name FROM job_run JOIN principal p ON p.id = principal_id ORDER BY job_run.id"
    ).fetchall()
    assert rows == [(True, "system:command"), (True, "system:command"), (False, "system:jobs")]


def test_an_unknown_job_is_refused_by_name() -> None:
    known = "assess, health, account, gaps, rollup, link_datasets, purge_posts, retention, case_facts, forecast"
    with pytest.raises(InputError, match=known):
        run_job("postgresql://127.0.0.1:1/none", "asess", NOW)


def test_without_a_database_it_says_so() -> None:
    with pytest.raises(StoreUnavailable):
        run_job("postgresql://127.0.0.1:1/none", "assess", NOW)
    with pytest.raises(StoreUnavailable):
        list_jobs("postgresql://127.0.0.1:1/none")


def test_the_list_shows_the_newest_run_and_what_never_ran(town: Town) -> None:
    run_job(town.url, "assess", NOW)
    statuses = {status.job.name: status.last for status in list_jobs(town.url)}
    assert list(statuses) == [job.name for job in JOBS]
    assert statuses["watch"] is None
    assert statuses["assess"] is not None
    assert statuses["assess"].detail["rooms"] == 0


def test_a_database_error_is_told_by_its_state_code(town: Town) -> None:
    with pytest.raises(Exception, match="nowhere") as caught:
        town.owner.execute("SELECT * FROM nowhere")
    assert failure_sentence(caught.value).startswith("It ended with UndefinedTable (SQLSTATE 42P01)")


# the watch


@pytest.mark.parametrize(
    ("known", "done", "failed", "finding"),
    [
        (-9, 0, None, Finding.CLEAR),  # this window is done
        (-9, -1, None, Finding.CLEAR),  # the last is; this one is on its way
        (-9, -1, 0, Finding.HOLD),
        (-9, -3, None, Finding.HOLD),  # two windows passed
        (-9, -4, None, Finding.FLAG),  # three did
        (-9, -3, 0, Finding.FLAG),  # two passed or failed, and this one failed
        (-3, None, None, Finding.FLAG),
        (-2, None, None, Finding.HOLD),
        (0, None, None, Finding.CLEAR),  # everything is new
        (None, None, None, Finding.CANNOT_SAY),
    ],
)
def test_when_a_job_needs_somebody(known: int | None, done: int | None, failed: int | None, finding: Finding) -> None:
    at = [None if number is None else WINDOW + number * FIVE for number in (known, done, failed)]
    history = JobHistory(
        name="sweep", interval=FIVE, known_since=at[0], done_at=at[1], failed_at=at[2], error="It ended with X."
    )
    assert assess_job(history, NOW).finding is finding


def watch(town: Town, work: Callable[..., Mapping[str, object]], now: datetime) -> None:
    over_sweep = job(watching([job(work)]), name="watch")
    (report,) = run_due(town.url, over_sweep, now)
    assert report.state == "done", report


def test_a_job_that_fails_three_times_raises_an_alert_and_clears_it_when_it_runs(town: Town) -> None:
    run_due(town.url, job(), NOW)
    for number in (1, 2, 3):
        run_due(town.url, job(breaking), NOW + number * FIVE)
        watch(town, breaking, NOW + number * FIVE)
        assert town.one("SELECT count(*) FROM alert") == (1 if number == 3 else 0)
    kind, subject, hazard, place, level, reason = town.owner.execute(
        "SELECT subject_kind, subject_id, hazard, place_id, level, reason FROM alert"
    ).fetchone()
    assert (kind, subject, hazard, place, level) == ("job", "sweep", "job_failed", None, "act")
    assert "last did its work for 3 March 2026, 14:00; 3 runs since then failed" in reason
    assert "ValueError" in reason
    run_due(town.url, job(), NOW + 4 * FIVE)
    watch(town, nothing, NOW + 4 * FIVE)
    assert town.one("SELECT count(*) FROM alert WHERE cleared_at IS NOT NULL") == 1


def test_a_job_that_does_not_run_is_as_visible(town: Town) -> None:
    run_due(town.url, job(), NOW)
    watch(town, nothing, NOW + 3 * FIVE)
    assert town.one("SELECT count(*) FROM alert") == 0
    watch(town, nothing, NOW + 4 * FIVE)
    assert "3 runs since then failed or never began" in town.one("SELECT reason FROM alert")


def test_the_watch_sees_every_other_job(town: Town) -> None:
    assert run_job(town.url, "watch", NOW).detail["jobs"] == len(JOBS) - 1
