"""Homes with readings and hours, made by the server itself, for the benches of reading back."""

import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.migrate import migrate

sys.path.append(str(Path(__file__).parents[2] / "deploy" / "ci"))

from timescale_server import server_in

START = datetime(2026, 1, 1, tzinfo=UTC)
QUANTITIES = ("air_temperature", "relative_humidity")
INTERVAL_S = 1800


@contextmanager
def served(engine: str) -> Iterator[str]:
    """The owner's address of a fresh, migrated store on a private server, `plain` or `timescale`."""
    folder = Path(tempfile.mkdtemp())
    server = _plain(folder) if engine == "plain" else server_in(folder)
    server.start()
    try:
        migrate(server.url())
        yield server.url()
    finally:
        server.stop()
        shutil.rmtree(server.home)
        shutil.rmtree(folder, ignore_errors=True)


def _plain(folder: Path) -> Postgres:
    account = choose_account(None)
    return Postgres(
        home=server_home(folder, account),
        log=folder / "postgres.log",
        passwords={role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)},
        account=account,
        extra_settings={"synchronous_commit": "off", "max_wal_size": "8GB"},
    )


def fill(url: str, *, homes: int, readings: int) -> None:
    """`homes` with two datastreams each; `readings` in order of time."""
    with connect(url, DatabaseRole.OWNER) as connection:
        _homes(connection, homes)
        steps = readings // (homes * len(QUANTITIES))
        for day in range(0, steps * INTERVAL_S // 86_400 + 32, 28):
            connection.execute("SELECT make_partition('reading', %s)", (START + timedelta(days=day),))
        connection.execute(
            "INSERT INTO reading SELECT s.id, 1, %s + n * %s, 15 + (s.id * 7 + n) %% 100 / 10.0"
            " FROM generate_series(0, %s) AS n CROSS JOIN datastream s",
            (START, timedelta(seconds=INTERVAL_S), steps - 1),
        )
        connection.execute(
            "INSERT INTO latest SELECT id, 1, %s, 20 FROM datastream", (START + steps * timedelta(seconds=INTERVAL_S),)
        )
        connection.execute("VACUUM ANALYZE")


def _homes(connection: Connection, homes: int) -> None:
    connection.execute(
        "INSERT INTO profile VALUES ('bench', 'Bench', 'Bench', '1', %s, %s) ON CONFLICT DO NOTHING",
        (INTERVAL_S, list(QUANTITIES)),
    )
    connection.execute(
        "INSERT INTO place (id, kind, name, lon, lat) SELECT 'H' || n, 'home', 'Home ' || n, -1.5, 53.8"
        " FROM generate_series(1, %s) AS n",
        (homes,),
    )
    connection.execute("INSERT INTO device (id, profile_id) SELECT 'D' || id, 'bench' FROM place")
    connection.execute(
        "INSERT INTO deployment (device_id, place_id, from_at) SELECT 'D' || id, id, %s FROM place", (START,)
    )
    connection.execute(
        "INSERT INTO datastream (deployment_id, quantity, unit, kind) SELECT d.id, q, '1', 'measurement'"
        " FROM unnest(%s::text[]) AS q CROSS JOIN deployment d",
        (list(QUANTITIES),),
    )
