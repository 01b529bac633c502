"""How near an export of readings comes to a bare binary COPY out of the same rows, in one run, and what it holds.

Run with `make bench`, or alone: `.venv/bin/python tests/bench/bench_export.py [rows] [plain|timescale]`. Judge the
ratios, not the seconds. `measure` takes any store.
"""

import importlib.util
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hereabouts_platform.exports.export import plan_series, series
from hereabouts_platform.exports.forms import Form
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.exports import Grain, Selection
from hereabouts_platform.store.readings import Interval

ROWS = 1_000_000
FORMS = (Form.PARQUET, Form.ARROW, Form.CSV)
MOST_BYTES = 300_000_000


def main(rows: int = ROWS, engine: str = "plain") -> None:
    """Print seconds and ratios on a store made for it."""
    town = _town()
    with town.served(engine) as url:
        town.fill(url, homes=2500, readings=rows)
        measure(url)


def measure(url: str, interval: Interval | None = None) -> dict[str, float]:
    """Seconds of a bare COPY and of exports in each form over `interval`, as multiples of it; prints them."""
    wanted = interval or Interval()
    bare = min(_bare(url, wanted) for _ in range(3))
    rows = _count(url, wanted)
    print(f"\nexport of {rows:,} readings; a bare binary COPY out of the same rows = 1.0")
    print(f"  bare COPY  {bare:6.2f} s  1.0")
    ratios = {}
    for form in FORMS:
        seconds, size, peak = _alone(url, wanted, form)
        ratios[form.value] = seconds / bare
        print(f"  {form:9}  {seconds:6.2f} s  {seconds / bare:3.1f}  {size / 1e6:7.1f} MB, memory {peak / 1e6:.0f} MB")
    return ratios


def _bare(url: str, interval: Interval) -> float:
    started = time.perf_counter()
    with connect(url, DatabaseRole.OWNER) as connection, connection.cursor() as cursor:
        condition = "time >= %s AND time < %s"
        values = (interval.from_at or "-infinity", interval.to_at or "infinity")
        statement = f"COPY (SELECT datastream_id, time, value FROM reading WHERE {condition}) TO STDOUT (FORMAT BINARY)"
        with cursor.copy(statement, values) as copy:
            for _ in copy:
                pass
    return time.perf_counter() - started


def _count(url: str, interval: Interval) -> int:
    with connect(url, DatabaseRole.OWNER) as connection:
        values = (interval.from_at or "-infinity", interval.to_at or "infinity")
        row = connection.execute("SELECT count(*) FROM reading WHERE time >= %s AND time < %s", values).fetchone()
        return row[0] if row else 0


def _alone(url: str, interval: Interval, form: Form) -> tuple[float, int, int]:
    """Seconds, bytes and the most memory of an export in a process of its own."""
    ends = [at.isoformat() if at else "" for at in (interval.from_at, interval.to_at)]
    command = [sys.executable, __file__, "--one", url, form.value, *ends]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(answer[0]), int(answer[1]), int(answer[2])


def _one(url: str, form: str, *ends: str) -> None:
    from hereabouts_schemas.times import parse_time

    from_at, to_at = (parse_time(end) if end else None for end in ends)
    interval = Interval(from_at=from_at, to_at=to_at)
    size = 0

    def run() -> None:
        nonlocal size
        with connect(url, DatabaseRole.API) as connection:
            principal = principal_named(connection, "system:command")
            with acting(connection, principal.id):
                planned = plan_series(
                    connection, principal, Selection(interval=interval), grain=Grain.READINGS, form=Form(form), query={}
                )
                with closing(series(connection, planned)) as pieces:
                    size = sum(map(len, pieces))

    seconds = min(_seconds(run) for _ in range(2))
    print(seconds, size, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _town() -> object:
    spec = importlib.util.spec_from_file_location("reading_town", Path(__file__).with_name("reading_town.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_export_beside_a_bare_copy() -> None:
    """`make bench` collects this; `make test` does not look into bench files."""
    main()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(*sys.argv[2:])
    else:
        main(*(int(text) if text.isdecimal() else text for text in sys.argv[1:]))
