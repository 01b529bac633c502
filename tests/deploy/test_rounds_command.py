"""`hereabouts rounds solve`: a benchmark in, cost and routes out, checked on the way."""

from pathlib import Path

import orjson
from typer.testing import CliRunner

from hereabouts_deploy.main import app
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
