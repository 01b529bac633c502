"""A dial at the overflow of fixed rounds, years that are kept, and the picture of both."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hereabouts_deploy.curve_picture import OTHER_COLOUR, WIDTH, panel_of
from hereabouts_deploy.main import app
from hereabouts_deploy.waste_simulation.baselines import DAILY
from hereabouts_deploy.waste_simulation.curve import svg
from hereabouts_deploy.waste_simulation.equal_overflow import held, lines
from hereabouts_deploy.waste_simulation.parameters import Kind
from hereabouts_deploy.waste_simulation.score import Score
from hereabouts_deploy.waste_simulation.simulate import Task
from hereabouts_deploy.waste_simulation.years import YearBook, in_all, read_years
from hereabouts_schemas.errors import InputError


def score_of(km: float, overflow: float, litres: float = 10.0, unserved: float = 0.0) -> Score:
    return Score(
        km=km,
        hours=6.0,
        visits=100.0,
        unserved=unserved,
        tips=1.0,
        forced_tips=0.0,
        fill_percent=40.0,
        overflow_percent=overflow,
        overflow_litre_days=litres,
    )


POLICIES = {
    DAILY: {1: score_of(100, 1.0), 2: score_of(100, 2.0)},
    "fixed-2nd-day": {1: score_of(50, 6.0), 2: score_of(50, 6.0)},
    "alternate-classes-60": {1: score_of(40, 8.0), 2: score_of(40, 8.0)},
    "ours-1": {1: score_of(40, 5.0), 2: score_of(42, 5.0)},
    "ours-8": {1: score_of(80, 1.5), 2: score_of(80, 1.0)},
}


def test_a_dial_is_read_at_the_overflow_of_a_fixed_round() -> None:
    daily, _, second, classes = held(POLICIES)
    assert daily.less == pytest.approx([80 - 38 / 4 - 100])  # in year 1 it never has as little as 1.0 %
    assert second.less == pytest.approx([-20, -16])
    assert classes.less == pytest.approx([0, 5])  # no mixture beyond its fewest kilometres is made up
    said = lines(POLICIES)
    assert "(1.50 %, 100.0 km/day): ours needs 70.5 km/day, -29.5 %, in the 1 of 2 years" in said[0]
    assert said[-1].endswith("alternate-classes-60, +2.5 % ± 2.5.")


def test_the_daily_round_is_held_by_litres_beside_bins_too() -> None:
    policies = {
        DAILY: {1: score_of(100, 0.5, litres=20)},
        "ours-1": {1: score_of(50, 5.0, litres=100)},
        "ours-8": {1: score_of(80, 1.5, litres=10)},
    }
    said = lines(policies)
    assert said[0].endswith("no setting of ours has so little overflow.")
    assert said[1] == (
        "At the overflow of fixed-daily (20 litre-days/day, 100.0 km/day): ours needs 76.7 km/day, -23.3 %."
    )


def test_a_setting_that_crews_do_not_get_through_counts_as_little_as_such_a_round() -> None:
    crowded = {1: score_of(20, 9.0, unserved=3.0), 2: score_of(20, 9.0, unserved=3.0)}
    with_it = {**POLICIES, "ours-0.1": crowded}
    assert held(with_it) == held(POLICIES)
    picture = svg({"dense": with_it, "rural": {"ours-0.1": crowded}})
    assert "ours-1 " in picture
    assert "ours-0.1" not in picture
    assert held({**POLICIES, "fixed-2nd-day-halves": crowded}) == held(POLICIES)


def test_a_dial_that_never_gets_there_is_said_not_to() -> None:
    never = {DAILY: {1: score_of(100, 0.5)}, "ours-8": {1: score_of(80, 1.5)}}
    assert lines(never)[0].endswith("no setting of ours has so little overflow.")
    assert lines({DAILY: never[DAILY]}) == []


def test_the_picture_can_be_read_and_tells_its_points() -> None:
    towns = {"dense": POLICIES, "rural": {DAILY: {1: score_of(100, 0.5)}, "ours-8": {1: score_of(80, 1.5)}}}
    picture = svg(towns)
    assert picture.count("<circle ") == 7
    assert picture.count("<polyline ") == 3  # two lines of ours, and a hull where there is more than one fixed round
    assert "<desc>Dense: fixed-daily 100 km at 1.5 %" in picture
    assert picture.count("<text ") == picture.count("</text>")


def test_years_are_kept_and_a_line_that_was_cut_off_is_run_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "years.jsonl"
    book = YearBook(file, 500)
    tasks = [Task(kind=Kind.DENSE, policy=name, seed=seed) for seed in (1, 2) for name in (DAILY, "ours-8")]
    for task in tasks:
        book.add(task, POLICIES[task.policy][task.seed])
    file.write_bytes(file.read_bytes()[:-20])
    again = YearBook(file, 500)
    assert again.done == {task: POLICIES[task.policy][task.seed] for task in tasks[:3]}
    assert YearBook(file, 2000).done == {}
    assert in_all(again.done.items()) == {Kind.DENSE: {name: {1: POLICIES[name][1]} for name in (DAILY, "ours-8")}}
    done = CliRunner().invoke(app, ["rounds", "curve", str(file), "--svg", str(tmp_path / "curve.svg")])
    assert done.exit_code == 0, done.output
    assert "**dense**, 1 year\n" in done.stdout
    assert (tmp_path / "curve.svg").read_text(encoding="utf-8").startswith("<svg")
    again.add(tasks[3], POLICIES["ours-8"][2])
    assert len(read_years(file)) == 4


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "years.jsonl").write_text("{}\n")
    with pytest.raises(InputError, match="simulate --out"):
        read_years(tmp_path / "years.jsonl")


def test_names_of_points_that_lie_close_do_not_cover_each_other() -> None:
    panel = panel_of(0, [(10.0, 100.0, "")])
    drawn = [panel.point((9.8, 50.0, f"fixed-{k}"), OTHER_COLOUR) for k in range(6)]
    ends = [re.search(r'<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)"', one) for one in drawn]
    assert len({one.groups() for one in ends if one}) == 6
    assert len(panel.named) == 6
    for left, base, right in panel.named:
        assert right <= WIDTH
        assert sum(abs(base - low) < 12 and left < far and near < right for near, low, far in panel.named) == 1
