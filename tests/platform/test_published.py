"""What analysts may see: the views of `published`, homes by pseudonym, and nothing else in the whole database."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.analysts import add_login, rotate_pseudonyms
from hereabouts_platform.store.connection import Connection
from hereabouts_schemas.errors import ConfigError, InputError

DOCS = Path(__file__).parents[2] / "docs" / "analysts.md"
VIEWS = {
    "alert", "area", "area_place", "case_count", "device", "footfall", "home", "home_area", "home_day", "home_hour",
    "place", "place_day", "place_hour", "reading",
}  # fmt: skip
OF_EXTENSIONS = (
    "NOT EXISTS (SELECT FROM pg_depend x WHERE x.objid = o.oid AND x.classid = '{}'::regclass AND x.deptype = 'e')"
)


@pytest.fixture
def council(town) -> None:
    """20 homes in one ward, 3 of them in an LSOA of their own; a street, a counting line, a block with stairs."""
    add = town.owner.execute
    add("CREATE TABLE reading_hour_test PARTITION OF reading_hour FOR VALUES FROM ('2026-01-01Z') TO ('2027-01-01Z')")
    add("INSERT INTO area (code, vintage, kind, name) VALUES ('W1', '2023', 'Ward', 'Old'),"
        " ('W1', '2024', 'Ward', 'Mill'), ('L1', '2021', 'LSOA', 'One'), ('L2', '2021', 'LSOA', 'Two')")  # fmt: skip
    town.place("block", "building", name="1 High Street")
    town.place("block/stairs", "room", parent_id="block")
    for number in range(1, 21):
        home = town.place(f"home {number}", name=f"{number} Low Road", parent_id="block", lon=-1.5, lat=53.8)
        town.place(f"home {number}/bed", "room", parent_id=home)
        small = "L2" if number <= 3 else "L1"
        add("INSERT INTO place_area VALUES (%s, 'W1', '2024'), (%s, %s, '2021')", (home, home, small))
    town.place("street", "street", lon=-1.5, lat=53.8)
    town.place("line", "counting_line", parent_id="street")
    town.place("bin at home", "bin_site", parent_id="home 1")
    add("INSERT INTO place_area VALUES ('street', 'W1', '2024')")
    for place in (
        "home 1",
        *(f"home {number}/bed" for number in range(1, 21)),
        "street",
        "block/stairs",
        "bin at home",
    ):
        for stream in town.sensor(place, "air_temperature").values():
            rollup(town, stream)
    stream = town.sensor("line", "air_temperature")["air_temperature"]
    add("UPDATE datastream SET quantity = 'people_in', kind = 'delta' WHERE id = %s", (stream,))
    rollup(town, stream, total=7.0)
    for place in ("home 2/bed", "street"):
        add("INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule,"
            " rule_version, opened_at, updated_at, changed_by)"
            " VALUES ('place', %s, %s, 'damp_mould', 'act', '2 Low Road is damp.',"
            " '{}', 'part_f', '1', '2026-03-01T10:20Z', '2026-03-01T10:20Z', 1)", (place, place))  # fmt: skip
    add("INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version, opened_at,"
        " updated_at, changed_by) SELECT 'device', device_id, 'silent', 'act', 'x', '{}', 'x', '1', '2026-03-02Z',"
        " '2026-03-02Z', 1 FROM deployment WHERE place_id = 'home 3/bed'")  # fmt: skip


def rollup(town, stream: int, total: float | None = None) -> None:
    town.owner.execute("SELECT make_partition('reading', '2026-03-01Z')")
    town.owner.execute("INSERT INTO reading VALUES (%s, 1, '2026-03-01T10:00:07Z', 19)", (stream,))
    for table, at in (("reading_hour", "2026-03-01T10:00Z"), ("reading_day", "2026-03-01")):
        town.owner.execute(
            f"INSERT INTO {table} VALUES (%s, %s, 4, 19, 19.5, 18, 20, 18, 20, %s, 76)", (stream, at, total)
        )


@pytest.fixture
def administrator(postgres_server: Postgres, database_url: str) -> Iterator[Connection]:
    """A connection that may make roles, to this test's database."""
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(postgres_server.url(SUPERUSER, str(name)), autocommit=True) as connection:
        yield connection
        if connection.execute("SELECT FROM pg_roles WHERE rolname = 'ann'").fetchall():
            connection.execute("DROP OWNED BY ann")
            connection.execute("DROP ROLE ann")


