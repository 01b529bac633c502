"""`hereabouts user` and `hereabouts key`: who may come in, from the command line."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner, Result

from hereabouts_deploy.commands.key import expiry
from hereabouts_deploy.main import app
from hereabouts_platform.access.keys import token_hash
from hereabouts_platform.access.sign_in import sign_in_with_key, sign_in_with_link
from hereabouts_platform.store.access import principal_of_key, principal_of_session
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.posts import sources_fed_by
from hereabouts_schemas.access import PrincipalKind, Role
from hereabouts_schemas.errors import ConfigError, InputError, NotFound

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def hereabouts(database_url: str) -> Callable[..., Result]:
    """Runs the command on this test's database."""

    def run(*arguments: str, public_url: str | None = "http://127.0.0.1:8000") -> Result:
        environment = {"HEREABOUTS_DATABASE_URL": database_url, "HEREABOUTS_PUBLIC_URL": public_url}
        return CliRunner().invoke(app, arguments, env=environment)

    return run


@pytest.fixture
def api(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.API) as connection:
        yield connection


def test_key_add_prints_a_key_that_works(hereabouts: Callable[..., Result], api: Connection) -> None:
    result = hereabouts("key", "add", "power-bi", "--role", "reader")
    assert result.exit_code == 0, result.output
    key = result.stdout.strip()
    assert key.startswith("hab_live_")
    principal = principal_of_key(api, token_hash(key))
    assert principal is not None
    assert (principal.name, principal.kind, principal.roles) == ("power-bi", PrincipalKind.SERVICE, {Role.READER})
    assert "shown only now" in result.stderr
    another = hereabouts("key", "add", "power-bi", "--role", "reader").stdout.strip()
    assert another != key
    assert principal_of_key(api, token_hash(another)) == principal


def test_user_add_prints_a_link_that_signs_in(hereabouts: Callable[..., Result], api: Connection) -> None:
    result = hereabouts("user", "add", "Ada Pym", "--role", "administrator")
    assert result.exit_code == 0, result.output
    start, token = result.stdout.strip().rsplit("/", 1)
    assert start == "http://127.0.0.1:8000/sign-in"
    opened = sign_in_with_link(api, token)
    assert opened is not None
    assert (opened[1].name, opened[1].kind, opened[1].roles) == ("Ada Pym", PrincipalKind.PERSON, {Role.ADMINISTRATOR})
    again = hereabouts("user", "link", "Ada Pym")
    assert again.exit_code == 0
    assert sign_in_with_link(api, again.stdout.strip().rsplit("/", 1)[1]) is not None


def test_without_an_address_there_is_no_link(hereabouts: Callable[..., Result]) -> None:
    result = hereabouts("user", "add", "Ada Pym", "--role", "reader", public_url=None)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "HEREABOUTS_PUBLIC_URL" in result.stderr
    assert isinstance(hereabouts("user", "link", "Ada Pym", public_url=None).exception, ConfigError)


def test_a_person_may_have_a_key_of_the_same_role(hereabouts: Callable[..., Result], api: Connection) -> None:
    hereabouts("user", "add", "Ada Pym", "--role", "reader")
    key = hereabouts("key", "add", "Ada Pym", "--role", "reader").stdout.strip()
    principal = principal_of_key(api, token_hash(key))
    assert principal is not None
    assert principal.kind is PrincipalKind.PERSON
    assert isinstance(hereabouts("key", "add", "Ada Pym", "--role", "administrator").exception, InputError)


def test_keys_are_listed_and_revoked(hereabouts: Callable[..., Result], api: Connection) -> None:
    first, second = (hereabouts("key", "add", "power-bi", "--role", "reader").stdout.strip() for _ in range(2))
    other = hereabouts("key", "add", "gateway", "--role", "feeder", "--source", "plain").stdout.strip()
    session = sign_in_with_key(api, second)
    assert session is not None
    items = json.loads(hereabouts("key", "list", "--json").stdout)["items"]
    assert [(item["principal"], item["roles"], item["sources"], item["works"]) for item in items] == [
        ("gateway", ["feeder"], ["plain"], True), ("power-bi", ["reader"], [], True), ("power-bi", ["reader"], [], True)
    ]  # fmt: skip
    assert first not in str(items)
    done = hereabouts("key", "revoke", "power-bi", "--number", str(items[1]["number"]))
    assert (done.exit_code, done.stdout) == (0, "1 key of power-bi revoked.\n")
    assert principal_of_key(api, token_hash(first)) is None
    assert principal_of_key(api, token_hash(second)) is not None
    for wrong in (items[1]["number"], items[0]["number"], 999):
        done = hereabouts("key", "revoke", "power-bi", "--number", str(wrong))
        assert isinstance(done.exception, InputError), wrong
    assert hereabouts("key", "revoke", "power-bi").stdout == "1 key of power-bi revoked.\n"
    assert hereabouts("key", "revoke", "power-bi").stdout == "power-bi has no key that was not revoked before.\n"
    assert principal_of_key(api, token_hash(second)) is None
    assert principal_of_session(api, token_hash(session[0])) is None
    assert principal_of_key(api, token_hash(other)) is not None
    assert isinstance(hereabouts("key", "revoke", "stranger").exception, NotFound)
    lines = hereabouts("key", "list").stdout.splitlines()
    assert [line.split(": ")[1] for line in lines] == [
        "gateway (feeder of plain), made " + lines[0].split("made ")[1].split(": ")[0],
        *(f"power-bi (reader), made {line.split('made ')[1].split(': ')[0]}" for line in lines[1:]),
    ]
    assert [line.rsplit(": ", 1)[1].split()[0] for line in lines] == ["works", "revoked", "revoked"]


