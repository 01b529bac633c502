"""Fixtures that every component's tests share: one private PostgreSQL a worker, a fresh database a test."""

import os
import secrets
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store.connection import DatabaseRole
from hereabouts_platform.store.migrate import migrate

for name in [name for name in os.environ if name.startswith("HEREABOUTS_")]:
    del os.environ[name]

_numbers = count(1)


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
def shared_data() -> Path | None:
    """Real recordings beside the checkout, when they are there."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None
