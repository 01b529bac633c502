"""A real API on a real port over a real database, and a small town to ask it about."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import psycopg
import pytest
import uvicorn
from psycopg.types.json import Jsonb
from waste_people import client, di, dispatcher, red, release, run  # noqa: F401 - fixtures, for those who name them

from hereabouts_api.app import create_app
from hereabouts_api.settings import ApiSettings
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.access import PrincipalKind, Role

DEADLINE_S = 30.0

_numbers = count(1)


@contextmanager
def serve(database_url: str, **settings: object) -> Iterator[str]:
    """Run the application under uvicorn on a free port; gives its address."""
    # said to be TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(ApiSettings(**{"database_url": database_url, "public_url": address, **settings}))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="on"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = time.monotonic() + DEADLINE_S
            while not server.started:
                assert thread.is_alive(), "the server ended while starting"
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.01)
            yield address
        finally:
            server.should_exit = True
            thread.join(DEADLINE_S)


@pytest.fixture(scope="module")
def database_url(postgres_server: Postgres, template_database: str) -> Iterator[str]:
    """The owner's address of a fresh, migrated database: one a module, as these tests mostly look."""
    name = f"test_api_{next(_numbers)}"
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE {template_database} STRATEGY FILE_COPY OWNER hereabouts_owner"
        )
    yield postgres_server.url(database=name)
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def make_key(database_url: str) -> Callable[..., str]:
    """Makes a principal with a role and gives its key."""

    def make(name: str, role: Role, expires_at: datetime | None = None) -> str:
        with connect(database_url, DatabaseRole.OWNER) as connection:
            by = principal_named(connection, "system:command")
            with acting(connection, by.id):
                principal = ensure_principal(connection, by, name, PrincipalKind.SERVICE, role)
                return issue_key(connection, by, principal, "test", expires_at=expires_at)

    return make


@pytest.fixture(scope="module")
def make_feeder(database_url: str) -> Callable[..., str]:
    """Makes a service that may hand in messages of some sources and gives its key."""

    def make(name: str, *sources: str) -> str:
        with connect(database_url, DatabaseRole.OWNER) as connection:
            by = principal_named(connection, "system:command")
            with acting(connection, by.id):
                kind, role = PrincipalKind.SERVICE, Role.FEEDER
                principal = ensure_principal(connection, by, name, kind, role, sources=sources)
                return issue_key(connection, by, principal, "test")

    return make


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[str]]:
    """Starts an API: `with serving(database_url, public_url=...) as address`."""
    return serve


@pytest.fixture(scope="module")
def address(database_url: str) -> Iterator[str]:
    """Where the API runs."""
    with serve(database_url) as found:
        yield found


@pytest.fixture(scope="module")
def admin(address: str, make_key: Callable[..., str]) -> Iterator[httpx.Client]:
    """A client with an administrator's key."""
    headers = {"Authorization": f"Bearer {make_key('admin', Role.ADMINISTRATOR)}"}
    with httpx.Client(base_url=address, headers=headers, timeout=DEADLINE_S) as opened:
        yield opened


@pytest.fixture(scope="module")
def nobody(address: str) -> Iterator[httpx.Client]:
    """A client without key or session."""
    with httpx.Client(base_url=address, timeout=DEADLINE_S) as opened:
        yield opened


