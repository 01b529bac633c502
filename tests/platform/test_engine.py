"""The one module that knows which server it is on: what it finds, what it makes of it, what it refuses."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.types.json import Jsonb

from hereabouts_platform.store import engine as module
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import (
    Engine,
    Statement,
    columnstore_statements,
    detect,
    equip,
    make_room,
)
from hereabouts_platform.store.migrate import migrate
from hereabouts_schemas.errors import ConfigError

SQUARE = {"type": "Polygon", "coordinates": [[[-1.6, 53.7], [-1.4, 53.7], [-1.4, 53.9], [-1.6, 53.9], [-1.6, 53.7]]]}
NEAR = "ST_MakeEnvelope(-1.51, 53.79, -1.49, 53.81, 4326)"


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    """The owner on a fresh database."""
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


def one(connection: Connection, statement: str, *values: object) -> object:
    row = connection.execute(statement, values or None).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def test_it_finds_the_server_it_is_on(owner: Connection, engine: Engine) -> None:
    found = detect(owner)
    assert found.engine is engine
    assert found.server_version == one(owner, "SHOW server_version")
    assert found.extensions["btree_gist"]
    assert ("timescaledb" in found.extensions) == (engine is Engine.TIMESCALE)
    assert found.licence == ("apache" if engine is Engine.TIMESCALE else None)
    assert not found.has_columnstore


def test_readings_lie_in_chunks_or_in_partitions_of_their_own_time(owner: Connection, engine: Engine) -> None:
    times = [datetime(1999, 12, 31, 23, tzinfo=UTC), datetime(2016, 3, 27, 1, tzinfo=UTC), datetime.now(UTC)]
    make_room(owner, engine, "reading", times)
    for at in times:
        owner.execute("INSERT INTO reading VALUES (1, 1, %s, 2.5)", (at,))
    where = "SELECT count(DISTINCT tableoid), bool_or(tableoid = 'reading'::regclass) FROM reading"
    assert owner.execute(where).fetchone() == (3, False)
    hypertables = "SELECT count(*) FROM pg_class WHERE relname = 'reading' AND relkind = 'r'"
    assert one(owner, hypertables) == (1 if engine is Engine.TIMESCALE else 0)


def test_two_that_need_one_partition_at_once_both_get_it(owner: Connection, engine: Engine, database_url: str) -> None:
    asked = "SELECT make_partition('batch', '2026-03-03Z')"
    with connect(database_url, DatabaseRole.OWNER) as second, ThreadPoolExecutor(1) as pool:
        with owner.transaction():
            owner.execute(asked)
            waiting = pool.submit(second.execute, asked)
            while not owner.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchall():
                assert not waiting.done(), waiting.result()
        assert waiting.result(30).fetchall()


def test_asking_for_a_partition_of_a_hypertable_is_nothing(owner: Connection, engine: Engine) -> None:
    owner.execute("SELECT make_partition('reading', '2020-05-05Z')")
    made = one(owner, "SELECT to_regclass('reading_2020_05')")
    assert made == (None if engine is Engine.TIMESCALE else "reading_2020_05")


@pytest.mark.parametrize(("name", "oldest"), [("OLDEST_POSTGRES", 99), ("OLDEST_TIMESCALE", (99, 1))])
def test_a_server_that_is_too_old_is_refused_in_a_sentence(
    owner: Connection, engine: Engine, monkeypatch: pytest.MonkeyPatch, name: str, oldest: object
) -> None:
    """No old server is at hand: the bound is raised instead."""
    monkeypatch.setattr(module, name, oldest)
    if name == "OLDEST_TIMESCALE" and engine is Engine.PLAIN:
        assert detect(owner).engine is Engine.PLAIN
        return
    with pytest.raises(ConfigError, match=r"Hereabouts needs 99(\.1)? or later"):
        detect(owner)


def statements() -> list[Statement]:
    return columnstore_statements()


@pytest.mark.parametrize("number", range(len(statements())))
def test_the_server_understands_what_only_another_licence_may_do(
    owner: Connection, engine: Engine, number: int
) -> None:
    """Debian's TimescaleDB refuses these for its licence, after it has read them and found what they name."""
    statement, values = statements()[number]
    with pytest.raises(psycopg.Error) as caught:
        owner.execute(statement, values)
    if engine is Engine.TIMESCALE:
        assert isinstance(caught.value, psycopg.errors.FeatureNotSupported)
        assert 'not supported under the current "apache" license' in str(caught.value)


