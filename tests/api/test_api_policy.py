"""No route without a policy; a reader looks, an administrator does; sessions and keys open the same doors."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from hereabouts_api.access import Needs
from hereabouts_api.app import create_app
from hereabouts_api.feeding import Feeds
from hereabouts_api.settings import ApiSettings
from hereabouts_schemas.access import Action, Resource, Role

pytestmark = pytest.mark.one_engine

PUBLIC = {
    "GET /health/live",
    "GET /health/ready",
    "GET /static/{name}",
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/{token}",
    "POST /sign-out",
}


def all_routes(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from all_routes(included.routes)


def policies(dependant: Dependant) -> list[Needs | Feeds]:
    own = [dependant.call] if isinstance(dependant.call, Needs | Feeds) else []
    return own + [found for inner in dependant.dependencies for found in policies(inner)]


def test_every_route_asks_the_policy_or_is_public_on_purpose() -> None:
    app = create_app(ApiSettings(database_url="postgresql://nowhere", public_url="http://127.0.0.1:1"))
    seen, without = set(), set()
    for route in all_routes(app.routes):
        assert isinstance(route, APIRoute), f"{route} is a kind of route that this test cannot judge"
        names = {f"{method} {route.path}" for method in route.methods}
        seen |= names
        if not policies(route.dependant):
            without |= names
    assert without == PUBLIC
    assert {"GET /", "GET /places/{id:path}", "GET /v1/places/{id:path}", "GET /openapi.json"} <= seen


def test_every_get_reads_and_only_messages_cases_and_reports_are_written() -> None:
    app = create_app(ApiSettings(database_url="postgresql://nowhere", public_url="http://127.0.0.1:1"))
    writing, sending = set(), set()
    for route in all_routes(app.routes):
        assert isinstance(route, APIRoute)
        for policy in policies(route.dependant):
            assert (policy.action is Action.READ) == (route.methods == {"GET"})
            if policy.action is Action.ADMINISTER:
                sending.add((*route.methods, route.path, policy.resource))
            if policy.action is Action.WRITE:
                writing.add((*route.methods, route.path, policy.resource))
    assert writing == {
        ("POST", "/v1/uplinks/{source}", Resource.UPLINKS),
        ("POST", "/v1/cases", Resource.CASES),
        ("POST", "/v1/cases/{id}/events", Resource.CASES),
        ("POST", "/v1/cases/{id}/files", Resource.CASES),
        ("POST", "/cases/{id}/events", Resource.CASES),
        ("POST", "/cases/{id}/files", Resource.CASES),
        ("POST", "/homes/report", Resource.CASES),
        ("POST", "/homes/alerts/{alert}", Resource.CASES),
        ("POST", "/homes/bulk", Resource.CASES),
        ("POST", "/v1/visits/{id}/outcomes", Resource.ROUNDS),
        ("POST", "/v1/visits/{id}/photos", Resource.ROUNDS),
        ("POST", "/v1/outcomes", Resource.ROUNDS),
        ("POST", "/v1/bins/{place:path}/requests", Resource.ROUNDS),
        ("POST", "/rounds/requests", Resource.ROUNDS),
        ("POST", "/rounds/{id}/outcomes", Resource.ROUNDS),
        ("POST", "/v1/rounds/{id}/acceptance", Resource.ROUNDS),
        ("POST", "/rounds/{id}/acceptance", Resource.ROUNDS),
    }
    assert sending == {
        ("POST", "/v1/plans/{id}/publish", Resource.ROUNDS),
        ("POST", "/v1/plans/{id}/discard", Resource.ROUNDS),
        ("POST", "/v1/vehicles/{vehicle}/outage", Resource.ROUNDS),
        ("DELETE", "/v1/vehicles/{vehicle}/outage", Resource.ROUNDS),
        ("POST", "/rounds/versions/{plan}/publish", Resource.ROUNDS),
        ("POST", "/rounds/versions/{plan}/discard", Resource.ROUNDS),
        ("POST", "/rounds/vehicles/{vehicle}/out", Resource.ROUNDS),
        ("POST", "/rounds/vehicles/{vehicle}/back", Resource.ROUNDS),
        ("POST", "/v1/bins/requests/{id}/withdrawal", Resource.ROUNDS),
        ("POST", "/rounds/requests/{id}/withdrawal", Resource.ROUNDS),
    }


PATHS = [
    "/v1/places",
    "/v1/places/home-7",
    "/v1/places/home-7/readings",
    "/v1/places/home-7/timeline",
    "/v1/areas/E05001234/summary?quantity=co2&datetime=2026-03-01T00:00:00Z/2026-03-02T00:00:00Z",
    "/v1/latest",
    "/v1/readings?datastream=1",
    "/v1/readings?f=csv",
    "/v1/alerts",
    "/v1/cases/counts",
    "/v1/devices",
    "/v1/rounds",
    "/v1/visits",
    "/v1/bins",
    "/v1/plans",
    "/v1/vehicles",
    "/v1/crews",
    "/v1/sources",
    "/v1/sources/plain/accounting",
    "/v1/quarantine",
    "/v1/datasets",
    "/v1/jobs",
    "/v1/jobs/assess/runs",
    "/metrics",
    "/openapi.json",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("authorization", [None, "Bearer hab_live_wrong", "Bearer", "Basic abc", "Bearer \xa3"])
def test_nothing_without_a_working_key(nobody: httpx.Client, path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = nobody.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [*PATHS, "/", "/sources", "/jobs", "/places/home-7"])
def test_a_reader_may_look(nobody: httpx.Client, home: object, make_key: Callable[..., str], path: str) -> None:
    headers = {"Authorization": f"Bearer {make_key('analyst', Role.READER)}"}
    assert nobody.get(path, headers=headers).status_code == 200
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert nobody.request(method, path, headers=headers).status_code == 405


@pytest.mark.parametrize("path", PATHS)
def test_a_principal_without_a_role_may_nothing(
    nobody: httpx.Client, town, make_key: Callable[..., str], path: str
) -> None:
    key = make_key(f"nobody {path}", Role.READER)
    town.connection.execute(
        "DELETE FROM principal_role r USING principal p WHERE p.id = r.principal_id AND p.name LIKE 'nobody%'"
    )
    answer = nobody.get(path, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:hereabouts:problem:not-allowed"


def test_an_expired_key_opens_nothing(nobody: httpx.Client, make_key: Callable[..., str]) -> None:
    soon = make_key("soon", Role.READER, datetime.now(UTC) + timedelta(hours=1))
    past = make_key("past", Role.READER, datetime.now(UTC) - timedelta(seconds=1))
    assert nobody.get("/v1/places", headers={"Authorization": f"Bearer {soon}"}).status_code == 200
    assert nobody.get("/v1/places", headers={"Authorization": f"Bearer {past}"}).status_code == 401


def test_a_wrong_key_is_not_made_good_by_a_session(nobody: httpx.Client, make_key: Callable[..., str]) -> None:
    assert nobody.post("/sign-in", data={"key": make_key("a", Role.READER)}).status_code == 303
    assert nobody.get("/v1/places").status_code == 200
    assert nobody.get("/v1/places", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_without_a_principal_the_database_shows_no_place(database_url: str, home) -> None:
    from hereabouts_platform.store.connection import DatabaseRole, acting, connect

    with connect(database_url, DatabaseRole.API) as connection:
        for table in ("place", "datastream", "alert"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM latest_of(ARRAY[1, 2])").fetchone() == (0,)
        with acting(connection, 1):
            assert connection.execute("SELECT name FROM place WHERE id = 'home-7'").fetchone() == ("Home-7",)
            assert connection.execute("SELECT count(*) FROM latest_of(ARRAY[1, 2])").fetchone() == (2,)


def test_home_level_reads_are_kept(admin: httpx.Client, town, home) -> None:
    town.place("bin-1", "bin_site")
    before = len(town.audit())
    for path in (
        "/v1/places/bin-1",
        "/v1/places/bin-1/readings",
        "/v1/sources",
        "/v1/places?kind=bin_site",
        "/v1/places/none",
    ):
        admin.get(path)
    assert len(town.audit()) == before
    for path in ("/v1/places", "/v1/places/home-7", "/v1/places/home-7/bedroom/readings", "/v1/alerts", "/v1/devices"):
        assert admin.get(path).status_code == 200
    assert admin.get(f"/v1/readings?datastream={home.humidity}").status_code == 200
    assert admin.get("/").status_code == 200
    assert admin.get("/places/home-7").status_code == 200
    assert town.audit()[before:] == [
        ("admin", "read", resource, {"what": what, "homes": ["home-7"]})
        for resource, what in (
            ("places", "list"),
            ("places", "view"),
            ("readings", "readings"),
            ("alerts", "list"),
            ("devices", "list"),
            ("readings", "readings"),
            ("alerts", "page"),
            ("places", "view"),
        )
    ]
