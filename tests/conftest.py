"""Fixtures that all tests share: one private PostgreSQL a worker, a fresh database a test, both brokers."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.broker import Broker, BrokerKind, make_broker
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.mosquitto import find_mosquitto
from hereabouts_deploy.embedded.mqtt_probe import Login
from hereabouts_deploy.embedded.ports import free_port
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store.connection import DatabaseRole
from hereabouts_platform.store.migrate import migrate

for name in [name for name in os.environ if name.startswith("HEREABOUTS_")]:
    del os.environ[name]

_numbers = count(1)
KINDS = [BrokerKind.AMQTT, *([BrokerKind.MOSQUITTO] if find_mosquitto() else [])]


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A real server of our own launcher, with the four roles."""
    folder = tmp_path_factory.mktemp("postgres")
    account = choose_account(None)
    server = Postgres(
        home=server_home(folder, account),
        log=folder / "postgres.log",
        passwords={role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)},
        account=account,
        extra_settings={"synchronous_commit": "off", "shared_buffers": "64MB"},
    )
    server.start()
    yield server
    server.stop()
    shutil.rmtree(server.home)  # as root it lies outside pytest's own folder


@pytest.fixture(scope="session")
def template_database(postgres_server: Postgres) -> str:
    """A database with all migrations, to be cloned."""
    migrate(postgres_server.url())
    return "hereabouts"


@pytest.fixture
def database_url(postgres_server: Postgres, template_database: str) -> Iterator[str]:
    """The owner's address of a fresh, migrated database."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template_database} OWNER hereabouts_owner")
    yield postgres_server.url(database=name)
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The embedded servers' folder of `tmp_path`; as root it may lie below /var/lib/hereabouts."""
    folder = server_home(tmp_path, choose_account(None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def brokers(tmp_path: Path, home: Path) -> Iterator[Callable[[BrokerKind], Broker]]:
    """Makes and starts a broker of the kind asked for."""
    started = []

    def start(kind: BrokerKind) -> Broker:
        broker = make_broker(
            kind,
            data_dir=tmp_path,
            home=home,
            account=choose_account(None),
            log=tmp_path / "broker.log",
            port=free_port(),
            login=Login(username="ingest", password=secrets.token_urlsafe(12)),
        )
        broker.start()
        started.append(broker)
        return broker

    yield start
    for broker in started:
        broker.stop()


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, brokers: Callable[[BrokerKind], Broker]) -> Broker:
    """A running embedded broker, of each kind that this machine has."""
    return brokers(request.param)
