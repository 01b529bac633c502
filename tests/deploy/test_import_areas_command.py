"""`hereabouts import areas` and the files of places beyond CSV, as a person runs them."""

import json
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from hereabouts_deploy.main import app

SQUARE = [[[-1.6, 53.7], [-1.5, 53.7], [-1.5, 53.9], [-1.6, 53.9], [-1.6, 53.7]]]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    mill = {"type": "Polygon", "coordinates": SQUARE}
    wards = [
        {"type": "Feature", "properties": {"WD24CD": code, "WD24NM": name}, "geometry": geometry}
        for code, name, geometry in (("E05000001", "Mill", mill), ("E05000002", "Void", None))
    ]
    Path("wards.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": wards}))
    Path("uprn.csv").write_text(
        "UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE\n1,1.0,1.0,53.8,-1.55\n2,1.0,1.0,53.8,-1.0\n"
    )
    return lambda *arguments: CliRunner().invoke(app, ["import", *arguments])


def test_areas_then_the_uprns_in_one_of_them(run, database_url: str) -> None:
    tried = run("areas", "wards.geojson", "--dry-run", "--json")
    assert tried.exit_code == 1
    report = json.loads(tried.stdout)
    assert (report["stored"], report["refused"], report["dry_run"]) == (1, 1, True)

    done = run("areas", "wards.geojson", "--source", "Us", "--licence", "Ours.")
    assert done.exit_code == 1
    assert done.stdout.startswith("wards.geojson: 1 stored, 0 duplicate, 1 refused.\nfeature 2: E05000002: It has no")
    assert "Read as ward of 2024: codes from WD24CD, names from WD24NM" in done.stdout

    places = run("places", "uprn.csv", "--within-area", "E05000001")
    assert places.exit_code == 0, places.output
    assert "Left out: 1 row, outside E05000001 as of 2024." in places.stdout
    boxed = run("places", "uprn.csv", "--bbox", "-1.1,53.7,-0.9,53.9", "--dry-run")
    assert "1 stored" in boxed.stdout
    assert "nothing has changed" in boxed.stdout
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT place_id, code, vintage FROM place_area").fetchall()
        assert found == [("1", "E05000001", "2024")]
        assert connection.execute("SELECT name, licence FROM area_source").fetchall() == [("Us", "Ours.")]


def test_what_is_missing_is_said_in_a_sentence(run) -> None:
    Path("patches.json").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "P", "name": "P"}, '
        '"geometry": null}]}'
    )
    for arguments, says in (
        (("areas", "patches.json"), "--kind"),
        (("areas", "patches.json", "--kind", "patch"), "--vintage"),
        (("places", "uprn.csv", "--bbox", "1,2"), "--bbox"),
        (("places", "uprn.csv", "--within-area", "X"), "no such area"),
    ):
        failed = run(*arguments)
        assert failed.exit_code == 1
        assert says in str(failed.exception or failed.output)
