"""Settling the demo town: its files pass the imports, a start that was cut off goes on, a second one does nothing."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest

from hereabouts_deploy.demo.chronicle import Chronicle, read_chronicle
from hereabouts_deploy.demo.clock import origin_before
from hereabouts_deploy.demo.files import write_town, write_truth
from hereabouts_deploy.demo.history import BAD_VALUES, write_history
from hereabouts_deploy.demo.people import write_tenancies
from hereabouts_deploy.demo.settle import HISTORY, SEED, TownFolder, settle
from hereabouts_deploy.demo.world import live_through
from hereabouts_deploy.prepare import bring_up_to_date
from hereabouts_schemas.errors import ConfigError, HereaboutsError

DAYS = 4
STEPS = ("areas", "places", "fleet", "people", "devices", *HISTORY, "assessment")


class Reader:
    """Whoever starts the demo: hears what is said, and may press Ctrl-C when a file is under way."""

    def __init__(self, stop_at: str = "") -> None:
        self.heard: list[str] = []
        self.files: list[str] = []
        self.stop = threading.Event()
        self._stop_at = stop_at

    def say(self, sentence: str) -> None:
        self.heard.append(sentence)

    def watch(self, name: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        self.files.append(name)
        if name == self._stop_at:
            self.stop.set()

    def settles(self, folder: TownFolder, database_url: str) -> Chronicle:
        return settle(folder, database_url, say=self.say, watch=self.watch, stop=self.stop)


@pytest.fixture
def store(database_url: str) -> str:
    bring_up_to_date(database_url)
    return database_url


@pytest.fixture
def folder(tmp_path: Path) -> TownFolder:
    """A town with a few days of history, made and not yet imported."""
    now = datetime.now(UTC).replace(microsecond=0)
    chronicle = Chronicle(seed=SEED, origin=origin_before(now, DAYS), made_at=now)
    world = live_through(SEED, chronicle.origin, now)
    write_town(world.town, chronicle.origin, tmp_path)
    write_truth(world.truth, world.outcomes, tmp_path / "truth.csv")
    write_tenancies(SEED, world.town.homes, chronicle.origin, tmp_path)
    write_history(world, now, tmp_path)
    folder = TownFolder(path=tmp_path)
    chronicle.write(folder.chronicle)
    return folder


def values_in(folder: TownFolder) -> int:
    """How many readings the files should come to: theirs, and a fill level for every distance."""
    tables = {kind: pq.read_table(folder.path / f"{kind}.parquet") for kind in HISTORY}
    own = sum(table.num_rows * (table.num_columns - 2) for table in tables.values())
    return own + tables["bins"].num_rows - BAD_VALUES


def readings(store: str) -> int:
    with psycopg.connect(store) as connection:
        row = connection.execute("SELECT count(*) FROM reading").fetchone()
    assert row is not None
    return int(row[0])


def test_the_town_passes_the_imports_whole(folder: TownFolder, store: str) -> None:
    reader = Reader()
    chronicle = reader.settles(folder, store)
    assert chronicle.done == STEPS
    assert read_chronicle(folder.chronicle) == chronicle
    assert readings(store) == values_in(folder)
    refused = [sentence for sentence in reader.heard if "refused" in sentence]
    assert len(refused) == 1
    assert f"{BAD_VALUES} refused" in refused[0]
    assert set(reader.files) == {f"{kind}.parquet" for kind in HISTORY}
    with psycopg.connect(store) as connection:
        kinds = dict(connection.execute("SELECT kind, count(*) FROM place GROUP BY kind").fetchall())
        assert kinds["home"] == 200
        assert kinds["bin_slot"] == 150
        assert kinds["room"] == connection.execute("SELECT count(*) FROM deployment WHERE mount ? 'room'").fetchone()[0]  # type: ignore[index]
        lies = dict(
            connection.execute(
                "SELECT a.kind, count(*) FROM place_area p JOIN area a USING (code, vintage) GROUP BY a.kind"
            ).fetchall()
        )
        assert lies == dict.fromkeys(("ward", "lsoa", "patch"), sum(kinds.values()))
        assert connection.execute("SELECT count(DISTINCT patch), count(patch) FROM home_patch").fetchone() == (2, 200)
        assert connection.execute("SELECT count(*) FROM tenancy").fetchone() == (200,)
        assert connection.execute("SELECT count(*) FROM case_record WHERE assignee_id IS NULL").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM area WHERE code NOT LIKE 'DEMO-%'").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM job_run WHERE state = 'done'").fetchone() == (1,)
        assert connection.execute("SELECT max(time) < now() FROM reading").fetchone() == (True,)


def test_a_start_that_was_cut_off_goes_on_where_it_was(folder: TownFolder, store: str) -> None:
    impatient = Reader(stop_at="homes.parquet")
    with pytest.raises(HereaboutsError, match="next start goes on"):
        impatient.settles(folder, store)
    left = read_chronicle(folder.chronicle)
    assert left is not None
    assert left.done == ("areas", "places", "fleet", "people", "devices", "weather")
    assert 0 < readings(store) < values_in(folder)
    patient = Reader()
    assert patient.settles(folder, store).done == STEPS
    assert readings(store) == values_in(folder)
    assert not [sentence for sentence in patient.heard if "places" in sentence or "weather" in sentence]
    assert [sentence for sentence in patient.heard if "known already" in sentence]


def test_a_second_start_does_nothing(folder: TownFolder, store: str) -> None:
    first = Reader().settles(folder, store)
    before = readings(store)
    second = Reader()
    assert second.settles(folder, store) == first
    assert second.heard == ["The town is settled already."]
    assert readings(store) == before


def test_a_new_store_under_an_old_folder_is_settled_again(folder: TownFolder, store: str) -> None:
    old = read_chronicle(folder.chronicle)
    assert old is not None
    for step in STEPS:
        old = old.with_done(step)
    old.write(folder.chronicle)
    assert Reader().settles(folder, store).done == STEPS
    assert readings(store) == values_in(folder)


def test_a_chronicle_that_is_none_is_said(tmp_path: Path) -> None:
    path = tmp_path / "town.json"
    path.write_text('{"seed": 1}', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"town\.json"):
        read_chronicle(path)
    assert read_chronicle(tmp_path / "nothing.json") is None


def test_a_chronicle_keeps_its_times(tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    written = Chronicle(seed=5, origin=now - timedelta(days=60), made_at=now, done=("places",))
    written.write(tmp_path / "town.json")
    assert read_chronicle(tmp_path / "town.json") == written
