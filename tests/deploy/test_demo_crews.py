"""The demo town's crews: what they report when, whose bins are empty then, and when they are out."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hereabouts_deploy.demo.bins import LEFT_IN, Served, simulate_bins
from hereabouts_deploy.demo.fleet import CREWS, write_crews, write_fleet
from hereabouts_deploy.demo.tablets import reports
from hereabouts_deploy.demo.town import build_town
from hereabouts_deploy.demo.waste import lay_out
from hereabouts_platform.rules.waste_places import check_attributes
from hereabouts_schemas.times import format_time

ORIGIN = datetime(2026, 11, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def stop(number: int, leaves: datetime, outcome: datetime | None = None) -> dict[str, Any]:
    told = {"kind": "emptied", "at": format_time(outcome)} if outcome else None
    return {
        "kind": "visit", "visit": number, "place": f"bin-{number}", "outcome": told, "done": False, "drive_s": 60,
        "service_s": 120, "leaves_at": format_time(leaves), "lon": -2.4, "lat": 54.7,
    }  # fmt: skip


def told(stops: list[dict[str, Any]], since: datetime, now: datetime, level: float = 0.6) -> list[tuple[object, ...]]:
    found = reports(stops, "red", since, now, lambda _place, _at: level)
    return [(one["visit"], one["kind"], one["at"]) for one in found]


def test_a_crew_reports_its_stops_when_the_plan_has_them() -> None:
    stops = [
        {"kind": "start"} | stop(0, NOON) | {"kind": "start"},
        *(stop(n, NOON + n * 5 * MINUTE) for n in (1, 2, 3)),
    ]
    assert told(stops, NOON - 5 * MINUTE, NOON + 4 * MINUTE) == []
    assert told(stops, NOON - 5 * MINUTE, NOON + 11 * MINUTE) == [
        (1, "emptied", "2026-11-23T12:05:00Z"), (2, "emptied", "2026-11-23T12:10:00Z"),
    ]  # fmt: skip


def test_a_crew_that_is_behind_goes_on_at_its_own_pace() -> None:
    stops = [stop(1, NOON, outcome=NOON + 30 * MINUTE), *(stop(n, NOON + n * MINUTE) for n in (2, 3))]
    now = NOON + 34 * MINUTE
    assert told(stops, NOON, now) == [(2, "emptied", "2026-11-23T12:33:00Z")], "three minutes after the first"
    assert told(stops, NOON + 33 * MINUTE, now) == [], "it began only then"


@pytest.mark.parametrize(
    ("level", "kinds"), [(0.05, ["not_full"]), (0.5, ["emptied"]), (1.02, ["overflowing", "emptied"])]
)
def test_what_is_reported_is_what_they_find(level: float, kinds: list[str]) -> None:
    found = told([stop(1, NOON)], NOON - MINUTE * 9, NOON + MINUTE, level)
    assert [kind for _, kind, _ in found] == kinds
    assert [at for *_, at in found] == sorted(at for *_, at in found)


def test_one_in_fifty_is_blocked() -> None:
    kinds = [told([stop(n, NOON)], NOON - MINUTE * 9, NOON)[0][1] for n in range(2000)]
    assert 20 <= kinds.count("blocked") <= 60


def test_once_crews_go_by_plans_their_word_alone_empties_a_bin() -> None:
    slots, hours = lay_out(1, [1050] * 150), 24 * 14
    since = ORIGIN + timedelta(days=7)
    planned = frozenset(date(2026, 11, 8) + timedelta(days=n) for n in range(4))
    at = since + timedelta(hours=10, minutes=20)
    served = Served(since=since, days=planned, emptied=frozenset({(3, at)}))
    before, after = simulate_bins(1, slots, ORIGIN, hours), simulate_bins(1, slots, ORIGIN, hours, served)
    assert np.array_equal(before.level[: 24 * 7], after.level[: 24 * 7])
    falls = np.diff(after.level[24 * 7 : 24 * 11], axis=0) < 0
    assert [falls[:, k].sum() for k in (2, 3, 4)] == [0, 1, 0]
    assert after.level_at(3, np.array([(at - ORIGIN).total_seconds()]))[0] == LEFT_IN
    assert (np.diff(after.level[24 * 11 :], axis=0) < 0).any(axis=0).sum() > 100, "the demo was off: fixed rounds again"


@pytest.mark.parametrize(
    ("at", "shift"),
    [
        ("2026-11-23T12:04:09Z", "12:04-20:04"),
        ("2026-11-23T23:50:00Z", "23:50-05:30"),
        ("2026-07-01T23:10:00Z", "00:10-08:10"),
    ],
)
def test_crews_are_out_from_the_start_on_and_home_before_the_next_morning(tmp_path: Path, at: str, shift: str) -> None:
    write_crews(tmp_path / "crews.csv", datetime.fromisoformat(at))
    with (tmp_path / "crews.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["weekdays"] for row in rows] == ["daily"] * len(CREWS) + [""] * len(CREWS)
    assert {f"{row['shift_from']}-{row['shift_to']}" for row in rows if row["date"]} == {shift}


def test_the_towns_waste_can_be_planned(tmp_path: Path) -> None:
    town = build_town(1)
    for place in town.places:
        check_attributes(place.kind, place.attributes)
    write_fleet(town, tmp_path)
    with (tmp_path / "baseline.csv").open(encoding="utf-8") as file:
        visits = [int(row["visits"]) for row in csv.DictReader(file)]
    assert sum(visits) == len(town.slots) == 150
