"""`hereabouts retention report` and the rules that settings make."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import psycopg
import pytest
from typer.testing import CliRunner, Result

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.main import app
from hereabouts_deploy.parts import ground_of
from hereabouts_deploy.settings import Settings
from hereabouts_platform.jobs.scheduler import run_jobs
from hereabouts_platform.rules.retention import DEFAULTS
from hereabouts_schemas.errors import InputError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def old_key(database_url: str) -> str:
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO uplink_key VALUES (1, %s, 1, 0, now() - interval '300 days')", (b"k" * 16,))
        connection.execute(
            "INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version,"
            " opened_at, updated_at, changed_by) VALUES ('device', 'd', 'h', 'act', 'r', '{}', 'r', '1',"
            " now() - interval '7 years', now(), 1)"
        )
    return database_url


def report(url: str, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(
        app, ["retention", "report", *arguments], env={"HEREABOUTS_DATABASE_URL": url, **environment}
    )


def test_the_report_says_what_would_go_and_what_stays(old_key: str, folder: Path) -> None:
    done = report(old_key)
    assert done.exit_code == 0, done.output
    assert "public_rollups (hourly and daily rollups of public places): kept for ever." in done.stdout
    assert "    alert: 1 rows stay, still open" in done.stdout
    assert "uplink_key: " not in done.stdout
    (folder / "hereabouts.toml").write_text('[retention]\nuplink_keys = "90 days"\n')
    done = report(old_key)
    assert done.stdout.startswith("These are the rules of the settings here;")
    assert "    uplink_key: 1 rows would go, the oldest of " in done.stdout
    with psycopg.connect(old_key) as connection:
        assert connection.execute("SELECT count(*) FROM uplink_key").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM retention").fetchone() == (0,)


def test_as_json(old_key: str) -> None:
    done = report(old_key, "--json", HEREABOUTS_RETENTION='{"uplink_keys": "90 days"}')
    said = orjson.loads(done.stdout)
    assert said["rules"] == "settings"
    [keys] = [each for each in said["classes"] if each["class"] == "uplink_keys"]
    assert (keys["keep"], keys["built_in"]) == ("90 days", "400 days")
    assert (keys["tables"][0]["part"], keys["tables"][0]["rows"]) == ("uplink_key", 1)
    assert keys["before"] < keys["follows_from"]


@pytest.mark.parametrize("value", ["{", '["x"]', '{"uplink_keys": "2 days"}', '{"cats": "1 year"}', '{"audit": 5}'])
def test_a_rule_that_cannot_be_is_told_by_its_setting(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEREABOUTS_RETENTION", value)
    with pytest.raises(InputError, match="HEREABOUTS_RETENTION"):
        Settings()


def test_whoever_leads_the_jobs_writes_down_what_the_settings_say(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path
) -> None:
    assert home.is_dir()  # made here, and taken away after the test
    monkeypatch.setenv("HEREABOUTS_RETENTION", '{"books": "3 years"}')
    settings = Settings(data_dir=tmp_path)
    child = ground_of(settings, _data_dir(tmp_path)).jobs("postgresql://nowhere", 8000)
    assert json.loads(child.environment["HEREABOUTS_RETENTION"]) == settings.retention
    stop = threading.Event()
    jobs = threading.Thread(
        target=run_jobs, args=(database_url, stop), kwargs={"jobs": (), "keeps": settings.retention}
    )
    jobs.start()
    deadline = datetime.now(UTC) + timedelta(seconds=30)
    with psycopg.connect(database_url, autocommit=True) as connection:
        while not (found := dict(connection.execute("SELECT class, keep FROM retention").fetchall())):
            assert datetime.now(UTC) < deadline
            stop.wait(0.05)
    stop.set()
    jobs.join()
    assert found == {**DEFAULTS, "books": "3 years"}


def _data_dir(path: Path) -> DataDir:
    data_dir = DataDir(path=path)
    data_dir.make()
    return data_dir