@pytest.fixture
def analyst_url(town, administrator: Connection) -> str:
    """Where an analyst logs in."""
    password = add_login(administrator, town.owner, principal_named(town.owner, "system:command"), "ann")
    return make_conninfo(town.url, user="ann", password=password)


@pytest.fixture
def analyst(analyst_url: str) -> Iterator[Connection]:
    with psycopg.connect(analyst_url, autocommit=True) as connection:
        yield connection


def column(connection: Connection, statement: str) -> list:
    return [row[0] for row in connection.execute(statement)]


def test_an_analyst_has_the_views_and_nothing_else(analyst: Connection) -> None:
    relations = analyst.execute(
        "SELECT o.relnamespace::regnamespace::text, o.relname FROM pg_class o"
        " WHERE o.relkind IN ('r', 'p', 'v', 'm', 'f')"
        " AND o.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')"
        f" AND {OF_EXTENSIONS.format('pg_class')} AND (has_table_privilege(o.oid, 'SELECT')"
        " OR has_any_column_privilege(o.oid, 'SELECT'))"
    ).fetchall()
    assert set(relations) - {("published", "place_geometry")} == {("published", name) for name in VIEWS}
    changing = "INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
    assert column(
        analyst,
        "SELECT o.relname FROM pg_class o WHERE o.relkind IN ('r', 'p', 'v', 'm', 'f')"
        f" AND {OF_EXTENSIONS.format('pg_class')} AND has_table_privilege(o.oid, '{changing}')"
        " AND o.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')",
    ) == []  # fmt: skip
    assert column(
        analyst,
        "SELECT o.relname FROM pg_sequence q JOIN pg_class o ON o.oid = q.seqrelid"
        " WHERE has_sequence_privilege(q.seqrelid, 'USAGE, SELECT')"
        f" AND {OF_EXTENSIONS.format('pg_class')}",
    ) == []  # fmt: skip
    with_owners_rights = column(
        analyst,
        "SELECT o.oid::regprocedure::text FROM pg_proc o WHERE o.prosecdef AND has_function_privilege(o.oid, 'EXECUTE')"
        f" AND {OF_EXTENSIONS.format('pg_proc')}",
    )
    assert with_owners_rights == []
    creating = column(analyst, "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE')")
    assert [name for name in creating if not name.startswith("pg_temp")] == []
    usable = column(
        analyst,
        "SELECT o.nspname FROM pg_namespace o WHERE has_schema_privilege(o.oid, 'USAGE') AND o.nspname !~ '^pg_'"
        f" AND {OF_EXTENSIONS.format('pg_namespace')}",
    )
    assert {"publishing", "household"} & set(usable) == set()
    assert column(analyst, "SELECT rolname FROM pg_roles WHERE pg_has_role(oid, 'MEMBER') AND rolname <> 'ann'") == [
        "hereabouts_analyst"
    ]


REFUSED = """
SELECT * FROM public.reading
SELECT * FROM public.reading_hour
SELECT * FROM public.place
SELECT * FROM public.tenancy
SELECT * FROM public.audit
SELECT * FROM household.circumstance
SELECT * FROM publishing.pseudonym_key
SELECT * FROM publishing.scope
SELECT publishing.pseudonym_of('place home 1')
SELECT public.readings_of(ARRAY[1], '-infinity', 'infinity', NULL, NULL, 9)
SELECT public.readings_by_stream(ARRAY[1], '-infinity', 'infinity')
SET ROLE hereabouts_owner
COPY published.place TO '/tmp/x'
CREATE TABLE published.x ()
"""


