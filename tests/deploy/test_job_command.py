"""`hereabouts job` as a person runs it."""

import json
import os
import subprocess
import sys

import psycopg
from command_here import command_here

JOBS = (
    "assess, health, account, gaps, rollup, link_datasets, purge_posts, retention, case_facts, forecast, clocks, "
    "proof, weather, digest, notices, plan, replan, watch"
)


def hereabouts(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command_here("job", *arguments, environment={"HEREABOUTS_DATABASE_URL": database_url})


def started(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hereabouts_deploy", "job", *arguments],
        env={**os.environ, "HEREABOUTS_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_job_is_run_and_listed(database_url: str) -> None:
    before = hereabouts(database_url, "list")
    assert "assess: Assess every home" in before.stdout
    assert "Last: has not run yet." in before.stdout
    ran = started(database_url, "run", "assess")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("assess done at ")
    assert "0 no sensor, 0 opened, 0 updated, 0 cleared, 0 cases opened." in ran.stdout
    assert "HEREABOUTS_DATABASE_URL" in ran.stderr


def test_json_stands_alone_on_standard_output(database_url: str) -> None:
    report = json.loads(hereabouts(database_url, "run", "assess", "--json").stdout)
    assert (report["job"], report["state"], report["detail"]["rooms"]) == ("assess", "done", 0)
    assert report["window_at"].endswith("Z")
    items = json.loads(hereabouts(database_url, "list", "--json").stdout)["items"]
    names = [item["name"] for item in items]
    assert ", ".join(names) == JOBS
    assert (items[0]["interval_s"], items[0]["last"]["state"], items[-1]["last"]) == (300, "done", None)


def test_a_failed_job_is_exit_1_and_says_what_kind(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("REVOKE SELECT ON reading FROM hereabouts_jobs")
    ran = hereabouts(database_url, "run", "assess")
    assert ran.returncode == 1
    assert "It ended with InsufficientPrivilege (SQLSTATE 42501) in rollup.py" in ran.stdout


def test_an_unknown_job_and_no_database_are_sentences(database_url: str) -> None:
    unknown = hereabouts(database_url, "run", "asess")
    assert unknown.returncode == 1
    assert f"The jobs are: {JOBS}." in unknown.stderr
    nowhere = hereabouts("postgresql://127.0.0.1:1/none", "run", "assess")
    assert nowhere.returncode == 1
    assert "Traceback" not in nowhere.stderr
