"""A small town for the tests of the platform: places, sensors and readings, put in by SQL as the owner."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest
from case_office import Office, make_office

from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_schemas.times import hour_of

UNITS = {"air_temperature": "Cel", "relative_humidity": "%"}


@dataclass(frozen=True, kw_only=True)
class Town:
    """Writes facts straight into the tables; `owner` is an open connection."""

    url: str
    owner: Connection
    numbers: Iterator[int]

    def place(self, place_id: str, kind: str = "home", **columns: object) -> str:
        """A place; `columns` are name, lon, lat, parent_id."""
        row = {"name": place_id, "lon": None, "lat": None, "parent_id": None} | columns
        self.owner.execute(
            "INSERT INTO place (id, kind, name, lon, lat, parent_id) VALUES (%s, %s, %s, %s, %s, %s)",
            (place_id, kind, row["name"], row["lon"], row["lat"], row["parent_id"]),
        )
        return place_id

    def sensor(
        self,
        place_id: str,
        *quantities: str,
        from_at: str = "2020-01-01T00:00Z",
        to_at: str | None = None,
        **mount: object,
    ) -> dict[str, int]:
        """A device at a place; returns its datastreams by quantity (temperature and humidity)."""
        device = f"device-{next(self.numbers)}"
        self.owner.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'test')", (device,))
        deployment = self.one(
            "INSERT INTO deployment (device_id, place_id, from_at, to_at, mount)"
            " VALUES (%s, %s, %s, %s, %s) RETURNING id",
            (device, place_id, from_at, to_at, json.dumps(mount)),
        )
        return {
            quantity: self.one(
                "INSERT INTO datastream (deployment_id, quantity, unit, kind)"
                " VALUES (%s, %s, %s, 'measurement') RETURNING id",
                (deployment, quantity, UNITS[quantity]),
            )
            for quantity in quantities or UNITS
        }

    def read(
        self,
        stream: int,
        value: float,
        from_at: datetime,
        to_at: datetime,
        *,
        step: timedelta = timedelta(minutes=30),
        moves: float = 0.0,
    ) -> None:
        """The same value again and again over [from_at, to_at), above and below it by turns of an hour by `moves`."""
        at = from_at
        while at < to_at + timedelta(days=31):
            self.owner.execute("SELECT make_partition('reading', %s)", (min(at, to_at),))
            at += timedelta(days=28)
        self.owner.execute(
            "INSERT INTO reading (datastream_id, batch_id, time, value)"
            " SELECT %s, 1, t, %s + %s * (extract(hour FROM t)::int %% 2 * 2 - 1)"
            " FROM generate_series(%s::timestamptz, %s::timestamptz, %s) AS t WHERE t < %s ON CONFLICT DO NOTHING",
            (stream, value, moves, from_at, to_at, step, to_at),
        )
        self.owner.execute(  # as the batches that ingest writes would have it noted
            "INSERT INTO rollup_pending (datastream_id, from_at, to_at) SELECT %s, %s, %s WHERE %s < %s",
            (stream, hour_of(from_at), hour_of(to_at) + timedelta(hours=1), from_at, to_at),
        )
        self.owner.execute(
            "INSERT INTO latest AS l (datastream_id, batch_id, time, value)"
            " SELECT datastream_id, batch_id, time, value FROM reading WHERE datastream_id = %s"
            " ORDER BY time DESC LIMIT 1"
            " ON CONFLICT (datastream_id) DO UPDATE SET time = excluded.time, value = excluded.value",
            (stream,),
        )

    def air(
        self, streams: dict[str, int], temperature: float, humidity: float, from_at: datetime, to_at: datetime
    ) -> None:
        """Temperature and humidity about constant over [from_at, to_at); a room's are never quite."""
        self.read(streams["air_temperature"], temperature, from_at, to_at, moves=0.1)
        self.read(streams["relative_humidity"], humidity, from_at, to_at, moves=0.3)

    def one(self, statement: str, values: tuple[object, ...] = ()) -> int:
        """The first column of the first row."""
        row = self.owner.execute(statement, values).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return row[0]


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """An empty town on a fresh database."""
    with connect(database_url, DatabaseRole.OWNER) as owner:
        owner.execute(
            "INSERT INTO profile (id, title, maker, version, interval_s, quantities)"
            " VALUES ('test', 'Test', 'Test', '1', 1800, '{air_temperature,relative_humidity}')"
        )
        yield Town(url=database_url, owner=owner, numbers=count(1))


@pytest.fixture
def office(town: Town) -> Office:
    """A council with two patches, their officers and a manager."""
    return make_office(town)
