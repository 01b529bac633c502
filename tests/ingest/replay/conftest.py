"""A council with plain sensors, whose messages go the way of ingest and can be read again: for the tests of replay."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import DeviceProfile
from hereabouts_ingest.replay.readers import readers_for
from hereabouts_ingest.replay.run import Replay
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.registry import load_registry, sync_profiles
from hereabouts_platform.store.replay_rows import Selection
from hereabouts_schemas.message import Message, Source
from hereabouts_schemas.outcome import Outcome
from hereabouts_schemas.profile import FieldSpec, Profile

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
SOURCE = Source(id=4, name="plain", topic_filter="hereabouts/+/up", envelope="plain")


def profile(version: str, *fields: tuple[str, str, str, float]) -> DeviceProfile:
    """A version of the made-up profile: (path, quantity, unit, scale)."""
    rows = tuple(FieldSpec(path=path, quantity=quantity, unit=unit, scale=s) for path, quantity, unit, s in fields)
    spec = Profile(
        id="made-up", title="Made up", maker="Nobody", version=version, interval_s=900, has_decoder=False, fields=rows
    )
    return DeviceProfile(spec=spec, decode=None)


T, H = "air_temperature", "relative_humidity"
ONE = profile("1", ("temp", T, "Cel", 1.0), ("hum", H, "%", 1.0))
TWO = profile("2", ("temp", T, "Cel", 1.0), ("hum", H, "%", 0.5))
DRY = profile("3", ("temp", T, "Cel", 1.0))
VERSIONS: dict[str, DeviceProfile] = {"made-up": ONE, "made-up/1": ONE, "made-up/2": TWO, "made-up/3": DRY}


@dataclass(frozen=True, kw_only=True)
class Council:
    """Writes and replays; `versions` are the decoders of its release, by key."""

    url: str
    owner: Connection
    ingest: Connection
    versions: dict[str, DeviceProfile]

    def register(self, device: str, from_at: str = "2020-01-01T00:00Z", place: str = "h1") -> None:
        """A device of the made-up profile at a place."""
        self.owner.execute(
            "INSERT INTO device (id, profile_id) VALUES (%s, 'made-up') ON CONFLICT DO NOTHING", (device,)
        )
        self.owner.execute(
            "INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, %s, %s)", (device, place, from_at)
        )

    def message(self, device: str, minute: float, received: float | None = None, **values: object) -> Message:
        """A plain message of `minute` after noon, received one minute later or at `received`."""
        at = NOON + timedelta(minutes=minute)
        body: Mapping[str, object] = {"device": device, "time": at.isoformat(), **values}
        arrived = NOON + timedelta(minutes=minute + 1 if received is None else received)
        topic = f"hereabouts/{device}/up"
        return Message(source=SOURCE, topic=topic, payload=json.dumps(body).encode(), received_at=arrived)

    def write(self, messages: Sequence[Message], slot: int = 0) -> list[Outcome]:
        """One batch, as a worker writes it."""
        devices = load_registry(self.ingest).devices
        writer = BatchWriter(self.ingest, detect(self.ingest).engine, 2, slot)
        return writer.write([interpret(message, devices, self.versions) for message in messages])

    def replay(
        self, *, decoder: str | None = None, remove: bool = False, messages_a_step: int = 300, **wanted: object
    ) -> Replay:
        """A replay, with the registry as it stands."""
        connection = self.ingest
        registry = load_registry(connection)
        selection = Selection(**wanted)  # type: ignore[arg-type]
        readers = readers_for(registry.devices, self.versions, decoder, selection.device)
        by = principal_named(connection, "system:command")
        return Replay(connection, by, readers, selection, remove=remove, messages_a_step=messages_a_step)

    def one(self, statement: str, *values: object) -> tuple[object, ...]:
        """The first row."""
        row = self.owner.execute(statement, values).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return row

    def counts(self) -> dict[str, int]:
        """The sums of the accounting; checks that it holds against itself and against the rows."""
        names = ("received", "stored", "duplicate", "quarantined", "ignored", "values_stored", "values_refused")
        sums = ", ".join(f"coalesce(sum({name}), 0)::int" for name in names)
        found = dict(zip(names, self.one(f"SELECT {sums} FROM ingest_count"), strict=True))
        outcomes = dict(self.owner.execute("SELECT outcome, count(*)::int FROM uplink GROUP BY 1").fetchall())
        assert {name: found[name] for name in names[1:5]} == {name: outcomes.get(name, 0) for name in names[1:5]}
        assert found["received"] == sum(outcomes.values())
        assert found["values_stored"] == self.one("SELECT count(*)::int FROM reading")[0]
        waiting = "SELECT coalesce(sum(deliveries - replayed), 0)::int FROM quarantine WHERE kind = 'message'"
        assert found["quarantined"] == self.one(waiting)[0]
        self.check_reasons(found)
        return found  # type: ignore[return-value]

    def check_reasons(self, counts: Mapping[str, int]) -> None:
        """Every reason in the books has as many messages as wait for it, and none has less than none."""
        books = "SELECT reason, sum(count)::int FROM ingest_reason WHERE outcome = %s GROUP BY 1"
        waiting = (
            "SELECT reason, sum(deliveries - replayed)::int FROM quarantine WHERE kind = 'message'"
            " AND deliveries > replayed GROUP BY 1"
        )
        quarantined = dict(self.owner.execute(books, ("quarantined",)).fetchall())
        assert {reason: n for reason, n in quarantined.items() if n} == dict(self.owner.execute(waiting).fetchall())
        ignored = dict(self.owner.execute(books, ("ignored",)).fetchall())
        assert all(n >= 0 for n in ignored.values())
        assert sum(ignored.values()) == counts["ignored"]

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything that a replay could change."""
        tables = {
            "reading": "datastream_id, batch_id, time, value",
            "latest": "datastream_id, batch_id, time, value",
            "uplink": "batch_id, index, received_at, outcome, device_id, observed_at, time_source, clock_bad, decoder",
            "uplink_key": "source_id, key, batch_id, index",
            "quarantine": "id, deliveries, replayed, reason, resolved_at, resolved_as",
            "reading_revision": "id, datastream_id, time, old_value, new_value",
            "ingest_count": "source_id, hour, slot, stored, duplicate, quarantined, ignored, values_stored,"
            " values_refused",
            "ingest_reason": "source_id, hour, slot, outcome, reason, count",
            "device_event": "device_id, time, code",
            "batch": "id",
            "audit": "id",
        }
        return {
            table: self.owner.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}").fetchall()  # type: ignore[arg-type]
            for table, columns in tables.items()
        }

    def check_latest(self) -> None:
        """`latest` is the newest reading of every datastream."""
        newest = self.owner.execute(
            "SELECT DISTINCT ON (datastream_id) datastream_id, time, value FROM reading ORDER BY 1, 2 DESC"
        ).fetchall()
        latest = self.owner.execute("SELECT datastream_id, time, value FROM latest ORDER BY 1").fetchall()
        assert latest == newest


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    """The owner's connection."""
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


@pytest.fixture
def council(database_url: str, owner: Connection) -> Iterator[Council]:
    """A fresh council with two homes and no device."""
    with connect(database_url, DatabaseRole.INGEST) as ingest:
        yield make_council(database_url, owner, ingest)


def make_council(url: str, owner: Connection, ingest: Connection) -> Council:
    """A fresh council with two homes and no device."""
    sync_profiles(owner, [ONE.spec])
    owner.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1'), ('h2', 'home', 'Home 2')")
    return Council(url=url, owner=owner, ingest=ingest, versions=dict(VERSIONS))
