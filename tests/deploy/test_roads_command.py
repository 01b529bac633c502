"""`hereabouts roads`: what is said, and with which exit code."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from little_streets import write_streets
from typer.testing import CliRunner

from hereabouts_deploy.doctor.check import State
from hereabouts_deploy.doctor.roads import check_roads
from hereabouts_deploy.main import app
from hereabouts_platform.roads.osrm_build import osrm_version


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEREABOUTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def roads(*words: str) -> Result:
    return CliRunner().invoke(app, ["roads", *words])


def test_import_list_and_mend(home: Path) -> None:
    little = write_streets(home / "little.osm.pbf")
    made = roads("import", str(little), "--vehicle", "van", "--json")
    assert made.exit_code == 0
    (item,) = json.loads(made.stdout)["items"]
    assert item["map_name"] == "little.osm.pbf"
    assert item["map_date"] == "2026-03-01T12:00:00Z"
    assert item["attribution"] == "© OpenStreetMap contributors, ODbL"
    assert item["osrm"] == osrm_version()
    assert "van: Van; little.osm.pbf of 01 March 2026; 16 of 16 streets" in roads("list").stdout
    assert "Nothing to do" in roads("import").stdout
    (network,) = (home / "data/roads/van").glob("data-*/network.npz")
    network.unlink()
    assert "The roads of van are damaged" in roads("list").stdout
    (check,) = check_roads(home / "data/roads")
    assert check.state is State.WARNING
    mended = roads("import")
    assert mended.exit_code == 0
    assert "little.osm.pbf of 01 March 2026" in mended.stdout
    (check,) = check_roads(home / "data/roads")
    assert check.state is State.OK
    assert "van: 16 of 16 streets of little.osm.pbf of 01 March 2026" in check.message


def test_what_cannot_be_is_said(home: Path) -> None:
    assert "No roads are here yet" in roads("list").stdout
    assert roads("import", "nowhere.osm.pbf", "--vehicle", "van").exit_code == 2
    text = home / "text.osm.pbf"
    text.write_text("not a map")
    assert roads("import", str(text)).exit_code == 2
    assert roads("import", str(text), "--vehicle", "tank").exit_code == 2
    refused = roads("import", str(text), "--vehicle", "van")
    assert refused.exit_code == 1
    assert "cannot be read as OpenStreetMap data" in refused.stderr
    assert json.loads(roads("list", "--json").stdout) == {"items": []}
    (check,) = check_roads(home / "data/roads")
    assert "No map of roads is here" in check.message
