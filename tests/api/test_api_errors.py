"""One shape of error everywhere; foreign hosts and origins stay out; nothing of the inside gets out."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
import pytest

from hereabouts_api import access
from hereabouts_api.problems import BY_STATUS, KINDS, OTHER, UNEXPECTED
from hereabouts_schemas.access import Role

LISTS = ["/v1/places", "/v1/alerts", "/v1/devices", "/v1/quarantine"]
READINGS = ["/v1/places/home-7/readings", "/v1/readings?datastream=1"]
PLAIN = ["/v1/places/home-7", "/v1/sources", "/openapi.json"]


def assert_problem(answer: httpx.Response, status: int, name: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) <= {"type", "title", "status", "detail", "errors"}
    assert body["type"] == f"urn:hereabouts:problem:{name}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    for error in body.get("errors", []):
        assert set(error) == {"field", "value", "cure"}
        assert error["cure"].endswith(".")
    return body


def assert_names(answer: httpx.Response, *fields: str) -> None:
    body = assert_problem(answer, 400, "invalid-input")
    assert sorted(error["field"] for error in body["errors"]) == sorted(fields)


def ask(client: httpx.Client, path: str, query: str) -> httpx.Response:
    return client.get(f"{path}{'&' if '?' in path else '?'}{query}")


@pytest.mark.parametrize("path", [*LISTS, *READINGS, *PLAIN])
def test_unknown_parameters_are_refused_by_name(admin: httpx.Client, home, path: str) -> None:
    assert_names(ask(admin, path, "colour=red&kin=home"), "colour", "kin")


@pytest.mark.parametrize("path", [*LISTS, *READINGS])
def test_a_parameter_given_twice_is_refused(admin: httpx.Client, home, path: str) -> None:
    assert_names(ask(admin, path, "limit=1&limit=2"), "limit")


@pytest.mark.parametrize("path", [*LISTS, *READINGS])
@pytest.mark.parametrize("limit", ["0", "-1", "many", "100000", "", "1.5"])
def test_a_bad_limit_is_refused(admin: httpx.Client, home, path: str, limit: str) -> None:
    assert_names(ask(admin, path, f"limit={limit}"), "limit")


@pytest.mark.parametrize("path", [*LISTS, *READINGS])
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "é",
        "e30",
        "W10",
        "WyJwbGFjZXMiXQ",
        "WyJwbGFjZXMiLFsiXHUwMDAwIl1d",
        "WyJhbGVydHMiLFsiMjAyNi0wMS0wMSIsMV1d",
        "WyJxdWFyYW50aW5lIixbMWUyMF1d",
    ],
)
def test_a_bad_cursor_is_refused(admin: httpx.Client, home, path: str, cursor: str) -> None:
    assert_names(ask(admin, path, f"cursor={cursor}"), "cursor")


def test_a_cursor_of_another_list_is_refused(admin: httpx.Client, town, home) -> None:
    cursor = admin.get("/v1/places?limit=1").json()["next"]
    assert_names(admin.get(f"/v1/devices?cursor={cursor}"), "cursor")
    hourly = admin.get("/v1/places/home-7/readings?bucket=PT1H&limit=1").json()["next"]
    assert_names(admin.get(f"/v1/places/home-7/readings?cursor={hourly}"), "cursor")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("/v1/places?kind=castle", "kind"),
        ("/v1/places?q=%00", "q"),
        ("/v1/places?parent=%00", "parent"),
        ("/v1/places?bbox=1,2,3", "bbox"),
        ("/v1/places?bbox=a,b,c,d", "bbox"),
        ("/v1/places?bbox=nan,0,1,1", "bbox"),
        ("/v1/places?bbox=-200,0,1,1", "bbox"),
        ("/v1/places?bbox=1,0,-1,1", "bbox"),
        ("/v1/places?bbox=0,1,1,0", "bbox"),
        ("/v1/places/home%007", "id"),
        ("/v1/alerts?state=shut", "state"),
        ("/v1/alerts?hazard=%00", "hazard"),
        ("/v1/devices?health=green", "health"),
        ("/v1/quarantine?reason=mood", "reason"),
        ("/v1/quarantine?kind=all", "kind"),
        ("/v1/readings", "datastream"),
        ("/v1/readings?datastream=", "datastream"),
        ("/v1/readings?datastream=1,x", "datastream"),
        ("/v1/readings?datastream=0", "datastream"),
        ("/v1/readings?datastream=99999999999", "datastream"),
        ("/v1/places/home-7/readings?quantity=", "quantity"),
        ("/v1/places/home-7/readings?quantity=air_temperature,mood", "quantity"),
    ],
)
def test_bad_values_are_named_with_a_cure(admin: httpx.Client, home, query: str, field: str) -> None:
    assert_names(admin.get(query), field)


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/v1/places/nowhere", 404, "not-found"),
        ("GET", "/v1/places/nowhere/readings", 404, "not-found"),
        ("GET", "/v1/readings?datastream=999", 404, "not-found"),
        ("GET", "/v1/places/", 404, "not-found"),
        ("GET", "/health/well", 404, "not-found"),
        ("DELETE", "/v1/places/home-7", 405, "method-not-allowed"),
        ("POST", "/v1/places", 405, "method-not-allowed"),
        ("POST", "/health/live", 405, "method-not-allowed"),
        ("PUT", "/openapi.json", 405, "method-not-allowed"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_is_not_there(admin: httpx.Client, method: str, path: str, status: int, name: str) -> None:
    assert_problem(admin.request(method, path), status, name)


def test_every_problem_at_once(admin: httpx.Client) -> None:
    body = assert_problem(admin.get("/v1/places?limit=0&colour=red&kind=castle"), 400, "invalid-input")
    assert {error["field"]: error["value"] for error in body["errors"]} == {
        "limit": "0", "colour": "red", "kind": "castle",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/v1/places", "/", "/sign-in", "/health/live", "/static/none"])
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80@127.0.0.1", "", "a b", "[::1"]
)
def test_a_foreign_host_is_refused(admin: httpx.Client, path: str, host: str) -> None:
    answer = admin.get(path, headers={"Host": host})
    assert answer.status_code == 400
    if path.startswith(("/v1", "/health")) and host:  # an empty host is refused by the server itself
        assert_problem(answer, 400, "foreign-host")


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8000", "hereabouts.example", "other.example"]
)
def test_our_own_hosts_are_welcome(
    database_url: str, serving: Callable, make_key: Callable[..., str], host: str
) -> None:
    headers = {"Authorization": f"Bearer {make_key('a', Role.READER)}", "Host": host}
    with (
        serving(database_url, public_url="https://hereabouts.example", allowed_hosts=("other.example",)) as address,
        httpx.Client(base_url=address) as client,
    ):
        assert client.get("/health/live", headers=headers).status_code == 200
        assert client.get("/v1/places", headers=headers).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_another_sites_page_reads_nothing_either(admin: httpx.Client, origin: str) -> None:
    for path in ("/v1/places", "/health/ready", "/openapi.json"):
        assert_problem(admin.get(path, headers={"Origin": origin}), 403, "foreign-origin")
    for path in ("/", "/sign-in"):
        assert admin.get(path, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/v1/places"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "file://"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_changes_nothing(
    admin: httpx.Client, make_key: Callable[..., str], path: str, headers: dict[str, str]
) -> None:
    answer = admin.post(path, headers=headers, data={"key": make_key("a", Role.READER)})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    if path.startswith("/v1"):
        assert_problem(answer, 403, "foreign-origin")


def test_our_own_pages_may_send_forms(admin: httpx.Client, make_key: Callable[..., str]) -> None:
    own = {"Origin": str(admin.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert admin.post("/sign-in", headers=own, data={"key": make_key("a", Role.READER)}).status_code == 303


@pytest.mark.parametrize("path", ["/", "/sign-in", "/v1/places", "/v1/nothing", "/health/live", "/nothing"])
def test_every_answer_has_the_security_headers(admin: httpx.Client, path: str) -> None:
    headers = admin.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "private, no-store"
    assert "strict-transport-security" not in headers


def test_over_tls_browsers_are_told_to_stay_there(database_url: str, serving: Callable) -> None:
    with serving(database_url, public_url="https://hereabouts.example") as address:
        assert "strict-transport-security" in httpx.get(f"{address}/health/live").headers


def test_a_body_too_large_is_refused(nobody: httpx.Client) -> None:
    answer = nobody.post("/sign-in", data={"key": "x" * 200_000})
    assert answer.status_code == 413


def test_what_is_missing_is_named(admin: httpx.Client) -> None:
    answer = admin.get("/v1/areas/W1/summary?datetime=2026-03-02T00:00:00Z/..")
    body = assert_problem(answer, 400, "invalid-input")
    assert body["detail"] == "quantity: nothing was given. It has to be given."


def test_an_error_of_ours_tells_nothing_of_the_inside(admin: httpx.Client, town) -> None:
    town.connection.execute("ALTER VIEW ingest_total RENAME TO secret_name")
    try:
        answer = admin.get("/v1/sources")
    finally:
        town.connection.execute("ALTER VIEW secret_name RENAME TO ingest_total")
    body = assert_problem(answer, 500, "unexpected")
    assert body["detail"] == "Something went wrong on our side."
    assert "secret" not in answer.text
    assert "ingest_total" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_without_the_store_everything_says_503_and_comes_back(
    database_url: str, serving: Callable, postgres_server
) -> None:
    with (
        serving(database_url.replace("/test_", "/none_")) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        assert client.get("/health/live").json() == {"status": "live"}
        assert_problem(client.get("/health/ready"), 503, "store-unavailable")
        answer = client.get("/v1/places", headers={"Authorization": "Bearer x"})
        assert_problem(answer, 503, "store-unavailable")
        assert answer.headers["retry-after"] == "5"


def test_ready_only_with_every_migration(admin: httpx.Client, town) -> None:
    assert admin.get("/health/ready").json() == {"status": "ready"}
    last = town.connection.execute(
        "DELETE FROM migration WHERE number = (SELECT max(number) FROM migration) RETURNING number, name, checksum"
    ).fetchone()
    body = assert_problem(admin.get("/health/ready"), 503, "store-unavailable")
    assert "hereabouts migrate" in body["detail"]
    assert admin.get("/health/live").status_code == 200
    town.connection.execute("INSERT INTO migration VALUES (%s, %s, %s)", last)


def test_connections_that_died_are_replaced(admin: httpx.Client, database_url: str) -> None:
    assert admin.get("/v1/places").status_code == 200
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'hereabouts_api'"
        )
    assert admin.get("/v1/places").status_code == 200


def test_every_type_of_problem_is_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "api" / "README.md").read_text(encoding="utf-8")
    for kind in {*KINDS.values(), *BY_STATUS.values(), OTHER, UNEXPECTED}:
        assert f"| `{kind.type}` | {kind.status} |" in readme


def test_an_answer_that_takes_too_long_is_given_up(
    admin: httpx.Client, town, home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "LONGEST_STATEMENT", timedelta(milliseconds=200))
    with town.connection.transaction():
        town.connection.execute("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE")
        answer = admin.get("/v1/places/home-7/readings?bucket=PT1M")
    body = assert_problem(answer, 503, "too-slow")
    assert "shorter span" in body["detail"]
    assert "retry-after" not in answer.headers, "the same question again would be as slow"
    assert admin.get("/v1/places/home-7/readings?bucket=PT1M").status_code == 200
