"""`hereabouts import` and `hereabouts profiles` as a person runs them."""

import csv
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from command_here import command_here
from typer.testing import CliRunner

from hereabouts_deploy.main import app
from hereabouts_ingest.profiles import load_profiles
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.registry import sync_profiles

PLACES = "id,kind,name\nH1,home,One\nH2,house,Two\n"
DEVICES = 'id,profile,place,from,mount\nA81758FFFE0328B3,elsys,H1,2026-01-01,"{""room"": ""Bedroom""}"\n'
READINGS = "device,time,air_temperature\nA8-17-58-FF-FE-03-28-B3,2026-01-05T10:00:00Z,19.5\nX,2026-01-05T10:00:00Z,20\n"


@pytest.fixture
def system(database_url: str, tmp_path: Path) -> str:
    """A system with the profiles of this release, and three files beside it."""
    with connect(database_url, DatabaseRole.OWNER) as connection:
        sync_profiles(connection, [profile.spec for profile in load_profiles().values()])
    (tmp_path / "places.csv").write_text(PLACES)
    (tmp_path / "devices.csv").write_text(DEVICES)
    (tmp_path / "readings.csv").write_text(READINGS)
    return database_url


def hereabouts(database_url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command_here(*arguments, environment={"HEREABOUTS_DATABASE_URL": database_url}, folder=folder)


def started(database_url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hereabouts_deploy", *arguments],
        env={**os.environ, "HEREABOUTS_DATABASE_URL": database_url},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_three_files_one_after_the_other(system: str, tmp_path: Path) -> None:
    places = started(system, tmp_path, "import", "places", "places.csv", "--refused", "refused.csv")
    devices = hereabouts(system, tmp_path, "import", "devices", "devices.csv")
    readings = hereabouts(system, tmp_path, "import", "readings", "readings.csv", "--json")

    assert (places.returncode, devices.returncode, readings.returncode) == (1, 0, 1)
    assert places.stdout.startswith("places.csv: 1 stored, 0 duplicate, 1 refused.\nline 3: There is no kind 'house'.")
    assert "HEREABOUTS_DATABASE_URL" in places.stderr
    refused = list(csv.reader((tmp_path / "refused.csv").read_text().splitlines()))
    assert refused[0] == ["line", "cause", "reason"]
    assert refused[1][:2] == ["3", "unknown_kind"]
    assert devices.stdout.startswith("devices.csv: 1 stored, 0 duplicate, 0 refused.\n")
    assert "midnight" in devices.stdout
    report = json.loads(readings.stdout)
    assert {key: report[key] for key in ("stored", "duplicate", "refused")} == {
        "stored": 1,
        "duplicate": 0,
        "refused": 1,
    }
    assert (report["refused_rows"][0]["line"], report["refused_rows"][0]["cause"]) == (3, "unknown_device")
    with psycopg.connect(system) as connection:
        found = connection.execute(
            "SELECT p.device_id, p.place_id, r.value FROM reading r JOIN datastream d ON d.id = r.datastream_id "
            "JOIN deployment p ON p.id = d.deployment_id"
        ).fetchall()
    assert found == [("A81758FFFE0328B3", "H1/Bedroom", 19.5)]


def test_many_refused_rows_are_cut_on_the_screen_and_all_in_the_file(system: str, tmp_path: Path) -> None:
    rows = "".join(f"P{number},house,x\n" for number in range(150))
    (tmp_path / "places.csv").write_text(f"id,kind,name\n{rows}")

    done = hereabouts(system, tmp_path, "import", "places", "places.csv", "--refused", "refused.csv")

    assert done.stdout.count("\nline ") == 100
    assert "... 150 refused in all (150 unknown kind); refused.csv has them all." in done.stdout
    assert len((tmp_path / "refused.csv").read_text().splitlines()) == 151


def test_a_file_that_cannot_be_used_is_1_with_a_sentence_and_its_line(system: str, tmp_path: Path) -> None:
    (tmp_path / "readings.csv").write_text("device,time,colour\n")

    done = hereabouts(system, tmp_path, "import", "readings", "readings.csv", "--json")

    assert (done.returncode, done.stdout) == (1, "")
    assert "line 1: column: 'colour' cannot be used." in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_is_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "places.csv").write_text(PLACES)
    wrong = (["places"], ["places", "nowhere.csv"], ["places", "."], ["colours", "x"], ["places", "places.csv", "-x"])
    for arguments in wrong:
        assert CliRunner().invoke(app, ["import", *arguments]).exit_code == 2, arguments


def test_a_refused_file_that_cannot_be_written_is_wrong_usage_and_nothing_is_imported(
    system: str, tmp_path: Path
) -> None:
    done = hereabouts(system, tmp_path, "import", "places", "places.csv", "--refused", "no/such/folder.csv")

    assert done.returncode == 2
    assert "--refused" in done.stderr
    with psycopg.connect(system) as connection:
        assert connection.execute("SELECT count(*) FROM place").fetchone() == (0,)


def test_a_bar_on_a_terminal_and_none_elsewhere(system: str, tmp_path: Path) -> None:
    quiet = hereabouts(system, tmp_path, "import", "readings", "readings.csv")
    assert quiet.stderr.count("\n") == 1

    screen, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "hereabouts_deploy", "import", "readings", "readings.csv"],
        env={**os.environ, "HEREABOUTS_DATABASE_URL": system, "TERM": "xterm"},
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    ):
        os.close(terminal)
        shown = _all_of(screen)

    assert "readings.csv" in shown
    assert "2/2" in shown


