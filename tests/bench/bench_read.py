"""How fast things are read back: a place's view, 30 days of one datastream by the hour, an area's summary, the map.

`.venv/bin/pytest tests/bench/bench_read.py --override-ini python_files='bench_*.py' --capture no`; BENCH_READINGS says
of which sizes. Judge p95 of two stores of different size against each other (it must not grow), and the area's summary
against 500 ms. `measure` takes any store.
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from big_store import BigStore

from hereabouts_api.access import Caller
from hereabouts_api.area_summary import summarise
from hereabouts_api.views import view_place
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.areas import find_area
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.latest import list_latest
from hereabouts_platform.store.readings import Interval, buckets, datastreams
from hereabouts_platform.store.timeline import list_timeline

TIMES = 200
HOUR = timedelta(hours=1)
MONTH = timedelta(days=30)


@pytest.mark.timeout(7200)
def test_reading_back(store: BigStore) -> None:
    """p95 of each question on a store of this engine and size."""
    print(f"\n{store.engine} {store.readings:,}")
    measure(store.url, area="W1")


def measure(url: str, area: str | None = None, times: int = TIMES) -> dict[str, float]:
    """p95 in milliseconds by what was asked, as the api role on one connection; prints them with the median."""
    with connect(url, DatabaseRole.API) as connection:
        principal = principal_named(connection, "system:command")
        with acting(connection, principal.id):
            caller = Caller(principal=principal, connection=connection)
            asked = _questions(caller, area)
            return {name: _p95(name, ask, times if name != "area summary" else 20) for name, ask in asked.items()}


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
        start = (end - MONTH).replace(minute=0)
        questions["area summary"] = lambda: summarise(connection, found, ["air_temperature"], start, start + MONTH)
    return questions


def _newest(connection: Connection, streams: list[int]) -> datetime:
    row = connection.execute("SELECT max(time) FROM latest_of(%s)", (streams,)).fetchone()
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
