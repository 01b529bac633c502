"""Migrations: numbered plain SQL, applied in order, once, under a lock, with checksums.

A file is `NNNN_what.sql`, or `NNNN_what.<engine>.sql` where the servers differ (one variant a server, same number). A
first line `-- no-transaction` runs its statements outside a transaction.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from psycopg import sql

from hereabouts_platform.store.connection import Connection, DatabaseRole, take_role
from hereabouts_platform.store.engine import Engine, detect, equip, have_postgis
from hereabouts_platform.store.queries import load
from hereabouts_platform.store.roles import ensure_roles
from hereabouts_schemas.errors import ConfigError

SQL = load("migrate")
_FILE = re.compile(r"^(?P<number>\d{4})_(?P<what>\w+?)(?:\.(?P<engine>plain|timescale))?\.sql$")
_LOCK = 0x48657265  # "Here": one migration at a time in a database


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    """One file: its number, what it does, its text."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def in_transaction(self) -> bool:
        """Whether it runs in a transaction (the rule) or says `-- no-transaction` in its first line."""
        return not self.text.startswith("-- no-transaction")


def migrations_for(engine: Engine) -> list[Migration]:
    """The migrations of this release for one server, in order.

    Raises:
        ValueError: a file's name does not follow the pattern, or a number stands twice.
    """
    found: dict[int, Migration] = {}
    for entry in sorted(files("hereabouts_platform.store").joinpath("migrations").iterdir(), key=lambda e: e.name):
        match = _FILE.match(entry.name)
        if match is None:
            raise ValueError(f"{entry.name} is not NNNN_what[.plain|.timescale].sql")
        if match["engine"] not in (None, engine.value):
            continue
        number = int(match["number"])
        if number in found:
            raise ValueError(f"migration number {number} stands twice")
        found[number] = Migration(number=number, name=match["what"], text=entry.read_text(encoding="utf-8"))
    return [found[number] for number in sorted(found)]


def migrate(url: str) -> list[Migration]:
    """Bring the database at `url` up to this release; returns what was applied now.

    The login is the owner role, or one that may become it.

    Raises:
        ConfigError: the login may not make roles or tables, a migration that was applied has changed since, or the
            database is newer than this release; the server is too old.
    """
    with psycopg.connect(url, autocommit=True, application_name="hereabouts migrate") as connection:
        ensure_roles(connection)
        have_postgis(connection)
        try:  # a GRANT that this login may not give is a mere warning; making a table tells
            _hand_over(connection)
            take_role(connection, DatabaseRole.OWNER)
            connection.execute(SQL["lock"], (_LOCK,))
            connection.execute(SQL["create_table"])
        except psycopg.errors.InsufficientPrivilege as error:
            raise ConfigError(_ask_for_rights(connection)) from error
        pending = _pending(connection, migrations_for(detect(connection).engine))
        for migration in pending:
            _apply(connection, migration)
        equip(connection)
        return pending  # closing the connection gives the lock back


def _hand_over(connection: Connection) -> None:
    """Let the owner role make schemas, trusted extensions and tables in this database."""
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO hereabouts_owner").format(database))
    connection.execute(SQL["hand_over_schema"])


def _ask_for_rights(connection: Connection) -> str:
    login, database = connection.info.user, connection.info.dbname
    return (
        f"The login {login} may not set up the database {database}. As an administrator of the server run "
        f"ALTER DATABASE {database} OWNER TO {login}; and, in that database, GRANT ALL ON SCHEMA public TO {login} "
        "WITH GRANT OPTION; then run this again."
    )


def is_current(connection: Connection) -> bool:
    """Whether every migration of this release has been applied; those of a later one may be there too."""
    if not is_set_up(connection):
        return False
    return set(applied_migrations(connection)) >= {
        migration.number for migration in migrations_for(detect(connection).engine)
    }


def is_set_up(connection: Connection) -> bool:
    """Whether any release ever set this database up."""
    return connection.execute(SQL["has_table"]).fetchone() == (True,)


def applied_migrations(connection: Connection) -> list[int]:
    """The numbers of the migrations that were applied, in order."""
    return [number for number, _ in connection.execute(SQL["applied"])]


def _pending(connection: Connection, known: list[Migration]) -> list[Migration]:
    applied: dict[int, str] = dict(connection.execute(SQL["applied"]).fetchall())
    by_number = {migration.number: migration for migration in known}
    for number, checksum in applied.items():
        if number not in by_number:
            raise ConfigError(f"The database holds migration {number:04d}, which this release does not know: upgrade.")
        if by_number[number].checksum != checksum:
            raise ConfigError(f"Migration {number:04d} was applied with another text than this release has.")
    return [migration for migration in known if migration.number not in applied]


def _apply(connection: Connection, migration: Migration) -> None:
    # The text is a file of this package, never anything built at run time.
    text = migration.text.encode()
    record = (migration.number, migration.name, migration.checksum)
    if migration.in_transaction:
        with connection.transaction():
            connection.execute(text)
            connection.execute(SQL["record"], record)
        return
    for statement in migration.text.split(";\n"):
        if statement.strip():
            connection.execute(statement.encode())
    connection.execute(SQL["record"], record)
