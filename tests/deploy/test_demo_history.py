"""The demo town's history files: what is in them, and that nothing in them lies ahead of the end asked for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from hereabouts_deploy.demo.clock import origin_before
from hereabouts_deploy.demo.history import BAD_VALUES, write_history
from hereabouts_deploy.demo.world import HISTORY_DAYS, World, live_through
from hereabouts_schemas.quantity import QUANTITIES

END = datetime(2026, 11, 22, 2, 36, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return live_through(3, origin_before(END, HISTORY_DAYS), END)


@pytest.fixture(scope="module")
def history(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pa.Table]:
    files: list[Path] = write_history(world, END, tmp_path_factory.mktemp("history"))
    return {path.stem: pq.read_table(path) for path in files}


def test_every_kind_of_device_is_there(world: World, history: dict[str, pa.Table]) -> None:
    assert list(history) == ["weather", "homes", "bins", "footfall"]
    devices = {name for table in history.values() for name in pc.unique(table["device"]).to_pylist()}
    assert devices == {device.id for device in world.town.devices}
    values = sum(table.num_rows * (table.num_columns - 2) for table in history.values())
    assert 1_500_000 < values < 2_000_000


def test_times_lie_in_the_sixty_days_and_never_repeat(world: World, history: dict[str, pa.Table]) -> None:
    for table in history.values():
        assert world.origin <= pc.min(table["time"]).as_py()
        assert pc.max(table["time"]).as_py() <= END
        assert END - pc.max(table["time"]).as_py() < timedelta(hours=1)
        pairs = table.group_by(["device", "time"]).aggregate([])
        assert pairs.num_rows == table.num_rows


def test_only_a_few_values_are_bad(history: dict[str, pa.Table]) -> None:
    bad = 0
    for table in history.values():
        for name in table.column_names[2:]:
            quantity, values = QUANTITIES[name.split(":")[0]], table[name].to_numpy()
            bad += int(np.sum((values < quantity.low) | (values > quantity.high)))
    assert bad == BAD_VALUES


def test_feeds_have_gaps(history: dict[str, pa.Table]) -> None:
    full = HISTORY_DAYS * 48 * len(pc.unique(history["homes"]["device"]))
    assert 0.9 < history["homes"].num_rows / full < 0.99