MISSPELT = ["timescaledb.segmentby", "timescaledb.orderby", "timescaledb.enable", "after =>", "_exists =>"]


@pytest.mark.parametrize("word", MISSPELT)
def test_what_is_misspelt_is_told_from_what_the_licence_forbids(owner: Connection, engine: Engine, word: str) -> None:
    holding = [(statement, values) for statement, values in statements() if word in statement]
    assert holding
    for statement, values in holding:
        with pytest.raises(psycopg.Error) as caught:
            owner.execute(statement.replace(word, "x" + word), values)
        assert "license" not in str(caught.value)


def put_place(owner: Connection, place: str, *, lon: float | None, lat: float | None, polygon: object = None) -> None:
    owner.execute(
        "INSERT INTO place (id, kind, name, lon, lat, polygon) VALUES (%s, 'building', 'A place', %s, %s, %s)",
        (place, lon, lat, None if polygon is None else Jsonb(polygon)),
    )


@pytest.fixture
def places(owner: Connection) -> Connection:
    put_place(owner, "point", lon=-1.5, lat=53.8)
    put_place(owner, "outline", lon=-1.55, lat=53.75, polygon=SQUARE)
    put_place(owner, "odd outline", lon=-1.5, lat=53.8, polygon={"type": "Polygon", "coordinates": "none"})
    put_place(owner, "nowhere", lon=None, lat=None)
    put_place(owner, "far", lon=0.5, lat=51.5)
    return owner


def test_places_have_a_geometry_where_there_is_postgis(places: Connection, engine: Engine) -> None:
    found = detect(places)
    assert found.has_geometry == (engine is Engine.TIMESCALE)
    if not found.has_geometry:
        assert "postgis" not in found.extensions
        return
    shapes = dict(places.execute("SELECT id, ST_AsText(geom) FROM place_geometry").fetchall())
    assert shapes["point"] == shapes["odd outline"] == "POINT(-1.5 53.8)"
    assert shapes["outline"].startswith("POLYGON((-1.6 53.7,")
    assert shapes["nowhere"] is None
    near = places.execute(f"SELECT id FROM place_geometry WHERE geom && {NEAR} ORDER BY id").fetchall()  # type: ignore[arg-type]
    assert near == [("odd outline",), ("outline",), ("point",)]
    columns = places.execute("SELECT srid, type FROM geometry_columns WHERE f_table_schema = 'public'")
    assert columns.fetchall() == [(4326, "GEOMETRY")]


def test_a_look_at_a_small_area_uses_the_spatial_index(places: Connection, engine: Engine) -> None:
    if engine is Engine.PLAIN:
        assert one(places, "SELECT to_regclass('place_shape_index')") is None
        return
    places.execute(
        "INSERT INTO place (id, kind, name, lon, lat)"
        " SELECT 'p' || n, 'home', 'Home', -1.5 + n * 0.001, 53.8 FROM generate_series(1, 5000) n"
    )
    places.execute("ANALYZE place")
    plan = places.execute(f"EXPLAIN SELECT id FROM place_geometry WHERE geom && {NEAR}").fetchall()  # type: ignore[arg-type]
    assert "place_shape_index" in "".join(line for (line,) in plan)


def test_geometries_show_only_what_places_show(places: Connection, engine: Engine, database_url: str) -> None:
    if engine is Engine.PLAIN:
        return
    with connect(database_url, DatabaseRole.API) as api:
        assert one(api, "SELECT count(*) FROM place_geometry") == 0
        api.execute("SELECT set_config('hereabouts.principal', '1', false)")
        assert one(api, "SELECT count(*) FROM place_geometry") == 5
    with connect(database_url, DatabaseRole.INGEST) as ingest, pytest.raises(psycopg.errors.InsufficientPrivilege):
        ingest.execute("SELECT * FROM place_geometry")


def test_postgis_may_go_and_come_again(postgres_server, places: Connection, engine: Engine, database_url: str) -> None:
    if engine is Engine.PLAIN:
        equip(places)
        assert not detect(places).has_geometry
        return
    name = places.info.dbname
    with psycopg.connect(postgres_server.url("postgres", name), autocommit=True) as administrator:
        administrator.execute("DROP EXTENSION postgis CASCADE")
        put_place(places, "after", lon=1, lat=51)
        assert migrate(database_url) == []
        assert not detect(places).has_geometry
    migrate(postgres_server.url("postgres", name))  # a superuser's login brings it back
    assert one(places, "SELECT count(*) FROM place_geometry") == 6
