"""Who may do what; keys and principals as the store keeps them."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from hereabouts_platform.access.keys import ensure_principal, issue_key, new_key, token_hash
from hereabouts_platform.access.policy import may, require
from hereabouts_platform.access.sign_in import make_sign_in_link, sign_in_with_key, sign_in_with_link, sign_out
from hereabouts_platform.store.access import (
    principal_named,
    principal_of_key,
    principal_of_session,
    record,
)
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.access import Action, Principal, PrincipalKind, Resource, Role
from hereabouts_schemas.errors import InputError, NotAllowed, NotFound


def principal(*roles: Role) -> Principal:
    return Principal(id=1, name="somebody", kind=PrincipalKind.PERSON, roles=frozenset(roles))


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("resource", list(Resource))
def test_the_policy(action: Action, resource: Resource) -> None:
    reads = action is Action.READ and resource is not Resource.ACCESS
    assert may(principal(Role.ADMINISTRATOR), action, resource)
    assert may(principal(Role.READER, Role.ADMINISTRATOR), action, resource)
    assert may(principal(Role.READER), action, resource) is reads
    assert not may(principal(), action, resource)


def test_require_says_who_and_what() -> None:
    with pytest.raises(NotAllowed, match="somebody may not write places"):
        require(principal(Role.READER), Action.WRITE, Resource.PLACES)


@pytest.fixture
def owner(database_url: str):
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


def add(connection, name: str, role: Role, key: str | None = None, expires_at: datetime | None = None) -> str:
    by = principal_named(connection, "system:command")
    with acting(connection, by.id):
        made = ensure_principal(connection, by, name, PrincipalKind.SERVICE, role)
        return issue_key(connection, by, made, "test", key=key, expires_at=expires_at)


@pytest.mark.parametrize("name", ["system:command", "system:ingest", "system:jobs", "system:api"])
@pytest.mark.parametrize("role", list(DatabaseRole))
def test_every_role_finds_the_systems_principals(database_url: str, name: str, role: DatabaseRole) -> None:
    with connect(database_url, role) as connection:
        found = principal_named(connection, name)
    assert found.kind is PrincipalKind.SYSTEM
    assert (Role.ADMINISTRATOR in found.roles) is (name != "system:api")


def test_nobody_is_called_that(owner) -> None:
    with pytest.raises(NotFound, match="stranger"):
        principal_named(owner, "stranger")


def test_keys_are_random_and_kept_as_hashes_only(owner) -> None:
    key = add(owner, "power-bi", Role.READER)
    assert key.startswith("hab_live_")
    assert len({new_key() for _ in range(100)}) == 100
    (kept,) = owner.execute("SELECT key_hash FROM api_key").fetchone()
    assert bytes(kept) == token_hash(key)
    everything = (
        owner.execute("SELECT row_to_json(k)::text FROM api_key k").fetchall()
        + owner.execute("SELECT row_to_json(a)::text FROM audit a").fetchall()
    )
    assert not any(key in row[0] or key.removeprefix("hab_live_") in row[0] for row in everything)


def test_the_same_key_again_changes_nothing(owner) -> None:
    key = new_key()
    assert [add(owner, "administrator", Role.ADMINISTRATOR, key) for _ in range(3)] == [key] * 3
    assert owner.execute("SELECT count(*) FROM api_key").fetchone() == (1,)
    assert owner.execute("SELECT count(*) FROM audit").fetchone() == (2,)  # the principal, the key


def test_a_revoked_key_stays_revoked_when_it_is_given_again(owner) -> None:
    key = add(owner, "administrator", Role.ADMINISTRATOR)
    owner.execute("UPDATE api_key SET revoked_at = now()")
    add(owner, "administrator", Role.ADMINISTRATOR, key)
    assert principal_of_key(owner, token_hash(key)) is None


def test_a_key_of_somebody_else_is_refused(owner) -> None:
    key = add(owner, "one", Role.READER)
    with pytest.raises(InputError, match="another principal") as refused:
        add(owner, "two", Role.READER, key)
    assert key not in str(refused.value), "a key that works is shown to nobody"
    assert principal_of_key(owner, token_hash(key)).name == "one"


@pytest.mark.parametrize("key", ["", "secret", "hab_live_short", "hab_live_" + "x" * 42, "HAB_LIVE_" + "x" * 43])
def test_a_weak_key_is_refused(owner, key: str) -> None:
    with pytest.raises(InputError, match="key"):
        add(owner, "administrator", Role.ADMINISTRATOR, key)


def test_keys_end(owner) -> None:
    past, future = datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC) + timedelta(hours=1)
    assert principal_of_key(owner, token_hash(add(owner, "a", Role.READER, expires_at=past))) is None
    assert principal_of_key(owner, token_hash(add(owner, "b", Role.READER, expires_at=future))).name == "b"
    owner.execute("UPDATE principal SET disabled_at = now() WHERE name = 'b'")
    assert owner.execute("SELECT count(*) FROM api_key k, principal_of_key(k.key_hash)").fetchone() == (0,)


@pytest.mark.parametrize("name", ["", " ", " blank", "system:backdoor", "new\nline", "x" * 201])
def test_bad_names_are_refused(owner, name: str) -> None:
    with pytest.raises(InputError, match="NAME"):
        add(owner, name, Role.READER)


def test_a_known_name_keeps_its_role(owner) -> None:
    add(owner, "boss", Role.ADMINISTRATOR)
    with pytest.raises(InputError, match="administrator already"):
        add(owner, "boss", Role.READER)
    owner.execute("UPDATE principal SET disabled_at = now() WHERE name = 'boss'")
    with pytest.raises(InputError, match="disabled"):
        add(owner, "boss", Role.ADMINISTRATOR)


def test_only_an_administrator_makes_keys(owner) -> None:
    add(owner, "reader", Role.READER)
    reader = principal_named(owner, "reader")
    with acting(owner, reader.id), pytest.raises(NotAllowed):
        ensure_principal(owner, reader, "friend", PrincipalKind.PERSON, Role.ADMINISTRATOR)
    with acting(owner, reader.id), pytest.raises(NotAllowed):
        issue_key(owner, reader, reader, "mine")
    with connect_as(owner, DatabaseRole.API) as api, pytest.raises(psycopg.errors.InsufficientPrivilege):
        api.execute("INSERT INTO principal_role (principal_id, role) VALUES (%s, 'administrator')", (reader.id,))


def connect_as(connection, role: DatabaseRole):
    return connect(connection.info.dsn + f" password={connection.info.password}", role)


def test_the_audit_names_whoever_acts(database_url: str) -> None:
    with connect(database_url, DatabaseRole.JOBS) as connection:
        jobs, command = principal_named(connection, "system:jobs"), principal_named(connection, "system:command")
        with acting(connection, jobs.id):
            record(connection, jobs, Action.WRITE, Resource.ALERTS, {"opened": 3})
        with acting(connection, jobs.id), pytest.raises(psycopg.errors.InsufficientPrivilege):
            record(connection, command, Action.WRITE, Resource.ALERTS, {})
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            record(connection, jobs, Action.WRITE, Resource.ALERTS, {})
    with connect(database_url, DatabaseRole.OWNER) as connection:
        assert connection.execute("SELECT action, resource, detail FROM audit").fetchall() == [
            ("write", "alerts", {"opened": 3})
        ]


def test_a_link_works_once(owner, database_url: str) -> None:
    add(owner, "officer", Role.READER)
    link = make_sign_in_link(owner, principal_named(owner, "officer").id, "http://127.0.0.1:8000/")
    start, token = link.rsplit("/", 1)
    assert start == "http://127.0.0.1:8000/sign-in"
    with connect(database_url, DatabaseRole.API) as api:
        session, principal = sign_in_with_link(api, token)
        assert principal.name == "officer"
        assert principal_of_session(api, token_hash(session)) == principal
        assert sign_in_with_link(api, token) is None
        sign_out(api, session)
        assert principal_of_session(api, token_hash(session)) is None
        sign_out(api, session)


def test_a_link_lasts_ten_minutes(owner, database_url: str) -> None:
    add(owner, "officer", Role.READER)
    token = make_sign_in_link(owner, principal_named(owner, "officer").id, "http://x").rsplit("/", 1)[1]
    lasts = owner.execute("SELECT expires_at - now() FROM sign_in_link").fetchone()[0]
    assert timedelta(minutes=9) < lasts <= timedelta(minutes=10)
    owner.execute("UPDATE sign_in_link SET expires_at = now()")
    with connect(database_url, DatabaseRole.API) as api:
        assert sign_in_with_link(api, token) is None
    assert owner.execute("SELECT count(*) FROM session").fetchone() == (0,)


@pytest.mark.parametrize(
    "ending",
    [
        "UPDATE session SET expires_at = now()",
        "UPDATE api_key SET revoked_at = now()",
        "UPDATE api_key SET expires_at = now()",
        "UPDATE principal SET disabled_at = now() WHERE kind = 'service'",
    ],
)
def test_a_session_ends_with_its_time_its_key_or_its_principal(owner, database_url: str, ending: str) -> None:
    key = add(owner, "officer", Role.READER)
    with connect(database_url, DatabaseRole.API) as api:
        session, _ = sign_in_with_key(api, key)
        assert principal_of_session(api, token_hash(session)).name == "officer"
        lasts = owner.execute("SELECT expires_at - created_at FROM session").fetchone()[0]
        assert lasts == timedelta(hours=12)
        owner.execute(ending)
        assert principal_of_session(api, token_hash(session)) is None


def test_a_wrong_key_opens_nothing(owner, database_url: str) -> None:
    add(owner, "officer", Role.READER)
    with connect(database_url, DatabaseRole.API) as api:
        assert sign_in_with_key(api, new_key()) is None
        assert sign_in_with_key(api, "hab_live_\x00\ud800") is None
    assert owner.execute("SELECT count(*) FROM session").fetchone() == (0,)


@pytest.mark.parametrize("table", ["session", "sign_in_link", "api_key", "principal_role", "audit"])
@pytest.mark.parametrize("role", [DatabaseRole.API, DatabaseRole.JOBS, DatabaseRole.INGEST])
def test_no_role_but_the_owner_reads_how_people_sign_in(database_url: str, role: DatabaseRole, table: str) -> None:
    with connect(database_url, role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT * FROM {table}")
