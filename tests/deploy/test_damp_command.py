"""`hereabouts damp assess` as a surveyor meets it: a file, a verdict, a page; and what it asks."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from hereabouts_deploy.commands import damp
from hereabouts_deploy.main import app
from hereabouts_platform.climate.vapour import Floats, saturation_pressure, vapour_pressure

DAYS = 50
HOURS = np.arange(DAYS * 24)
OUTDOOR = 4 + 4 * np.sin(HOURS / 24 / 5) + 2 * np.sin(2 * np.pi * (HOURS / 24 - 0.35))
BEGIN = datetime(2025, 12, 1, tzinfo=UTC)


def saved(path: Path, temperature: Floats, humidity: Floats, header: str = "time,temperature_c,rh") -> Path:
    times = [(BEGIN + timedelta(hours=int(hour))).isoformat() for hour in HOURS]
    rows = [f"{at},{t:.2f},{rh:.1f}" for at, t, rh in zip(times, temperature, humidity, strict=True)]
    path.write_text("\n".join([header, *rows]))
    return path


@pytest.fixture
def outdoor(tmp_path: Path) -> Path:
    return saved(tmp_path / "weather.csv", OUTDOOR, np.full(len(HOURS), 85.0))


def room(path: Path, *, mean: float, excess: float) -> Path:
    """A room of that mean temperature, degC, and vapour excess, Pa."""
    temperature = mean + 0.8 * np.sin(2 * np.pi * (HOURS / 24 - 0.5))
    vapour = vapour_pressure(OUTDOOR, 85.0) + excess
    return saved(path, temperature, np.minimum(100 * vapour / saturation_pressure(temperature), 100.0))


def run(*arguments: str | Path, answers: str = "") -> Result:
    return CliRunner().invoke(app, ["damp", "assess", *map(str, arguments)], input=answers)


def told(*arguments: str | Path) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_damp_room_in_words_and_on_a_page(tmp_path: Path, outdoor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = room(tmp_path / "bedroom.csv", mean=19, excess=900)
    done = run(file, "--outdoor", outdoor, "--room", "Bedroom")
    assert done.exit_code == 0, done.output
    assert re.match(r"(Act|Urgent): damp and mould\. .* the bedroom", done.stdout)
    assert "more vapour than the ventilation carries away" in done.stdout
    assert "Would clear it alone" in done.stdout or "Would help" in done.stdout
    assert "Readings cover 100 % of the hours" in done.stdout
    assert "The report is in bedroom.html." in done.stdout
    page = (tmp_path / "bedroom.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert re.search(r"<h1>The bedroom needs (urgent )?action against damp and mould\.</h1>", page)
    assert "The report is in bedroom-2.html." in run(file, "--outdoor", outdoor).stdout
    assert (tmp_path / "bedroom.html").read_text(encoding="utf-8") == page
    assert "Coldest surface" in page
    assert "http" not in page
    assert "lifestyle" not in (done.stdout + page).lower()


def test_json_says_what_it_promises_and_writes_no_page(
    tmp_path: Path, outdoor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = told(room(tmp_path / "bedroom.csv", mean=19, excess=900), "--outdoor", outdoor)
    assert list(found) == ["level", "hazards", "mould_index", "vpx5_pa", "coverage", "faults", "causes", "reason"]
    assert found["level"] in ("act", "urgent")
    assert [one["hazard"] for one in found["hazards"]] == ["damp_mould", "excess_cold", "excess_heat"]
    assert found["mould_index"]["lower"] <= found["mould_index"]["upper"]
    assert found["vpx5_pa"] == pytest.approx(900, abs=20)
    assert (found["coverage"], found["faults"]) == (1.0, [])
    assert found["causes"][0]["cause"] == "under_ventilation"
    assert sum(one["probability"] for one in found["causes"]) == pytest.approx(1, abs=1e-3)
    assert not list(tmp_path.glob("*.html"))


def test_a_dry_room_is_well(tmp_path: Path, outdoor: Path) -> None:
    found = told(room(tmp_path / "dry.csv", mean=20, excess=150), "--outdoor", outdoor)
    assert (found["level"], found["causes"]) == ("ok", [])
    assert found["mould_index"] == {"lower": 0.0, "upper": 0.0}


def test_glitches_change_no_verdict(tmp_path: Path, outdoor: Path) -> None:
    file = room(tmp_path / "dry.csv", mean=20, excess=150)
    clean = told(file, "--outdoor", outdoor)
    lines = file.read_text().splitlines()
    for at in range(100, 1000, 90):
        lines.append(f"{(BEGIN + timedelta(hours=at, minutes=20)).isoformat()},120,0")
        lines.append(f"{(BEGIN + timedelta(hours=at, minutes=10)).isoformat()},-20,2")
    file.write_text("\n".join(lines))
    found = told(file, "--outdoor", outdoor)
    assert {one["says"]: one["readings"] for one in found.pop("faults")} == {
        "a value that stands for no value": 10,
        "outside what a room can be": 10,
    }
    clean.pop("faults")
    assert found == clean


def test_readings_of_the_future_are_counted_and_part_of_nothing(tmp_path: Path, outdoor: Path) -> None:
    file = room(tmp_path / "dry.csv", mean=20, excess=150)
    clean = told(file, "--outdoor", outdoor)
    with file.open("a") as more:
        for hour in range(30):
            more.write(f"\n{(datetime.now(UTC) + timedelta(days=60, hours=hour)).isoformat()},12,99")
    found = told(file, "--outdoor", outdoor)
    (fault,) = found.pop("faults")
    assert (fault["readings"], fault["says"].startswith("dated in the future")) == (30, True)
    clean.pop("faults")
    assert found == clean


def test_too_little_is_no_verdict(tmp_path: Path) -> None:
    file = tmp_path / "short.csv"
    file.write_text("time,temperature_c,rh\n2026-01-05T10:00:00Z,18,95\n2026-01-05T10:10:00Z,18,95\n")
    assert told(file)["level"] == "no_data"


def test_what_is_open_is_said_with_exit_code_2(tmp_path: Path) -> None:
    file = tmp_path / "open.csv"
    file.write_text("when,temp in,temp out,rh\n2026-01-05 10:00,18,4,61\n")
    done = run(file, "--json")
    assert done.exit_code == 2
    found = json.loads(done.stdout)
    assert found["columns"] == ["when", "temp in", "temp out", "rh"]
    assert found["guessed"] == {"time": "when", "humidity": "rh"}
    assert [one["option"] for one in found["questions"]] == ["--temperature-column", "--time-zone"]
    done = run(file)
    assert done.exit_code == 2
    assert "Which column holds the temperature? The file has: temp in, temp out." in done.stderr
    assert "Answer with --time-zone." in done.stderr


def test_on_a_terminal_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(damp, "can_ask", lambda: True)
    file = tmp_path / "open.csv"
    file.write_text("when,temp in,temp out,rh\n04/03/2026 10:00,40,40,61\n05/03/2026 10:00,40,40,61\n")
    done = run(file, answers="temp\ntemp in\ndmy\nF\nEurope/London\n")
    assert done.exit_code == 0, done.output
    assert "'temp' is none of them" in done.stderr
    assert "temperature from temp in" in done.stdout
    assert "degrees Fahrenheit; times in Europe/London" in done.stdout


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("time,temperature_c,rh\n2026-01-05T10:00:00Z,18,61\n")
    assert run(file, "--temperature-unit", "K").exit_code == 2
    assert "'K' is neither C nor F" in run(file, "--temperature-unit", "K").stderr
    assert run(tmp_path / "none.csv").exit_code == 2
    file.write_text("time,temperature_c,rh\n2026-01-05T10:00:00Z,180,61\n")
    assert "Not one pair of temperature and humidity in it can be believed." in str(run(file).exception)