def _all_of(screen: int) -> str:
    """What was written to a terminal until the last writer closed it."""
    parts = []
    try:
        while part := os.read(screen, 1 << 16):
            parts.append(part)
    except OSError:  # how Linux says that nobody holds the other end
        pass
    os.close(screen)
    return b"".join(parts).decode()


def test_profiles_lists_every_profile(tmp_path: Path) -> None:
    listed = hereabouts("postgresql://127.0.0.1:1/none", tmp_path, "profiles", "--json")

    items = {item["id"]: item for item in json.loads(listed.stdout)["items"]}
    assert list(items) == list(load_profiles())
    for id_, profile in load_profiles().items():
        assert tuple(items[id_]["quantities"]) == profile.spec.quantities
        assert items[id_]["interval_s"] == profile.spec.interval_s

    said = hereabouts("postgresql://127.0.0.1:1/none", tmp_path, "profiles").stdout
    assert [line.partition(":")[0] for line in said.splitlines()] == list(load_profiles())


def test_a_dataset_by_its_description_first_as_a_dry_run(system: str, tmp_path: Path) -> None:
    (tmp_path / "areas.csv").write_text("code,n\nE05011382,7\nLeeds,8\n")
    (tmp_path / "spec.toml").write_text(
        'name = "counts"\ntitle = "Counts"\nsource = "x"\nlicence = "x"\nattribution = "x"\nsensitivity = "open"\n'
        '[place]\nkind = "gss"\ncolumn = "code"\n'
        '[[column]]\nname = "n"\ntitle = "N"\ntype = "integer"\nunit = "1"\nmeaning = "N"\n'
    )
    command = ("import", "dataset", "areas.csv", "--spec", "spec.toml", "--vintage", "2026")

    tried = hereabouts(system, tmp_path, *command, "--dry-run", "--json")
    done = hereabouts(system, tmp_path, *command)
    nameless = hereabouts(system, tmp_path, *command[:3], "--spec", "epcs")

    assert (tried.returncode, done.returncode, nameless.returncode) == (1, 1, 1)
    assert json.loads(tried.stdout)["dry_run"] is True
    assert done.stdout.startswith("areas.csv: 1 stored, 0 duplicate, 1 refused.\nline 3: code 'Leeds' is no GSS code.")
    assert "epc, ons_postcodes" in nameless.stderr
