"""The evaluation: it counts what was said against what was true, and the table says so."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from hereabouts_deploy.commands import damp_evaluate
from hereabouts_deploy.demo.truth import WELL, Fault
from hereabouts_deploy.demo.winter import Winter, live_winter
from hereabouts_deploy.evaluation.judged import DAMP, Judged, judge_winter, rooms_told, series_of
from hereabouts_deploy.evaluation.score import Tally, score, total
from hereabouts_deploy.evaluation.table import markdown
from hereabouts_deploy.main import app
from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.homes.limits import Limits
from hereabouts_platform.homes.record import ACT, NO_DATA, OK, SENSOR_FAULT

BEGINS = datetime(2025, 12, 1, tzinfo=UTC)
DAYS = 40


@pytest.fixture(scope="module")
def winter() -> Winter:
    return live_winter(12, 120, BEGINS, BEGINS + timedelta(days=DAYS))


def saying(winter: Winter, cause: Cause | None = None) -> Judged:
    """A rule that has said nothing yet but that all is well."""
    rooms = len(winter.devices)
    home = rooms_told(winter.devices, [home.id for home in winter.homes]).home
    nothing = np.zeros((DAYS, rooms), dtype=bool)
    return Judged(
        home=home,
        level=np.full((DAYS, rooms, 3), OK, dtype=np.uint8),
        faulty=nothing,
        moved=nothing.copy(),
        first_cause=[cause] * rooms,
        later_cause=[cause] * rooms,
    )


def rooms_of(winter: Winter, judged: Judged, homes: Sequence[str]) -> np.ndarray:
    return np.isin(judged.home, [k for k, home in enumerate(winter.homes) if home.id in homes])


def test_a_rule_that_says_nothing_finds_nothing(winter: Winter) -> None:
    tally = score(winter, saying(winter))
    damp = [home for home, outcome in winter.outcomes.items() if outcome.is_damp]
    assert (tally.homes, tally.counts["damp"]) == (120, len(damp))
    assert tally.share("act in time", "damp") == tally.share("faults called", "faults") == 0
    assert tally.counts["act flagged"] == tally.counts["damp alerts watch"] == 0


def test_a_rule_that_knows_the_truth_scores_full_marks(winter: Winter) -> None:
    judged = saying(winter, Cause.UNDER_VENTILATION)
    damp = [home for home, outcome in winter.outcomes.items() if outcome.is_damp]
    judged.level[0:, rooms_of(winter, judged, damp), DAMP] = ACT
    for home, about in winter.truth.items():
        if about.fault not in (None, Fault.GLITCHES):
            first = int(np.flatnonzero(rooms_of(winter, judged, [home]))[0])
            judged.level[-1, first, DAMP] = NO_DATA if about.fault is Fault.DEAD else SENSOR_FAULT
    tally = score(winter, judged)
    assert tally.share("act in time", "damp") == tally.share("act right", "act flagged") == 1
    assert tally.share("faults called", "faults") == 1
    assert 0 < tally.share("told right", "told") < 1  # it names one cause for all
    assert tally.counts["act well"] == 0


def test_too_late_is_not_in_time_and_a_well_home_is_a_false_alarm(winter: Winter) -> None:
    judged = saying(winter)
    damp = [home for home, outcome in winter.outcomes.items() if outcome.is_damp]
    well = [home for home, about in winter.truth.items() if about.cause in WELL][:5]
    judged.level[-1, rooms_of(winter, judged, [*damp, *well]), DAMP] = ACT
    tally = score(winter, judged)
    assert tally.counts["act in time"] == 0
    assert (tally.counts["act right"], tally.counts["act well"]) == (len(damp), 5)


def test_the_rule_sees_what_sensors_said_alone(winter: Winter) -> None:
    """Hours are means of what came and is believed; of a dead sensor nothing is left."""
    series = series_of(winter)
    assert series.temperature.shape == (DAYS * 24, len(winter.devices))
    raw = winter.temperature.reshape(DAYS * 24, 2, -1)
    both = np.isfinite(raw).all(axis=1) & (raw.min(axis=1) > 0)
    assert np.allclose(series.temperature[both], raw.mean(axis=1)[both])
    assert np.array_equal(np.isnan(raw).all(axis=1), np.isnan(series.temperature) & np.isnan(raw).all(axis=1))


def test_a_month_is_judged_and_told(winter: Winter) -> None:
    judged = judge_winter(winter)
    assert judged.level.shape == (DAYS, len(winter.devices), 3)
    tally = score(winter, judged)
    assert tally.counts["act in time"] > 0
    raised = [cause for cause in judged.first_cause if cause is not None]
    assert set(raised) <= set(Cause)
    both = total([tally, tally])
    assert both.homes == 240
    text = markdown({"once": tally, "twice": both})
    assert "| damp: act or urgent before mould has got hold (recall) | 0.90 |" in text
    assert text.count("| homes |") == 1


def test_the_command_prints_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluate(seeds: Sequence[int], homes: int, limits: Limits) -> list[Tally]:
        assert limits.version
        return [Tally(homes=homes, weeks=26.0) for _ in seeds]

    monkeypatch.setattr(damp_evaluate, "evaluate", evaluate)
    done = CliRunner().invoke(app, ["damp", "evaluate", "--homes", "50", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    assert found["tuning"]["homes"] == found["unseen"]["homes"] == 500
