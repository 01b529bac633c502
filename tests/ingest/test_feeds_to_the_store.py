"""From an operator's source to the store: what a feed brings lies there as readings, device events and quarantine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.mapping_file import shipped_mappings
from hereabouts_ingest.profiles import load_profiles
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.registry import load_registry, sync_profiles
from hereabouts_platform.store.source_register import RegisteredSource, add_source
from hereabouts_schemas.message import Message
from hereabouts_schemas.outcome import Outcome

CASES = Path(__file__).parent / "envelopes"
ARRIVED = datetime(2026, 3, 3, 14, 0, 30, tzinfo=UTC)
EUI = "70B3D57ED0061234"


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        sync_profiles(connection, [profile.spec for profile in load_profiles().values()])
        connection.execute("INSERT INTO place (id, kind, name) VALUES ('h1', 'home', 'Home 1')")
        for device in (EUI, "attic-17", "A1B2C3D4-00E5F601"):
            connection.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'generic-indoor')", (device,))
            connection.execute(
                "INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, 'h1', '2020-01-01Z')", (device,)
            )
        by = principal_named(connection, "system:command")
        with acting(connection, by.id):
            for name in ("zigbee2mqtt", "fiware_json", "axis_retail_data", "xovis_logics"):
                text = shipped_mappings()[name]
                source = RegisteredSource(name=name, envelope="mapped", topic_filter=f"{name}/#", mapping=text)
                add_source(connection, by, source)
        yield connection


def take(database_url: str, *cases: tuple[str, str]) -> list[Outcome]:
    """Understand and store a batch of cases, each by the source of that name."""
    with connect(database_url, DatabaseRole.INGEST) as connection:
        registry = load_registry(connection)
        sources = {source.name: source for source in registry.sources}
        deliveries = []
        for source, case in cases:
            topic = (CASES / case / "topic.txt").read_text(encoding="utf-8").strip()
            payload = (CASES / case / "payload.json").read_bytes()
            message = Message(source=sources[source], topic=topic, payload=payload, received_at=ARRIVED)
            deliveries.append(interpret(message, registry.devices, load_profiles()))
        return BatchWriter(connection, detect(connection).engine, 2, slot=0).write(deliveries)


def test_every_kind_of_feed_ends_where_it_should(database_url: str, owner: Connection) -> None:
    outcomes = take(
        database_url,
        ("chirpstack", "chirpstack/join"),
        ("chirpstack", "chirpstack/status_event"),
        ("chirpstack", "chirpstack/log_codec"),
        ("chirpstack", "chirpstack/acknowledgement"),
        ("homelink_alerts", "homelink/alert_raised"),
        ("homelink_devices", "homelink/device_added"),
        ("senml", "senml/pack_with_late_records"),
        ("zigbee2mqtt", "mapped/zigbee_smoke"),
        ("fiware_json", "mapped/fiware_list_of_values"),
    )
    assert [outcome.value for outcome in outcomes] == [
        *("stored", "stored", "stored", "ignored", "stored", "quarantined", "stored", "stored", "stored"),
    ]
    events = owner.execute("SELECT device_id, code FROM device_event ORDER BY device_id, code").fetchall()
    assert events == [
        (EUI, "UPLINK_CODEC"),
        (EUI, "device_status"),
        (EUI, "join"),
        ("A1B2C3D4-00E5F601", "HEAD_REMOVED:alert"),
        ("attic-17", "low_battery"),
        ("attic-17", "smoke"),
    ]
    readings = owner.execute(
        "SELECT d.device_id, s.quantity, count(*)::int FROM reading JOIN datastream s ON s.id = datastream_id"
        " JOIN deployment d ON d.id = s.deployment_id GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    assert readings == [
        (EUI, "air_temperature", 2),
        (EUI, "battery_level", 1),
        (EUI, "relative_humidity", 2),
        ("attic-17", "air_temperature", 2),
        ("attic-17", "battery_level", 1),
    ]
    waiting = owner.execute("SELECT kind, reason, device_id FROM quarantine ORDER BY id").fetchall()
    assert sorted(waiting) == [
        ("message", "unknown_device", "A1B2C3D4-00E5F602"),
        ("value", "clock", "attic-17"),
    ]
    assert ("A1B2C3D4-00E5F601",) not in owner.execute("SELECT device_id FROM device_heard").fetchall()


def test_counts_of_cameras_have_the_minutes_they_counted(database_url: str, owner: Connection) -> None:
    owner.execute("INSERT INTO place (id, kind, name) VALUES ('s1', 'street', 'Market Street')")
    for device in ("ACCC8E0A1B2C", "market-hall"):
        owner.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'plain')", (device,))
        owner.execute(
            "INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, 's1', '2020-01-01Z')", (device,)
        )
    cases = (
        ("axis_retail_data", "mapped/axis_two_minutes"),
        ("axis_retail_data", "mapped/axis_the_other_way_round"),
        ("axis_retail_data", "mapped/axis_a_trial_push"),
        ("xovis_logics", "mapped/xovis_a_line_and_a_zone"),
        ("xovis_logics", "mapped/xovis_events"),
    )
    outcomes = [outcome.value for outcome in take(database_url, *cases)]
    assert outcomes == ["stored", "quarantined", "quarantined", "stored", "quarantined"]
    assert owner.execute("SELECT DISTINCT reason FROM quarantine").fetchall() == [("no_value",)]
    counts = owner.execute(
        "SELECT d.device_id, s.quantity, s.kind, array_agg(r.value ORDER BY r.time), min(r.time)"
        " FROM reading r JOIN datastream s ON s.id = datastream_id JOIN deployment d ON d.id = s.deployment_id"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2"
    ).fetchall()
    first = ARRIVED.replace(hour=13, minute=58, second=0, microsecond=0)
    assert counts == [
        ("ACCC8E0A1B2C", "people_in", "delta", [3, 0], first),
        ("ACCC8E0A1B2C", "people_out", "delta", [1, 2], first),
        ("market-hall", "people_in", "delta", [1, 4], first),
        ("market-hall", "people_out", "delta", [0, 2], first),
    ]
    assert take(database_url, ("xovis_logics", "mapped/xovis_a_line_and_a_zone")) == [Outcome.DUPLICATE]


def test_the_same_again_is_all_duplicates(database_url: str, owner: Connection) -> None:
    cases = (("chirpstack", "chirpstack/status_event"), ("senml", "senml/pack_with_late_records"))
    take(database_url, *cases)
    assert take(database_url, *cases) == [Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert owner.execute("SELECT count(*)::int FROM device_event").fetchone() == (1,)
