"""How often criteria are met in real buildings: the table of our notes on false alarms, from the recordings themselves.

HeatHack venues (CC BY-SA 4.0), where they lie beside the checkout; nobody surveyed mould there, so this measures the
load of alerts and how well criteria separate, not whether they are right. One made-up building stands in for them.
"""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from hereabouts_platform.climate.averages import DAY, HOURS_A_VALID_DAY, MONTH, WEEK, Period, trailing_mean
from hereabouts_platform.climate.material import SENSITIVE
from hereabouts_platform.climate.mould import course
from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.sensor_truth.hours import HOUR_S, hourly_means
from hereabouts_platform.sensor_truth.readings import clean

DAMP = Path(__file__).parents[3] / "shared" / "data" / "damp"
NOON = 1_700_000_000 // 86400 * 86400


@dataclass(frozen=True, kw_only=True)
class Load:
    """Valid days, and how many of them lie above 85 % (a day), 75 % (a week), 65 % (a month); the greatest index."""

    valid: int
    day: int
    week: int
    month: int
    index: float


def buildings() -> Iterator[tuple[str, Load]]:
    yield "made up", Load(valid=60, day=0, week=56, month=41, index=0.0)
    if DAMP.is_dir():
        yield "Aug2023-Jul2024_venue_1", Load(valid=308, day=6, week=146, month=270, index=0.04)
        yield "Aug2023-Jul2024_venue_16", Load(valid=194, day=149, week=170, month=141, index=1.3)


def readings(name: str) -> tuple[np.ndarray, Floats, Floats]:
    if name == "made up":
        times = NOON + np.arange(0, 60 * 86400, 900)
        return times, np.full(len(times), 19.0), np.full(len(times), 78.0)
    with gzip.open(DAMP / f"heathack_{name}.csv.gz", "rt") as lines:
        rows = list(csv.DictReader(lines))
    times = np.array([int(datetime.fromisoformat(row["timestamp"]).timestamp()) for row in rows])
    return times, np.array([float(row["temperature"]) for row in rows]), np.array([float(row["rh"]) for row in rows])


@pytest.mark.parametrize(("name", "expected"), list(buildings()), ids=lambda one: one if isinstance(one, str) else "")
def test_how_often_criteria_are_met(name: str, expected: Load) -> None:
    times, temperature, humidity = readings(name)
    cleaned = clean(times, temperature, humidity)
    first = int(times[0] // 86400 * 24)
    hours = int((times[-1] // 86400 + 1) * 24 - first)
    air = hourly_means(times, humidity, cleaned, first, hours)[0]
    warmth = hourly_means(times, temperature, cleaned, first, hours)[0]
    assert times[0] >= first * HOUR_S
    valid = (~np.isnan(air)).reshape(-1, 24).sum(axis=1) >= HOURS_A_VALID_DAY

    def over(period: Period, limit: float) -> int:
        return int((trailing_mean(air, period)[23::24][valid] > limit).sum())

    known = ~np.isnan(air)
    index = course(warmth[known], air[known], SENSITIVE).max()
    assert (int(valid.sum()), over(DAY, 85)) == (expected.valid, expected.day)
    assert over(WEEK, 75) == pytest.approx(expected.week, abs=5)
    assert over(MONTH, 65) == pytest.approx(expected.month, abs=5)
    assert index == pytest.approx(expected.index, abs=0.05)
