"""What benches share: a server as `up` runs it, fresh databases on it, and one big store an engine and size."""

import secrets
import shutil
from collections.abc import Iterator

import psycopg
import pytest
from big_store import SIZES, BigStore, big_store, engines
from drain_feed import DEVICES

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_ingest.profiles import load_profiles
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.migrate import migrate
from hereabouts_platform.store.registry import sync_profiles


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server as `up` runs it: it waits for the disk at every commit."""
    folder = tmp_path_factory.mktemp("postgres")
    account = choose_account(None)
    postgres = Postgres(
        home=server_home(folder, account),
        log=folder / "postgres.log",
        passwords={role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)},
        account=account,
        extra_settings={"track_commit_timestamp": "on"},  # by it `bench_latency` knows when a row was committed
    )
    postgres.start()
    migrate(postgres.url())
    yield postgres
    postgres.stop()
    shutil.rmtree(postgres.home)


@pytest.fixture
def fresh(server: Postgres) -> Iterator[str]:
    """A database with the devices registered and a table for the naive script."""
    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE hereabouts OWNER hereabouts_owner")
    url = server.url(database=name)
    with connect(url, DatabaseRole.OWNER) as owner:
        sync_profiles(owner, [profile.spec for profile in load_profiles().values()])
        numbers = (DEVICES,)
        owner.execute(
            "INSERT INTO place (id, kind, name) SELECT 'h' || n, 'home', 'Home' FROM generate_series(1, %s) n", numbers
        )
        owner.execute(
            "INSERT INTO device (id, profile_id)"
            " SELECT 'A81758FFFE' || lpad(to_hex(n), 6, '0'), 'elsys' FROM generate_series(1, %s) n", numbers
        )  # fmt: skip
        owner.execute("UPDATE device SET id = upper(id)")
        owner.execute(
            "INSERT INTO deployment (device_id, place_id, from_at)"
            " SELECT d.id, 'h' || row_number() OVER (ORDER BY d.id), '2020-01-01Z' FROM device d"
        )
        owner.execute(
            "CREATE TABLE naive (device text, quantity text, time timestamptz, value float8,"
            " PRIMARY KEY (device, quantity, time))"
        )
    yield url
    with psycopg.connect(server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session", params=[(engine, size) for engine in engines() for size in SIZES], ids=str)
def store(request: pytest.FixtureRequest) -> Iterator[BigStore]:
    """A store of 10 M or 100 M readings (BENCH_READINGS says otherwise) on each engine that this machine has."""
    engine, readings = request.param
    with big_store(engine, readings) as made:
        yield made
