"""Finding a system, and the files that tell of one."""

import json
import os
import threading
from pathlib import Path

import pytest

from hereabouts_deploy.data_dir import LARGE_LOG, DataDir
from hereabouts_deploy.private_file import write_private
from hereabouts_deploy.run_file import RunFile, read_run_file
from hereabouts_deploy.secrets_file import secrets_of
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_schemas.errors import ConfigError, SystemNotFound

RUN = RunFile(
    http="http://127.0.0.1:1",
    mqtt="mqtt://127.0.0.1:2",
    database_url="postgresql://x",
    admin_key="hab_live_x",
    pids={"up": 1, "api": 2},
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env`, no `hereabouts.toml`, no default data folder of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)


@pytest.fixture
def held(tmp_path: Path) -> DataDir:
    """A data folder on which a system seems to run."""
    data_dir = DataDir(path=tmp_path / "data")
    data_dir.make()
    return data_dir


def test_the_database_url_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", "postgresql://own")
    monkeypatch.setenv("HEREABOUTS_DATA_DIR", "/nowhere")
    system = find_system(Settings())
    assert system.database_url == "postgresql://own"
    assert system.found_by == "Using the database of HEREABOUTS_DATABASE_URL (environment)."
    assert "own" not in repr(system)


def test_then_the_system_running_on_the_data_folder(held: DataDir) -> None:
    lock = held.hold()
    RUN.write(held.run_file)
    system = find_system(Settings(data_dir=held.path))
    os.close(lock)
    assert (system.database_url, system.mqtt_url, system.http_url) == (RUN.database_url, RUN.mqtt, RUN.http)
    assert system.found_by == f"Using the system running on {held.path} (HEREABOUTS_DATA_DIR)."


def test_then_the_default_data_folder() -> None:
    data_dir = DataDir(path=Settings().data_dir)
    data_dir.make()
    lock = data_dir.hold()
    RUN.write(data_dir.run_file)
    assert "(the default data folder)" in find_system(Settings()).found_by
    os.close(lock)


def test_a_run_json_that_a_killed_system_left_is_not_believed(held: DataDir) -> None:
    RUN.write(held.run_file)
    with pytest.raises(SystemNotFound, match="No system runs on"):
        find_system(Settings(data_dir=held.path))


def test_a_system_that_is_still_starting_is_not_there_yet(held: DataDir) -> None:
    lock = held.hold()
    with pytest.raises(SystemNotFound, match=r"there is no run\.json"):
        find_system(Settings(data_dir=held.path))
    os.close(lock)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"http": 1}'])
def test_what_is_no_run_json_is_told(held: DataDir, content: str) -> None:
    held.run_file.write_text(content)
    with pytest.raises(SystemNotFound, match="is not what `hereabouts up` writes"):
        read_run_file(held.run_file)


def test_run_json_is_written_whole_for_its_owner_alone(held: DataDir) -> None:
    RUN.write(held.run_file)
    again = RUN.with_pids({"api": 9, "postgres": 5})
    again.write(held.run_file)
    assert held.run_file.stat().st_mode & 0o777 == 0o600
    assert list(json.loads(held.run_file.read_text())["pids"].items()) == [("up", 1), ("postgres", 5), ("api", 9)]
    assert read_run_file(held.run_file) == again
    assert sorted(path.name for path in held.path.iterdir()) == ["logs", "run.json"]
    assert "hab_live_x" not in repr(RUN)


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    contents = [b"a" * 100_000, b"b" * 200_000]
    write_private(path, contents[0])
    done = threading.Event()

    def write_many() -> None:
        for n in range(100):
            write_private(path, contents[n % 2])
        done.set()

    writer = threading.Thread(target=write_many)
    writer.start()
    while not done.is_set():
        assert path.read_bytes() in contents
    writer.join()


def test_one_holder_at_a_time_and_asking_does_not_disturb(held: DataDir) -> None:
    assert not held.is_held()
    lock = held.hold()
    assert held.is_held()
    with pytest.raises(ConfigError, match="Another `hereabouts up` runs on"):
        held.hold()
    os.close(lock)
    assert not held.is_held()
    os.close(held.hold())


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be used"):
        DataDir(path=tmp_path / "file" / "data").make()


def test_a_log_that_has_grown_large_is_put_aside(held: DataDir) -> None:
    log = held.log("api")
    log.write_bytes(b"x" * (LARGE_LOG + 1))
    assert held.log("api").stat().st_size == 0
    assert log.with_suffix(".log.1").stat().st_size == LARGE_LOG + 1


def test_secrets_are_made_once(held: DataDir) -> None:
    made = secrets_of(held.secrets_file)
    assert secrets_of(held.secrets_file) == made
    assert held.secrets_file.stat().st_mode & 0o777 == 0o600
    assert len({*made.database.values(), made.mqtt, made.admin_key}) == 7
    assert made.mqtt not in repr(made)
    held.secrets_file.write_text("{}")
    with pytest.raises(ConfigError, match=r"secrets\.json cannot be read"):
        secrets_of(held.secrets_file)
