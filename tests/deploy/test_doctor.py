"""doctor's checks, on a real database and real brokers."""

import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from hereabouts_deploy.doctor.broker import check_embedded, check_own
from hereabouts_deploy.doctor.check import Check, State, worst
from hereabouts_deploy.doctor.database import check_database, feed_of
from hereabouts_deploy.doctor.examine import examine
from hereabouts_deploy.doctor.machine import LEAST_FREE_BYTES, check_disk, check_grid, check_python
from hereabouts_deploy.embedded.broker import Broker, facts_of
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.mosquitto import find_mosquitto
from hereabouts_deploy.embedded.mqtt_probe import Answer, Login, probe
from hereabouts_deploy.embedded.ports import free_port
from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_deploy.mqtt_address import MqttAddress
from hereabouts_deploy.parts import login_address
from hereabouts_deploy.settings import Settings
from hereabouts_platform.store.engine import Engine

MOSQUITTO = find_mosquitto()


def states(checks: Iterator[Check]) -> dict[str, State]:
    return {check.name: check.state for check in checks}


def test_a_migrated_database_is_well(database_url: str) -> None:
    found = list(check_database(database_url))
    assert [check.name for check in found] == ["database", "migrations", "clock", "tables"]
    assert worst(found) is State.OK
    assert "btree_gist" in found[0].detail["extensions"]


def test_it_tells_what_the_server_is_and_gives(database_url: str, engine: Engine) -> None:
    database = next(check_database(database_url))
    if engine is Engine.PLAIN:
        assert "Plain: readings lie in monthly partitions (no TimescaleDB). No PostGIS" in database.message
        assert not database.detail["geometry"]
        return
    assert re.search(r"TimescaleDB 2\.\d+\.\d+, licence apache: readings lie in weekly chunks", database.message)
    assert "no columnstore" in database.message
    assert re.search(r"PostGIS 3\.\S+: GIS programs find places in the view place_geometry", database.message)
    assert database.detail["geometry"]


def test_a_server_that_is_too_old_is_broken_and_says_so(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hereabouts_platform.store.engine.OLDEST_POSTGRES", 99)
    found = list(check_database(database_url))
    assert states(iter(found)) == {"database": State.BROKEN}
    assert "Hereabouts needs 99 or later" in found[0].message


def test_an_empty_database_wants_to_be_migrated(postgres_server: Postgres) -> None:
    name = f"empty_{secrets.token_hex(4)}"
    with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER hereabouts_owner")
    found = list(check_database(postgres_server.url(database=name)))
    assert states(iter(found)) == {"database": State.OK, "migrations": State.BROKEN}
    assert "run `hereabouts migrate`" in found[-1].message


def test_a_database_that_is_away_is_broken() -> None:
    found = list(check_database(f"postgresql://x@127.0.0.1:{free_port()}/x"))
    assert states(iter(found)) == {"database": State.BROKEN}


def test_the_time_is_told_as_people_say_it(database_url: str) -> None:
    clock = next(check for check in check_database(database_url) if check.name == "clock")
    assert re.fullmatch(r"\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d, as the database\.", clock.message)


def test_a_clock_behind_what_is_stored_is_broken(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE migration SET applied_at = now() + interval '1 day' WHERE number = 1")
    assert states(check_database(database_url))["clock"] is State.BROKEN


def test_the_fullest_hour_is_counted_over_all_sources(database_url: str) -> None:
    this_hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    counts = [(1, 0, 0, 700), (2, 0, 0, 500), (2, 0, 1, 50), (1, 5, 0, 900), (1, 24 * 30, 0, 99_999)]
    with psycopg.connect(database_url, autocommit=True) as connection:
        for source, hours_ago, slot, received in counts:
            connection.execute(
                "INSERT INTO ingest_count (source_id, hour, slot, received) VALUES (%s, %s, %s, %s)",
                (source, this_hour - timedelta(hours=hours_ago), slot, received),
            )
    assert feed_of(database_url) == 1250


def test_a_disk_that_is_nearly_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "not" / "yet" / "there"
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=LEAST_FREE_BYTES))
    assert check_grid().detail["ostn15"] is ("lacks" not in check_grid().message)
    assert check_disk(folder).state is State.OK
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=LEAST_FREE_BYTES - 1))
    assert check_disk(folder).state is State.WARNING
    assert check_python().state is State.OK


def test_without_a_system_doctor_says_so_and_stops_there(tmp_path: Path) -> None:
    found = states(examine(Settings(data_dir=tmp_path), measure_queue=False))
    assert found["system"] is State.BROKEN
    assert "database" not in found


def test_a_system_without_a_known_broker_is_told(database_url: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    assert states(examine(settings, measure_queue=False))["broker"] is State.WARNING


def test_the_embedded_broker_is_named_with_its_limit(broker: Broker, tmp_path: Path) -> None:
    found = check_embedded(login_address(broker), facts_of(broker))
    assert found.state is State.OK
    assert found.detail["kind"] is facts_of(broker).kind
    expected = "512 MiB" if facts_of(broker).kind is BrokerKind.MOSQUITTO else "memory alone"
    assert expected in found.message


def test_a_broker_that_is_away_or_refuses_is_broken(broker: Broker) -> None:
    away = MqttAddress(host="127.0.0.1", port=free_port())
    assert check_own(away, 0, measure=False).state is State.BROKEN
    wrong = MqttAddress(host="127.0.0.1", port=broker.port, username="ingest", password="wrong")
    found = check_own(wrong, 0, measure=False)
    assert found.state is State.BROKEN
    assert "refuses the login" in found.message


def test_what_cannot_be_known_is_said_plainly(broker: Broker) -> None:
    small = check_own(login_address(broker), 1000, measure=False)
    large = check_own(login_address(broker), 1001, measure=False)
    assert (small.state, large.state) == (State.OK, State.WARNING)
    assert "MQTT gives no way to read" in small.message
    assert "--measure-queue" in large.message


def test_an_unlimited_queue_is_measured_as_such(broker: Broker) -> None:
    found = check_own(login_address(broker), 1500, measure=True)
    assert (found.state, found.detail["kept"]) == (State.OK, 1500)


if MOSQUITTO is not None:

    @pytest.fixture
    def short_queue(tmp_path: Path) -> Iterator[MqttAddress]:
        """A mosquitto as an operator might run it, which keeps 150 messages."""
        port = free_port()
        config = tmp_path / "short.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 150\nsys_interval 1\n")
        with subprocess.Popen([str(MOSQUITTO), "-c", config], stderr=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 30
            while probe(port, Login(username="any", password="any")) is Answer.SILENT:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield MqttAddress(host="127.0.0.1", port=port)
            process.terminate()

    def test_a_queue_shorter_than_an_hour_of_the_feed_is_found(short_queue: MqttAddress) -> None:
        found = check_own(short_queue, 400, measure=True)
        assert found.state is State.WARNING
        assert found.detail["kept"] == 150
        assert "Let it keep at least 400" in found.message

    def test_messages_that_a_broker_dropped_are_told(short_queue: MqttAddress) -> None:
        check_own(short_queue, 400, measure=True)
        deadline = time.monotonic() + 30
        while (found := check_own(short_queue, 10, measure=False)).state is State.OK:
            assert time.monotonic() < deadline
        assert "It has dropped 250 messages" in found.message
