"""Fixtures that all tests share: private servers of both engines, a fresh database a test, both brokers.

Tests of the folders in BOTH_ENGINES run on plain PostgreSQL and on TimescaleDB; the others on plain PostgreSQL, unless
they ask for `engine` by name. A file or test of those folders is marked `one_engine`, and runs on plain PostgreSQL
alone, when it is about who may ask, in which form, or how a page looks and is used, not about what the store keeps or
finds, and when all its statements are also run by tests that have both. Where TimescaleDB is not
(`deploy/ci/timescale`), the header says so and plain PostgreSQL stands alone; with CI=true it must be there.
"""

import inspect
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from memory_folder import memory_folder
from timescale_server import TimescaleServer, find_root, server_in

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.broker import Broker, make_broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.mosquitto import find_mosquitto
from hereabouts_deploy.embedded.mqtt_probe import Login
from hereabouts_deploy.embedded.ports import free_port
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store.connection import DatabaseRole
from hereabouts_platform.store.engine import Engine
from hereabouts_platform.store.migrate import migrate

for name in [name for name in os.environ if name.startswith("HEREABOUTS_")]:
    del os.environ[name]

# Hundreds of tests start a command: each would compile all that it imports anew, seconds of computing, where it may not
# keep what it compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_numbers = count(1)
KINDS = [BrokerKind.AMQTT, *([BrokerKind.MOSQUITTO] if find_mosquitto() else [])]


HAS_TIMESCALE = find_root() is not None
BOTH_ENGINES = {"platform", "ingest", "api", "system"}
LONGEST_FIRST = ("deploy/test_demo_start", "system/test_kill", "system/", "deploy/", "api/", "platform/")

Server = Postgres | TimescaleServer


def pytest_configure(config: pytest.Config) -> None:
    """Nothing may be left out where the whole is checked."""
    config.addinivalue_line("markers", "one_engine: about form and looks; other tests run its statements on both")
    if os.environ.get("CI") == "true" and not HAS_TIMESCALE:
        raise pytest.UsageError("TimescaleDB is missing, and CI=true. Make it first, as root: deploy/ci/timescale")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make schema` writes down what the migrations make; `deploy/ci/oldest` wants rules and reckoning alone."""
    parser.addoption("--renew-schema", action="store_true", help="write the schema that is kept anew")
    parser.addoption("--without-servers", action="store_true", help="only tests that need no database and no broker")


@pytest.hookimpl(trylast=True)  # after pytest has brought together what shares a server
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a server, where that was asked for; let workers begin with what takes longest."""
    if config.getoption("--without-servers"):
        served = [item for item in items if {"servers", "brokers"} & set(getattr(item, "fixturenames", ()))]
        config.hook.pytest_deselected(items=served)
        items[:] = [item for item in items if item not in served]
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """When a file has its turn among several workers: a long one at the end would leave the others idle."""
    inside = item.path.relative_to(Path(__file__).parent).as_posix()
    return next((turn for turn, start in enumerate(LONGEST_FIRST) if inside.startswith(start)), len(LONGEST_FIRST))


def pytest_report_header() -> str:
    """Which servers the tests run on."""
    if not HAS_TIMESCALE:
        return "engines: plain PostgreSQL alone; for TimescaleDB too, as root: deploy/ci/timescale"
    return "engines: plain PostgreSQL and TimescaleDB"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that needs a database runs on the engines that its folder asks for."""
    if "engine" not in metafunc.fixturenames:
        return
    folder = metafunc.definition.path.relative_to(Path(__file__).parent).parts[0]
    by_folder = folder in BOTH_ENGINES and metafunc.definition.get_closest_marker("one_engine") is None
    both = by_folder or "engine" in inspect.signature(metafunc.function).parameters
    engines = list(Engine) if both and HAS_TIMESCALE else [Engine.PLAIN]
    metafunc.parametrize("engine", engines, ids=str, indirect=True, scope="session")


def make_plain(folder: Path) -> Postgres:
    """A server of our own launcher. What would make it outlast a power cut is off: tests need speed more."""
    account = choose_account(None)
    settings = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "wal_compression": "off"}
    settings["max_wal_size"] = "512MB"  # the databases of tests lie in memory, see memory_folder
    return Postgres(
        home=server_home(folder, account),
        log=folder / "postgres.log",
        passwords={role: secrets.token_urlsafe(12) for role in (SUPERUSER, *DatabaseRole)},
        account=account,
        extra_settings=settings | {"shared_buffers": "64MB"},
    )


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Engine], Server]]:
    """The server of each engine, with the four roles, started when it is first asked for."""
    started: list[Server] = []
    with memory_folder(tmp_path_factory.mktemp("servers")) as folder:

        @cache
        def server(engine: Engine) -> Server:
            make = make_plain if engine is Engine.PLAIN else server_in
            of_engine = folder / engine
            of_engine.mkdir()
            of_engine.chmod(0o711)  # whatever the umask: as root, servers run as another
            started.append(make(of_engine))
            started[-1].start()
            return started[-1]

        yield server
        for one in started:
            one.stop()
            shutil.rmtree(one.home)  # as root it may lie outside this folder


@pytest.fixture(scope="session")
def has_timescale() -> bool:
    """Whether this machine has the other engine."""
    return HAS_TIMESCALE


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> Engine:
    """The engine that this test runs on."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture(scope="session")
def postgres_server(servers: Callable[[Engine], Server], engine: Engine) -> Server:
    """A real server of this engine."""
    return servers(engine)


@pytest.fixture(scope="session")
def template_database(postgres_server: Server) -> str:
    """A database with all migrations, to be cloned."""
    migrate(postgres_server.url())
    return "hereabouts"


@pytest.fixture
def database_url(postgres_server: Server, template_database: str) -> Iterator[str]:
    """The owner's address of a fresh, migrated database."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY FILE_COPY OWNER hereabouts_owner"
        )
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
