"""For the tests of ingest: a town of one sensor, and a worker, the real thing, in a thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.worker import run_ingest
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.registry import sync_profiles

DEADLINE_S = 60


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    """The owner's connection, with a sensor in a home."""
    with connect(database_url, DatabaseRole.OWNER) as connection:
        sync_profiles(connection, [profile.spec for profile in load_profiles().values()])
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1')")
        connection.execute("INSERT INTO device (id, profile_id) VALUES ('sensor-1', 'generic-indoor')")
        connection.execute(
            "INSERT INTO deployment (device_id, place_id, from_at) VALUES ('sensor-1', 'h1', '2020-01-01Z')"
        )
        yield connection


@pytest.fixture
def working() -> Callable[[IngestSettings], AbstractContextManager[None]]:
    """Runs a worker for the length of a `with`, which begins when it has subscribed and ends when it has."""

    @contextmanager
    def run(settings: IngestSettings) -> Iterator[None]:
        stop, ready = threading.Event(), threading.Event()
        thread = threading.Thread(target=run_ingest, args=(settings, stop, ready.set))
        thread.start()
        try:
            assert ready.wait(DEADLINE_S)
            yield
        finally:
            stop.set()
            thread.join(DEADLINE_S)
        assert not thread.is_alive()

    return run