@dataclass
class Town:
    """Writes facts into the store as the owner."""

    connection: psycopg.Connection

    def place(self, place_id: str, kind: str = "home", *, parent: str | None = None, **columns: object) -> str:
        given = {"id": place_id, "kind": kind, "name": place_id.title(), "parent_id": parent, **columns}
        names = ", ".join(given)
        marks = ", ".join(f"%({name})s" for name in given)
        self.connection.execute(f"INSERT INTO place ({names}) VALUES ({marks})", given)
        return place_id

    def profile(self, profile_id: str = "generic-indoor", interval_s: int = 900) -> str:
        self.connection.execute(
            "INSERT INTO profile (id, title, maker, version, interval_s, quantities)"
            " VALUES (%s, 'Indoor sensor', 'Maker', '1', %s, '{air_temperature}')"
            " ON CONFLICT DO NOTHING",
            (profile_id, interval_s),
        )
        return profile_id

    def device(
        self, device_id: str, *, heard: datetime | None = None, profile: str = "generic-indoor", interval_s: int = 900
    ) -> str:
        self.profile(profile, interval_s)
        self.connection.execute(
            "INSERT INTO device (id, profile_id, created_at) VALUES (%s, %s, '2020-01-01Z')", (device_id, profile)
        )
        if heard is not None:
            self.connection.execute("INSERT INTO device_heard VALUES (%s, %s, %s)", (device_id, heard, heard))
        return device_id

    def healthy(self, device_id: str, *, interval_s: int = 900, **found: object) -> None:
        """What the job would have written down of a device; `found` are other columns."""
        columns = {
            "device_id": device_id, "assessed_at": datetime.now(UTC), "interval_s": interval_s, "gaps": 63,
            "live_s": 3 * interval_s, "late_s": max(86_400, 6 * interval_s), "battery_state": "cannot_say",
            "stuck": Jsonb([]), "clock_bad": 0, "messages": 64, **found,
        }  # fmt: skip
        names, marks = ", ".join(columns), ", ".join(f"%({name})s" for name in columns)
        self.connection.execute(f"INSERT INTO device_health ({names}) VALUES ({marks})", columns)

    def deploy(
        self, device_id: str, place_id: str, from_at: datetime, to_at: datetime | None = None, **mount: object
    ) -> int:
        return self._id(
            "INSERT INTO deployment (device_id, place_id, from_at, to_at, mount) VALUES (%s, %s, %s, %s, %s)"
            " RETURNING id",
            (device_id, place_id, from_at, to_at, Jsonb(mount)),
        )

    def stream(self, deployment: int, quantity: str, unit: str, channel: str = "", kind: str = "measurement") -> int:
        return self._id(
            "INSERT INTO datastream (deployment_id, quantity, channel, unit, kind) VALUES (%s, %s, %s, %s, %s)"
            " RETURNING id",
            (deployment, quantity, channel, unit, kind),
        )

    def readings(self, stream: int, values: Sequence[tuple[datetime, float]]) -> None:
        for month in sorted({at.astimezone(UTC).strftime("%Y-%m-01T00:00Z") for at, _ in values}):
            self.connection.execute("SELECT make_partition('reading', %s)", (month,))
        with self.connection.cursor().copy("COPY reading (datastream_id, batch_id, time, value) FROM STDIN") as copy:
            for at, value in values:
                copy.write_row((stream, 1, at, value))
        self.connection.execute(
            "INSERT INTO latest SELECT datastream_id, batch_id, time, value FROM reading WHERE datastream_id = %s"
            " ORDER BY time DESC LIMIT 1 ON CONFLICT (datastream_id) DO UPDATE"
            " SET time = excluded.time, value = excluded.value",
            (stream,),
        )

    def alert(
        self, place_id: str, opened_at: datetime, *, level: str = "act", hazard: str = "damp_mould",
        cleared_at: datetime | None = None, reason: str = "The air has been damp for a week.",
    ) -> int:  # fmt: skip
        evidence = {
            "air_humidity_week": {
                "value": 81.25, "unit": "%", "limit": 75.0,
                "from": (opened_at - timedelta(days=7)).isoformat(), "to": opened_at.isoformat(),
            }
        }  # fmt: skip
        return self._id(
            "INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule,"
            " rule_version, opened_at, updated_at, cleared_at, changed_by) VALUES"
            " ('place', %s, %s, %s, %s, %s, %s, 'part_f', '1', %s, %s, %s, 1) RETURNING id",
            (
                place_id,
                place_id,
                hazard,
                level,
                reason,
                Jsonb(evidence),
                opened_at,
                cleared_at or opened_at,
                cleared_at,
            ),
        )

    def quarantined(self, number: int, *, reason: str = "unreadable", kind: str = "message", device: str | None = None,
                    payload: bytes = b"{", received_at: datetime | None = None) -> int:  # fmt: skip
        at = received_at or datetime.now(UTC)
        return self._id(
            "INSERT INTO quarantine (kind, source_id, topic, device_id, reason, detail, received_at, last_at, batch_id,"
            " index, content_hash, payload) VALUES (%s, 1, %s, %s, %s, 'Not JSON.', %s, %s, 1, 0, %s, %s) RETURNING id",
            (kind, f"v3/app/devices/{number}/up", device, reason, at, at, number.to_bytes(16, "big"), payload),
        )

    def audit(self) -> list[tuple[str, str, str, dict[str, object]]]:
        return self.connection.execute(
            "SELECT p.name, a.action, a.resource, a.detail"
            " FROM audit a JOIN principal p ON p.id = a.principal_id ORDER BY a.id"
        ).fetchall()

    def _id(self, statement: str, values: Sequence[object]) -> int:
        row = self.connection.execute(statement, values).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def town(database_url: str) -> Iterator[Town]:
    """An empty town to be filled."""
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield Town(connection)


@dataclass(frozen=True)
class Home:
    """A home whose bedroom has a sensor, with two hours of readings every quarter of an hour."""

    id: str
    room: str
    device: str
    temperature: int
    humidity: int
    from_at: datetime
    alert: int


@pytest.fixture(scope="module")
def home(town: Town) -> Home:
    """One home with everything a view can show."""
    from_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    town.place("street-1", "street", usrn="20801234")
    town.place("home-7", parent="street-1", uprn="100051234567", lon=-1.55, lat=53.8, attributes=Jsonb({"age": 1930}))
    town.place("home-7/bedroom", "room", parent="home-7")
    town.connection.execute("INSERT INTO area (code, vintage, kind, name) VALUES ('E05001234', '2023', 'ward', 'Mill')")
    town.connection.execute("INSERT INTO place_area VALUES ('home-7', 'E05001234', '2023')")
    town.device("0004A30B001C0530", heard=from_at + timedelta(hours=2, minutes=45))
    deployment = town.deploy("0004A30B001C0530", "home-7/bedroom", from_at - timedelta(days=30), f_rsi=0.7)
    temperature = town.stream(deployment, "air_temperature", "Cel")
    humidity = town.stream(deployment, "relative_humidity", "%")
    quarters = [from_at + timedelta(minutes=15 * index) for index in range(8)]
    town.readings(temperature, [(at, 18.0 + index) for index, at in enumerate(quarters)])
    town.readings(humidity, [(at, 70.0 + index) for index, at in enumerate(quarters)])
    alert = town.alert("home-7/bedroom", from_at)
    return Home(
        id="home-7", room="home-7/bedroom", device="0004A30B001C0530", temperature=temperature, humidity=humidity,
        from_at=from_at, alert=alert,
    )  # fmt: skip
