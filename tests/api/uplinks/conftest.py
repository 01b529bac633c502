"""Webhooks on the real thing: the API, a real worker in a thread, a real database, a feeder's key."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hereabouts_deploy.embedded.ports import free_port
from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.settings import IngestSettings
from hereabouts_ingest.worker import run_ingest
from hereabouts_platform.store.registry import sync_profiles

DEADLINE_S = 60
EUI = "A81758FFFE000001"


@pytest.fixture(scope="module")
def working(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], AbstractContextManager[None]]:
    """Runs a worker for the length of a `with`; its broker is away, for webhooks need none."""
    spool = tmp_path_factory.mktemp("spool")

    @contextmanager
    def run() -> Iterator[None]:
        settings = IngestSettings(
            database_url=database_url, mqtt_host="127.0.0.1", mqtt_port=free_port(), spool_dir=spool
        )
        stop = threading.Event()
        thread = threading.Thread(target=run_ingest, args=(settings, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(DEADLINE_S)
            assert not thread.is_alive()

    return run


@pytest.fixture(scope="module")
def registered(town: Any) -> None:
    """A plain sensor and one of Elsys in a home."""
    sync_profiles(town.connection, [profile.spec for profile in load_profiles().values()])
    town.place("h1", "home")
    for device, profile in (("sensor-1", "generic-indoor"), (EUI, "elsys")):
        town.connection.execute("INSERT INTO device (id, profile_id) VALUES (%s, %s)", (device, profile))
        town.deploy(device, "h1", datetime.now(UTC) - timedelta(days=100))


@pytest.fixture(scope="module")
def key(make_feeder: Callable[..., str]) -> str:
    """A feeder's, for the source `plain`."""
    return make_feeder("gateway", "plain")


@pytest.fixture(scope="module")
def send(address: str, registered: None, key: str) -> Callable[..., httpx.Response]:
    """POSTs a body to a source with a feeder's key."""

    def post(body: object, source: str = "plain", **more: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"} | more.pop("headers", {})
        address_of = f"{address}/v1/uplinks/{source}"
        return httpx.post(address_of, content=content, headers=headers, timeout=DEADLINE_S, **more)

    return post
