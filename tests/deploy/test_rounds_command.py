"""`hereabouts rounds solve`, checked on the way, and where commands and jobs read a council's rule sets."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.doctor.check import State
from hereabouts_deploy.doctor.duty import check_duty_rules
from hereabouts_deploy.main import app
from hereabouts_deploy.outside import outside_of
from hereabouts_deploy.settings import Settings
from hereabouts_schemas.errors import InputError, NotNow

LINE = """TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 2
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
DEMAND_SECTION
1 0
2 1
3 1
DEPOT_SECTION
1
-1
EOF
"""


def test_solving_a_benchmark(tmp_path: Path) -> None:
    file = tmp_path / "line.vrp"
    file.write_text(LINE, encoding="utf-8")
    told = orjson.loads(CliRunner().invoke(app, ["rounds", "solve", str(file), "--seconds", "0.1", "--json"]).stdout)
    assert set(told) == {"cost", "routes", "seconds"}
    assert told["cost"] == 20
    assert [sorted(route) for route in told["routes"]] == [[1, 2]]
    plain = CliRunner().invoke(app, ["rounds", "solve", str(file), "--seconds", "0.1"])
    assert plain.exit_code == 0
    assert "Cost 20" in plain.stdout


def test_more_than_all_vehicles_hold_is_said(tmp_path: Path) -> None:
    file = tmp_path / "line.vrp"
    file.write_text(LINE.replace("CAPACITY : 2", "CAPACITY : 1\nVEHICLES : 1"), encoding="utf-8")
    refused = CliRunner().invoke(app, ["rounds", "solve", str(file), "--seconds", "0.1"])
    assert isinstance(refused.exception, NotNow)
    assert "No route was found for 1 of 2 customers" in str(refused.exception)


def test_more_than_a_vehicle_holds_is_said(tmp_path: Path) -> None:
    file = tmp_path / "line.vrp"
    file.write_text(LINE.replace("3 1\nDEPOT", "3 9\nDEPOT"), encoding="utf-8")
    refused = CliRunner().invoke(app, ["rounds", "solve", str(file), "--seconds", "0.1"])
    assert isinstance(refused.exception, InputError)
    assert "'9' cannot be used" in str(refused.exception)


def test_a_councils_rule_sets_lie_in_the_data_folder_and_doctor_and_import_read_them(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEREABOUTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HEREABOUTS_DATABASE_URL", database_url)
    rules = tmp_path / "data" / "duty_rules.toml"
    assert outside_of(Settings()).duty_rules == DataDir(path=tmp_path / "data").duty_rules == rules
    assert list(check_duty_rules(rules)) == []
    rules.parent.mkdir()
    table = 'source = "agreed"\nmost_driving_s = 5\nmost_duty_s = 9\n'
    rules.write_text(f"[ours]\n{table}[gb_domestic]\n{table}", encoding="utf-8")
    (check,) = check_duty_rules(rules)
    assert (check.state, check.detail) == (State.OK, {"rule_sets": ["ours", "gb_domestic"]})
    assert "ours, gb_domestic (in place of the one that comes along)." in check.message
    rules.write_text(f"[ours]\n{table.replace('9', '0')}", encoding="utf-8")
    (check,) = check_duty_rules(rules)
    assert (check.state, "ours.most_duty_s: '0' cannot be used." in check.message) == (State.BROKEN, True)
    vehicles = tmp_path / "vehicles.csv"
    vehicles.write_text("id\n", encoding="utf-8")
    refused = CliRunner().invoke(app, ["import", "vehicles", str(vehicles)])
    assert isinstance(refused.exception, InputError)
    assert f"{rules}: ours.most_duty_s: '0' cannot be used." in str(refused.exception)
