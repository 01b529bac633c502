"""How near `import readings` comes to a bare COPY of the same rows into the same table, in one run.

Run with `make bench`, or alone: `.venv/bin/python tests/bench/bench_import.py [rows]`. It starts a private PostgreSQL
with the settings of `hereabouts up` (fsync and synchronous_commit on). Judge the ratios, not the seconds.
"""

import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.imports.devices import import_devices
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.readings import import_readings
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.migrate import migrate
from hereabouts_platform.store.registry import sync_profiles
from hereabouts_schemas.profile import FieldSpec, Profile

ROWS = 600_000
HOMES = 200
QUANTITIES = {"air_temperature": (15, 25), "relative_humidity": (40, 90), "co2": (400, 2000)}
START_S = 1_767_225_600  # 1 January 2026
INTERVAL_S = 1800


def main(rows: int = ROWS) -> None:
    """Print seconds and ratios: a bare COPY (sorted), then the import of Parquet and CSV, then the same again."""
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
    _town(connection, folder)
    _write_files(folder, rows)
    principal = principal_named(connection, "system:command")

    def run(name: str) -> None:
        import_readings(connection, principal, folder / name)

    run("readings.parquet")
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY (SELECT * FROM reading ORDER BY 1, 3) TO STDOUT (FORMAT BINARY)") as out,
    ):
        frame = b"".join(bytes(block) for block in out)
    bare = _seconds(connection, lambda: _bare_copy(connection, frame))
    print(f"\nimport readings, {rows:,} values, {HOMES * len(QUANTITIES)} datastreams, one bare COPY = 1.0")
    print(f"  bare COPY            {bare:6.1f} s  {rows / bare / 1000:5.0f}k/s   1.0")
    for name in ("readings.parquet", "readings.csv", "wide.csv"):
        _say(name, _seconds(connection, lambda name=name: run(name)), bare, rows)
    started = time.perf_counter()
    run("readings.csv")
    _say("readings.csv again", time.perf_counter() - started, bare, rows)


def _say(name: str, seconds: float, bare: float, rows: int) -> None:
    print(f"  {name:20} {seconds:6.1f} s  {rows / seconds / 1000:5.0f}k/s  {seconds / bare:4.1f}")


def _seconds(connection: Connection, work: Callable[[], None]) -> float:
    connection.execute("TRUNCATE reading, latest")
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare_copy(connection: Connection, frame: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy("COPY reading FROM STDIN (FORMAT BINARY)") as copy:
        for start in range(0, len(frame), 1 << 20):
            copy.write(frame[start : start + (1 << 20)])


def _town(connection: Connection, folder: Path) -> None:
    fields = tuple(FieldSpec(path=name, quantity=name, unit="1") for name in QUANTITIES)
    profile = Profile(
        id="bench", title="Bench", maker="Bench", version="1", interval_s=INTERVAL_S, has_decoder=False, fields=fields
    )
    sync_profiles(connection, [profile])
    principal = principal_named(connection, "system:command")
    places = "".join(f"H{number},home,Home {number}\n" for number in range(HOMES))
    (folder / "places.csv").write_text(f"id,kind,name\n{places}")
    import_places(connection, principal, folder / "places.csv")
    devices = "".join(f"DEV{number:05d},bench,H{number},2025-12-01\n" for number in range(HOMES))
    (folder / "devices.csv").write_text(f"id,profile,place,from\n{devices}")
    import_devices(connection, principal, folder / "devices.csv")


def _write_files(folder: Path, rows: int) -> None:
    """The same readings long as Parquet and CSV, and wide as CSV; in order of time, as an export has them."""
    per_quantity = rows // len(QUANTITIES)
    number = np.arange(per_quantity)
    device = pa.array([f"DEV{home:05d}" for home in range(HOMES)]).take(pa.array(number % HOMES))
    seconds = START_S + number // HOMES * INTERVAL_S + number % HOMES * 7
    time_text = pa.array(np.char.add(np.datetime_as_string(seconds.astype("datetime64[s]")), "Z"))
    chance = np.random.default_rng(1)
    values = {name: np.round(chance.uniform(*span, per_quantity), 1) for name, span in QUANTITIES.items()}
    wide = pa.table({"device": device, "time": time_text, **values})
    order = pa.array(np.argsort(np.tile(number, len(QUANTITIES)), kind="stable"))
    long = pa.concat_tables(
        [
            pa.table({"device": device, "quantity": [name] * per_quantity, "time": time_text, "value": values[name]})
            for name in values
        ]
    ).take(order)
    plain = pyarrow.csv.WriteOptions(quoting_style="none")
    pyarrow.csv.write_csv(wide, folder / "wide.csv", plain)
    pyarrow.csv.write_csv(long, folder / "readings.csv", plain)
    stamps = long["time"].cast(pa.timestamp("s", tz="UTC"))
    pyarrow.parquet.write_table(long.set_column(2, "time", stamps), folder / "readings.parquet")


def test_import_beside_a_bare_copy() -> None:
    """`make bench` collects this; `make test` does not look into bench files."""
    main()


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
