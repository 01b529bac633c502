"""Fixtures of who sends crews and who is one: over plans that a test publishes, or a small fleet to be planned."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from made_plan import published, put_places
from people import Client, clients
from small_fleet import Run, put_fleet, runner

from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.plans import keep_draft, publish
from hereabouts_schemas.access import Role
from hereabouts_schemas.work import RoundPlan

Release = Callable[[RoundPlan], int]


@pytest.fixture(scope="module")
def release(database_url: str, town) -> Release:
    """Keeps a plan of the made-up day and publishes it, as a job does; gives its number."""
    put_places(town.connection)

    def run(plan: RoundPlan) -> int:
        with connect(database_url, DatabaseRole.JOBS) as jobs:
            by = principal_named(jobs, "system:jobs")
            with acting(jobs, by.id):
                kept = keep_draft(jobs, by, published(plan), "yard")
                return publish(jobs, by, kept.id, lambda _: []).id

    return run


@pytest.fixture(scope="module")
def client(database_url: str, address: str, release: Release) -> Iterator[Client]:
    """Makes somebody with a role (and crews) and gives a client with their key."""
    with clients(database_url, address) as make:
        yield make


@pytest.fixture(scope="module")
def dispatcher(client: Client) -> httpx.Client:
    """Who sends the crews of the made-up day."""
    return client("Di", Role.WASTE_MANAGER)


@pytest.fixture(scope="module")
def red(client: Client) -> httpx.Client:
    """The tablet of one of its crews."""
    return client("tablet red", Role.WASTE_CREW, "red")


@pytest.fixture(scope="module")
def run(database_url: str) -> Run:
    """Runs a job of the small fleet."""
    return runner(database_url)


@pytest.fixture(scope="module")
def di(database_url: str, address: str, town) -> Iterator[httpx.Client]:
    """Who sends the crews of the small fleet."""
    put_fleet(town)
    with clients(database_url, address) as make:
        yield make("di", Role.WASTE_MANAGER)
