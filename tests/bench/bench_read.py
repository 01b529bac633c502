"""How fast things are read back: a place's view, 30 days of one datastream by the hour, an area's summary, the map.

Run with `make bench`, or alone: `.venv/bin/python tests/bench/bench_read.py [readings] [plain|timescale]`. Judge p95 of
two stores of different size against each other (they must not grow), and the area's summary against 500 ms. `measure`
takes any store.
"""

import importlib.util
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

from hereabouts_api.access import Caller
from hereabouts_api.area_summary import summarise
from hereabouts_api.views import view_place
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.areas import find_area
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.latest import list_latest
from hereabouts_platform.store.readings import Interval, buckets, datastreams
from hereabouts_platform.store.timeline import list_timeline

READINGS = 5_000_000
HOMES = 2500  # 5,000 datastreams
TIMES = 200
HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)


def main(readings: int = READINGS, engine: str = "plain") -> None:
    """Make a store of two sizes and print both."""
    town = _town()
    for size in (readings // 10, readings):
        with town.served(engine) as url:
            town.fill(url, homes=HOMES, readings=size, hours_of=MONTH)
            print(f"\n{engine}, {size:,} readings, {HOMES * 2:,} datastreams")
            measure(url, area="W1")


def measure(url: str, area: str | None = None, times: int = TIMES) -> dict[str, float]:
    """p95 in milliseconds by what was asked, as the api role on one connection; prints them with the median."""
    with connect(url, DatabaseRole.API) as connection:
        principal = principal_named(connection, "system:command")
        with acting(connection, principal.id):
            caller = Caller(principal=principal, connection=connection)
            asked = _questions(caller, area)
            return {name: _p95(name, ask, times if name != "area summary" else 5) for name, ask in asked.items()}


def _questions(caller: Caller, area: str | None) -> dict[str, Callable[[], object]]:
    connection = caller.connection
    chance = random.Random(1)
    homes = [row[0] for row in connection.execute("SELECT id FROM place WHERE kind = 'home' ORDER BY id LIMIT 5000")]
    streams = [row[0] for row in connection.execute("SELECT id FROM datastream ORDER BY id")]
    end = _newest(connection, streams)
    month = Interval(from_at=end - MONTH, to_at=end)
    now = datetime.now(UTC)
    questions: dict[str, Callable[[], object]] = {
        "place view": lambda: view_place(caller, chance.choice(homes), now),
        "30 days by the hour": lambda: buckets(
            connection, datastreams(connection, [chance.choice(streams)]), month, HOUR, after=None, most=1001
        ),
        "timeline": lambda: list_timeline(connection, chance.choice(homes), Interval(), behind=None, most=101),
        "map, 1,000 of it": lambda: list_latest(
            connection, now=now, box=None, quantities=None, after=chance.choice(streams), most=1001
        ),
    }
    found = find_area(connection, area) if area is not None else None
    if found is not None:
        start = _first_hour(connection, streams[0])
        questions["area summary"] = lambda: summarise(connection, found, ["air_temperature"], start, start + MONTH)
    return questions


def _newest(connection: Connection, streams: list[int]) -> datetime:
    row = connection.execute("SELECT max(time) FROM latest_of(%s)", (streams,)).fetchone()
    assert row is not None
    return row[0]


def _first_hour(connection: Connection, stream: int) -> datetime:
    statement = "SELECT min(h) FROM hours_by_stream(ARRAY[%s], '-infinity', 'infinity') f, unnest(f.hours) AS h"
    row = connection.execute(statement, (stream,)).fetchone()
    assert row is not None
    return row[0]


def _p95(name: str, ask: Callable[[], object], times: int) -> float:
    ask()
    took = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        took.append((time.perf_counter() - started) * 1000)
    p95 = statistics.quantiles(took, n=20)[-1]
    print(f"  {name:22} median {statistics.median(took):8.1f} ms   p95 {p95:8.1f} ms")
    return p95


def _town() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reading_town", Path(__file__).with_name("reading_town.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_reading_back() -> None:
    """`make bench` collects this; `make test` does not look into bench files."""
    main()


if __name__ == "__main__":
    main(*(int(text) if text.isdecimal() else text for text in sys.argv[1:]))
