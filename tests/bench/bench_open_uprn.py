"""How fast `import places` reads OS Open UPRN, against Python's bare csv reader, and that memory does not grow.

Run with `make bench`, or alone: `.venv/bin/python tests/bench/bench_open_uprn.py [rows]`. The rows are made up, spread
over Great Britain; about one in 200 lies in the area that is taken. Judge ratios and the growth of memory.
"""

import csv
import resource
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import shapely

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.imports.open_uprn import COLUMNS, UprnOptions
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.migrate import migrate

ROWS = 600_000
AREA = shapely.Point(-1.55, 53.8).buffer(0.25)
AT_ONCE = 100_000


def main(rows: int = ROWS) -> None:
    """Print seconds for a third of the rows and for all of them, and by how much the process grew between the two."""
    folder = Path(tempfile.mkdtemp())
    account = choose_account(None)
    server = Postgres(
        home=server_home(folder, account),
        log=folder / "postgres.log",
        passwords={role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)},
        account=account,
    )
    server.start()
    try:
        migrate(server.url())
        with connect(server.url(), DatabaseRole.OWNER) as connection:
            _measure(connection, folder, rows)
    finally:
        server.stop()
        shutil.rmtree(server.home)
        shutil.rmtree(folder, ignore_errors=True)


def _measure(connection: Connection, folder: Path, rows: int) -> None:
    connection.execute(
        "INSERT INTO area (code, vintage, kind, name, boundary, west, south, east, north)"
        " VALUES ('A', '2024', 'ward', 'A', %s, %s, %s, %s, %s)",
        (shapely.to_geojson(AREA), *AREA.bounds),
    )
    principal = principal_named(connection, "system:command")
    print(f"\nimport places, OS Open UPRN, {rows:,} rows")
    for count in (rows // 3, rows):
        path = folder / f"{count}.csv"
        _write(path, count)
        bare = _bare(path)
        started = time.perf_counter()
        report = import_places(connection, principal, path, uprn=UprnOptions(within="A"))
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"  {count:>10,} rows {seconds:6.1f} s {count / seconds / 1000:6.0f}k/s  {seconds / bare:4.1f} x a bare "
            f"csv reader; {report.stored:,} stored, {report.duplicate:,} duplicate; peak {peak:,.0f} MB"
        )


def _bare(path: Path) -> float:
    started = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass
    return time.perf_counter() - started


def _write(path: Path, rows: int) -> None:
    chance = np.random.default_rng(1)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(COLUMNS) + "\n")
        for start in range(0, rows, AT_ONCE):
            many = min(AT_ONCE, rows - start)
            lon, lat = chance.uniform(-5, 1.5, many), chance.uniform(50.5, 56, many)
            east, north = chance.uniform(0, 7e5, many), chance.uniform(0, 12e5, many)
            cells = zip(east.tolist(), north.tolist(), lat.tolist(), lon.tolist(), strict=True)
            file.writelines(
                f"{start + k + 1},{e:.2f},{n:.2f},{y:.7f},{x:.7f}\n" for k, (e, n, y, x) in enumerate(cells)
            )


def test_open_uprn_beside_a_bare_reader() -> None:
    """`make bench` collects this; `make test` does not look into bench files."""
    main()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