def test_everything_else_is_refused(analyst: Connection) -> None:
    analyst.execute("SET default_transaction_read_only = off")
    analyst.execute("SELECT set_config('hereabouts.principal', '1', false)")
    for statement in REFUSED.split("\n")[1:-1]:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute(statement)


def test_the_login_has_limits_from_the_start(analyst: Connection) -> None:
    settings = {name: analyst.execute(f"SHOW {name}").fetchone()[0] for name in (
        "default_transaction_read_only", "statement_timeout", "search_path", "timezone")}  # fmt: skip
    assert settings == {
        "default_transaction_read_only": "on", "statement_timeout": "1min", "search_path": "published, public",
        "timezone": "UTC",
    }  # fmt: skip


def test_a_readers_own_function_sees_no_row_that_is_not_for_it(analyst: Connection, council: None) -> None:
    notices: list[str] = []
    analyst.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
    analyst.execute("SET default_transaction_read_only = off")
    analyst.execute(
        "CREATE FUNCTION pg_temp.peep(what text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS"
        " $$ BEGIN RAISE NOTICE '%', what; RETURN true; END $$"
    )
    for view, name in (("place", "place"), ("reading", "place"), ("place_hour", "place"), ("home_area", "home")):
        analyst.execute(f"SELECT count(*) FROM {view} WHERE pg_temp.peep({name})")
    assert notices
    assert [notice for notice in notices if "home" in notice or "block" in notice] == []


def test_no_view_tells_a_home_by_name_id_or_position(analyst: Connection, council: None) -> None:
    for view in VIEWS:
        text = "\n".join(str(row) for row in analyst.execute(f"SELECT * FROM {view}"))
        assert not re.search(r"Low Road|High Street|home \d|block|bin at home", text), view
        if view.startswith("home"):
            columns = {found.name for found in analyst.execute(f"SELECT * FROM {view} LIMIT 0").description or ()}
            assert columns & {"lon", "lat", "polygon", "uprn", "time", "value"} == set()


def test_homes_are_the_same_in_every_view(analyst: Connection, council: None) -> None:
    homes = set(column(analyst, "SELECT home FROM home"))
    assert len(homes) == 20
    assert all(re.fullmatch(r"[0-9a-f]{20}", home) for home in homes)
    assert set(column(analyst, "SELECT home FROM home_hour")) == homes
    assert set(column(analyst, "SELECT home FROM home_day")) == homes
    assert set(column(analyst, "SELECT home FROM device WHERE place IS NULL")) == homes
    assert set(column(analyst, "SELECT home FROM alert WHERE home IS NOT NULL")) < homes
    rooms = analyst.execute("SELECT count(DISTINCT room), count(*) FROM home_hour").fetchone()
    assert rooms == (21, 22), "20 bedrooms and the bin of a home; the home itself has no room"
    hour = analyst.execute(
        "SELECT quantity, unit, hour, count, mean, min, max, total FROM home_hour ORDER BY home LIMIT 1"
    ).fetchone()
    assert hour[:2] == ("air_temperature", "Cel")
    assert hour[3:] == (4, 19.5, 18.0, 20.0, None)


def test_public_places_are_shown_in_full(analyst: Connection, council: None) -> None:
    assert analyst.execute("SELECT place, kind, lon, lat, parent FROM place ORDER BY place").fetchall() == [
        ("line", "counting_line", None, None, "street"),
        ("street", "street", -1.5, 53.8, None),
    ]
    assert set(column(analyst, "SELECT place FROM reading")) == {"line", "street"}
    assert set(column(analyst, "SELECT place FROM place_hour")) == {"line", "street"}
    assert column(analyst, "SELECT people_in FROM footfall WHERE place = 'line'") == [7.0]
    assert column(analyst, "SELECT place FROM area_place") == ["street"]
    assert {row[0] for row in analyst.execute("SELECT subject_kind FROM alert")} == {"place", "device"}