@pytest.mark.parametrize("arguments", [("user", "add"), ("key", "add")])
def test_the_systems_own_names_are_not_to_be_had(hereabouts: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    assert isinstance(hereabouts(*arguments, "system:command", "--role", "administrator").exception, InputError)


def test_what_was_done_is_kept_under_the_commands_name(hereabouts: Callable[..., Result], database_url: str) -> None:
    hereabouts("user", "add", "Ada Pym", "--role", "reader")
    hereabouts("key", "add", "power-bi", "--role", "reader", "--expires", "2199-01-31")
    with connect(database_url, DatabaseRole.OWNER) as connection:
        rows = connection.execute(
            "SELECT DISTINCT p.name, a.action, a.resource FROM audit a JOIN principal p ON p.id = a.principal_id"
        ).fetchall()
        kept = connection.execute("SELECT count(*) FROM audit").fetchone()
        granted = connection.execute(
            "SELECT DISTINCT p.name FROM principal_role r JOIN principal p ON p.id = r.granted_by"
        ).fetchall()
        until = connection.execute("SELECT expires_at FROM api_key").fetchone()
    assert rows == [("system:command", "administer", "access")]
    assert kept == (4,)  # a person, their link, a service, its key
    assert granted == [("system:command",)]
    assert until == (datetime(2199, 2, 1, tzinfo=UTC),)


def test_a_feeder_is_for_certain_sources(hereabouts: Callable[..., Result], api: Connection) -> None:
    feeder = ("key", "add", "gateway", "--role", "feeder")
    result = hereabouts(*feeder, "--source", "plain", "--source", "chirpstack")
    assert result.exit_code == 0, result.output
    principal = principal_of_key(api, token_hash(result.stdout.strip()))
    assert principal is not None
    assert principal.roles == {Role.FEEDER}
    assert sources_fed_by(api, principal.id) == {"plain", "chirpstack"}
    assert hereabouts(*feeder, "--source", "chirpstack", "--source", "plain").exit_code == 0
    for wrong in ((), ("--source", "plain"), ("--source", "import"), ("--source", "nowhere")):
        assert isinstance(hereabouts(*feeder, *wrong).exception, InputError), wrong
    reader = hereabouts("key", "add", "other", "--role", "reader", "--source", "plain")
    assert isinstance(reader.exception, InputError)
    assert isinstance(hereabouts("user", "add", "Ada Pym", "--role", "feeder").exception, InputError)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("key", "add", "x"), 2),
        (("key", "add", "x", "--role", "king"), 2),
        (("user", "add"), 2),
        (("user",), 2),
        (("key",), 2),
    ],
)
def test_wrong_usage_is_2(hereabouts: Callable[..., Result], arguments: tuple[str, ...], code: int) -> None:
    assert hereabouts(*arguments).exit_code == code


def test_a_link_for_nobody(hereabouts: Callable[..., Result]) -> None:
    assert isinstance(hereabouts("user", "link", "stranger").exception, NotFound)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2027-06-30", datetime(2027, 6, 30, 23, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-22T12:00:01Z", NOW + timedelta(seconds=1)),
        ("2027-03-01T10:00:00+02:00", datetime(2027, 3, 1, 8, tzinfo=UTC)),
    ],
)
def test_when_a_key_ends(text: str, at: datetime) -> None:
    assert expiry(text, NOW) == at


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-11-21", "2026-11-22T12:00:00Z", "2027-02-30", "2027-01-01T00:00:00", "9999-12-31"]
)
def test_when_a_key_cannot_end(text: str) -> None:
    with pytest.raises(InputError, match="--expires"):
        expiry(text, NOW)
