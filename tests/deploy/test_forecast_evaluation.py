"""The evaluation of the forecast: it reads what it is given, never looks ahead, and says how far off it was."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hereabouts_deploy.forecast_evaluation.collections import Collection, read_collections
from hereabouts_deploy.forecast_evaluation.score import reliability, score
from hereabouts_deploy.forecast_evaluation.table import markdown, row_of
from hereabouts_deploy.forecast_evaluation.trial import Foretold, Way, foretell
from hereabouts_deploy.forecast_evaluation.ways import CALENDAR, COUNT, Split, ways
from hereabouts_deploy.main import app
from hereabouts_platform.bins.growth import Habit
from hereabouts_platform.bins.tuning import TUNING
from hereabouts_schemas.errors import InputError

RECORDING = Path(__file__).parents[3] / "shared/data/bins/edinburgh_bin_collections_2016.csv.gz"
HEADER = "container_slot_id,address,collected_at_local,fill_before_pct_of_80"
BEGIN = datetime(2016, 6, 6, 5, tzinfo=UTC)
DAY_S = 86_400
WAY = Way(name="some", tuning=TUNING, habit=Habit(exponent=0.4))


def made_up(slots: int = 6, days: int = 30, seed: int = 3) -> list[Collection]:
    """Bins of two streets that are emptied every day or every few days, fuller the longer it was."""
    rng = np.random.default_rng(seed)
    found = []
    for slot in range(slots):
        every, day = 1 + slot % 3, 0
        while day < days:
            wait = int(rng.integers(every, every + 2))
            day += wait
            fill = min(100.0, float(np.round((20 + 8 * slot) * wait**0.5 * rng.gamma(16, 1 / 16))))
            at = int(BEGIN.timestamp()) + day * DAY_S + slot * 1200
            found.append(Collection(slot=str(slot), street="ab"[slot % 2], at=at, fill=fill))
    return sorted(found, key=lambda one: (one.at, one.slot))


def written(path: Path, collections: list[Collection]) -> Path:
    summer = timezone(timedelta(hours=1))
    rows = [
        f"{one.slot},{k} {one.street} Street,{datetime.fromtimestamp(one.at, summer):%Y-%m-%d %H:%M:%S},{one.fill}"
        for k, one in enumerate(reversed(collections))
    ]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join([HEADER, *rows]))
    return path


def test_a_file_is_read_in_order_in_utc_and_by_street(tmp_path: Path) -> None:
    collections = made_up()
    path = written(tmp_path / "bins.csv.gz", collections)
    assert read_collections(path) == [replace(one, street=f"{one.street} street") for one in collections]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("container_slot_id,address\n1,A", "no column collected_at_local"),
        (f"{HEADER}\n1,A,yesterday,50", "line 2: collected_at_local"),
        (f"{HEADER}\n1,A,2016-06-06 05:00:00,101", "line 2: fill_before_pct_of_80"),
        (f"{HEADER}\n1,A,2016-06-06 05:00:00,full", "line 2: fill_before_pct_of_80"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bins.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_collections(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_collections(tmp_path / "none.csv")


@pytest.mark.parametrize("news_h", [0, 24])
def test_nothing_is_foretold_from_what_came_later(news_h: int) -> None:
    collections, way = made_up(), replace(WAY, news_h=news_h)
    cut = len(collections) // 2
    changed = [*collections[:cut], *(replace(one, fill=100 - one.fill) for one in collections[cut:])]
    as_it_was, otherwise = (foretell(some, way, CALENDAR) for some in (collections, changed))
    same = as_it_was.at <= collections[cut].at
    assert same.sum() > 20
    assert (as_it_was.p50[same] == otherwise.p50[same]).all()
    assert (as_it_was.p90[same] == otherwise.p90[same]).all()
    assert (as_it_was.p50[~same] != otherwise.p50[~same]).any()


def test_each_slot_is_foretold_but_for_its_first_collection() -> None:
    collections = made_up()
    foretold = foretell(collections, WAY, CALENDAR)
    assert len(foretold.at) == len(collections) - 6
    assert (foretold.since < foretold.at).all()


def scored(p50: float, p90: float, over: float, found: list[float]) -> Foretold:
    many = np.ones(len(found))
    times = np.arange(len(found))
    return Foretold(
        at=times, since=times, p50=p50 * many, p90=p90 * many, over=over * many, expected=many, found=np.array(found)
    )


def test_scores_are_what_they_say() -> None:
    one = score(scored(60, 80, 0.05, [50.0, 60, 70, 90]))
    assert (one.mae, one.bias) == (12.5, -7.5)
    assert (one.cover, one.cover_under, one.could_miss) == (0.75, 0.75, 1)
    assert one.pinball == pytest.approx((3 + 2 + 1 + 9) / 4)
    assert one.brier == pytest.approx(0.05**2)


def test_bins_that_are_full_are_split_where_their_p90_is_full_too() -> None:
    right = score(scored(80, 100, 0.3, [70.0] * 7 + [100.0] * 3))
    assert right.cover == 1
    assert right.cover_split == pytest.approx(0.9)
    assert np.isnan(right.cover_under)
    assert reliability(scored(80, 100, 0.25, [70.0] * 3 + [100.0])) == [[0.2, 0.3, 4, 0.25, 0.25]]


def test_the_table_has_every_way_and_the_chosen_habit() -> None:
    split = Split(collections=made_up(4, 30), test_from=int((BEGIN + timedelta(days=24)).timestamp()))
    rows = [row_of(split, way, foretell(split.collections, way, CALENDAR)) for way in ways(split)]
    assert len(rows) == COUNT
    assert len({row.way.name for row in rows}) == COUNT
    table = markdown(rows)
    assert "| + spread as it is learnt (conformal): the forecast |" in table
    assert f"Growth bends by {rows[-1].way.habit.exponent:g}; weekdays and holidays" in table
    assert rows[1].test.mae < rows[0].test.mae


def test_the_command_refuses_a_day_without_weeks_before_it(tmp_path: Path) -> None:
    path = written(tmp_path / "bins.csv.gz", made_up(3, 32))
    answer = CliRunner().invoke(app, ["rounds", "evaluate-forecast", str(path), "--test-from", "2016-06-10"])
    assert isinstance(answer.exception, InputError)
    assert "three weeks before" in str(answer.exception)
    shown = CliRunner().invoke(app, ["rounds", "evaluate-forecast", str(path), "--test-from", "2016-07-01", "--json"])
    assert shown.exit_code == 0, shown.output
    assert len(json.loads(shown.output)) == COUNT


if RECORDING.exists():

    def test_edinburgh_is_foretold_within_the_promise() -> None:
        split = Split(
            collections=read_collections(RECORDING), test_from=int(datetime(2016, 7, 17, 23, tzinfo=UTC).timestamp())
        )
        found = score(split.test(foretell(split.collections, WAY, CALENDAR)))
        assert found.count == 3934
        assert found.mae < 13
        assert 0.88 <= found.cover_under <= 0.92
        assert 0.88 <= found.cover_split <= 0.92
        assert found.brier < found.brier_mean