def test_a_counter_that_tells_its_count_twice_counts_once(analyst: Connection, town, council: None) -> None:
    told = "SELECT people_in, people_out FROM footfall WHERE place = 'line'"
    assert analyst.execute(told).fetchall() == [(7.0, None)]
    (line,) = column(town.owner, "SELECT deployment_id FROM datastream WHERE quantity = 'people_in'")
    for quantity, channel, total in (("people_in_total", "", 9.0), ("people_out", "", 2.0), ("people_in", "far", 5.0)):
        (stream,) = town.owner.execute(
            "INSERT INTO datastream (deployment_id, quantity, channel, unit, kind)"
            " VALUES (%s, %s, %s, '{count}', %s) RETURNING id",
            (line, quantity, channel, "total_increasing" if quantity.endswith("_total") else "delta"),
        ).fetchone()
        rollup(town, stream, total)
    assert analyst.execute(told).fetchall() == [(14.0, 2.0)], "9 by the total and not by the 7 too, 5 on the far side"


def test_areas_in_which_a_home_has_little_company_are_left_out(analyst: Connection, town, council: None) -> None:
    found = analyst.execute(
        "SELECT kind, code, vintage, count(DISTINCT home) FROM home_area GROUP BY 1, 2, 3"
    ).fetchall()
    # the 3 homes of the smaller LSOA would stand out in the ward too, so nothing is told of them
    assert sorted(found) == [("LSOA", "L1", "2021", 17), ("Ward", "W1", "2024", 17)]
    assert analyst.execute("SELECT code, homes FROM area WHERE homes IS NOT NULL ORDER BY code").fetchall() == [
        ("L1", 15), ("W1", 20),
    ]  # fmt: skip


def test_pseudonyms_stay_until_the_key_is_changed(analyst: Connection, town, council: None) -> None:
    before = set(column(analyst, "SELECT home FROM home"))
    assert set(column(analyst, "SELECT home FROM home")) == before
    renamed = rotate_pseudonyms(town.owner, principal_named(town.owner, "system:command"))
    assert renamed == town.one("SELECT count(*) FROM place")
    after = set(column(analyst, "SELECT home FROM home"))
    assert len(after) == 20
    assert after & before == set()


def test_every_view_and_column_is_explained(analyst: Connection) -> None:
    silent = column(
        analyst,
        "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'published'::regnamespace AND a.attnum > 0"
        " AND (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)",
    )
    assert silent == []
    text = DOCS.read_text(encoding="utf-8")
    assert [view for view in VIEWS if f"`{view}`" not in text] == []


def test_the_examples_of_the_docs_run(analyst: Connection, council: None) -> None:
    examples = re.findall(r"```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(examples) >= 8
    for statement in examples:
        assert analyst.execute(statement).fetchall(), statement


def test_public_places_have_geometries_where_postgis_is(analyst: Connection, town, council: None) -> None:
    if town.one("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'"):
        assert analyst.execute("SELECT place, kind, ST_AsText(geom) FROM place_geometry ORDER BY place").fetchall() == [
            ("line", "counting_line", None), ("street", "street", "POINT(-1.5 53.8)"),
        ]  # fmt: skip
    else:
        assert column(analyst, "SELECT to_regclass('published.place_geometry')") == [None]


def test_the_same_name_again_gets_a_new_password(town, administrator: Connection, analyst_url: str) -> None:
    by = principal_named(town.owner, "system:command")
    again = make_conninfo(analyst_url, password=add_login(administrator, town.owner, by, "ann"))
    psycopg.connect(again).close()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(analyst_url)
    assert town.one("SELECT count(*) FROM audit WHERE detail ->> 'analyst_login' = 'ann'") == 2


def test_other_roles_are_left_alone(town, administrator: Connection) -> None:
    for name in ("postgres", "hereabouts_api", "hereabouts_analyst", "Ann", "a b", "", 'x"; --'):
        with pytest.raises(InputError):
            add_login(administrator, town.owner, principal_named(town.owner, "system:command"), name)


def test_a_login_that_may_not_make_roles_is_told_what_to_run(town) -> None:
    with pytest.raises(ConfigError, match=r"CREATE ROLE ben LOGIN .* GRANT hereabouts_analyst TO ben;"):
        add_login(town.owner, town.owner, principal_named(town.owner, "system:command"), "ben")
