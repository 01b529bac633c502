"""A batch that the store refuses for its data: the one message is found, and all of the batch is stored or none."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from hereabouts_ingest.desk import Desk
from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.settings import IngestSettings
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.registry import sync_profiles
from hereabouts_schemas.message import Message, Source
from hereabouts_schemas.outcome import Outcome

SOURCE = Source(id=4, name="plain", topic_filter="hereabouts/+/up", envelope="plain")
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        sync_profiles(connection, [profile.spec for profile in load_profiles().values()])
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1')")
        for device in ("good", "refused", "too-much"):
            connection.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'generic-indoor')", (device,))
            connection.execute(
                "INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, 'h1', '2020-01-01Z')", (device,)
            )
        connection.execute(
            "CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF NEW.device_id = 'refused' THEN RAISE EXCEPTION 'no' USING ERRCODE = 'invalid_text_representation';"
            " ELSIF NEW.device_id = 'too-much' THEN RAISE EXCEPTION 'no' USING ERRCODE = 'disk_full'; END IF;"
            " RETURN NEW; END $$"
        )
        connection.execute("CREATE TRIGGER judge BEFORE INSERT ON uplink FOR EACH ROW EXECUTE FUNCTION judge()")
        yield connection


@pytest.fixture
def desk(database_url: str, owner: Connection, tmp_path: Path) -> Iterator[Desk]:
    found = Desk(IngestSettings(database_url=database_url, mqtt_host="", mqtt_port=0, spool_dir=tmp_path))
    yield found
    found.close()


def messages(*devices: str) -> list[Message]:
    return [
        Message(
            source=SOURCE,
            topic=f"hereabouts/{device}/up",
            payload=json.dumps(
                {"device": device, "time": (NOW - timedelta(minutes=n)).isoformat(), "temperature": 20}
            ).encode(),
            received_at=NOW,
        )
        for n, device in enumerate(devices)
    ]


def test_the_one_is_set_aside_and_the_others_are_stored(desk: Desk, owner: Connection) -> None:
    outcomes = desk.handle(messages(*["good"] * 5, "refused", *["good"] * 2))
    assert outcomes == [*[Outcome.STORED] * 5, Outcome.QUARANTINED, *[Outcome.STORED] * 2]
    assert owner.execute("SELECT reason FROM quarantine").fetchall() == [("refused_by_store",)]
    assert owner.execute("SELECT sum(received)::int, sum(stored)::int FROM ingest_count").fetchone() == (8, 7)


def test_where_the_store_goes_away_between_the_parts_nothing_is_left_behind(desk: Desk, owner: Connection) -> None:
    with pytest.raises(psycopg.errors.DiskFull):
        desk.handle(messages("good", "refused", "good", "too-much"))
    for table in ("uplink", "reading", "batch", "ingest_count", "quarantine", "uplink_key"):
        assert owner.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
