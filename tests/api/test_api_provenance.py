"""From a reading back to its message or its file, for every envelope, through a real store and a real API."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import load_profiles
from hereabouts_platform.imports.readings import import_readings
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_platform.store.registry import load_registry, sync_profiles
from hereabouts_schemas.access import Role
from hereabouts_schemas.message import Message
from hereabouts_schemas.outcome import Outcome

ENVELOPES = Path(__file__).parents[1] / "ingest" / "envelopes"
NOON = datetime(2026, 3, 3, 14, 0, 1, tzinfo=UTC)
HISTORY = "20cee032a16992008f0020ce3835a169fbff9000"  # two records of an EM300: 06:00 and 06:10 on 27 February

DEVICES = {
    "70B3D57ED0061234": ("elsys", "elm/bedroom", {}),
    "0101010101010101": ("milesight-em300", "mast", {}),
    "A1B2C3D4-00E5F601": ("homelink", "elm/bedroom", {}),
    "other-home": ("plain", "oak", {}),
    "bin-1": ("plain", "bin", {"bin_depth_mm": 1200}),
    "line-1": ("milesight-vs13x", "gate", {}),
}


def recorded(network: str, case: str) -> tuple[str, dict[str, Any]]:
    folder = ENVELOPES / network / case
    return folder.joinpath("topic.txt").read_text().strip(), json.loads(folder.joinpath("payload.json").read_text())


def chirpstack(number: int, *, at: str, **body: object) -> tuple[str, dict[str, Any]]:
    _, found = recorded("chirpstack", "uplink")
    del found["data"], found["object"]
    found["deviceInfo"]["devEui"] = "0101010101010101"
    return "application/1/device/0101010101010101/event/up", {
        **found, "deduplicationId": f"copy-{number}", "time": at, "fCnt": number, **body,
    }  # fmt: skip


def records(*temperatures: float) -> dict[str, object]:
    """History records ten minutes apart, the first of 06:00 on 27 February."""
    return {"history": [{"timestamp": 1772172000 + 600 * k, "temperature": t} for k, t in enumerate(temperatures)]}


@pytest.fixture(scope="module")
def written(town: Any, database_url: str) -> dict[str, bytes]:
    """Messages of every envelope in one batch, then histories in others; gives the payloads by name."""
    for place, kind, parent in (
        ("elm", "home", None), ("elm/bedroom", "room", "elm"), ("oak", "home", None), ("mast", "weather_station", None),
        ("bin", "bin_site", None), ("gate", "counting_line", None),
    ):  # fmt: skip
        town.place(place, kind, parent=parent)
    sync_profiles(town.connection, [profile.spec for profile in load_profiles().values()])
    for device, (profile, place, mount) in DEVICES.items():
        town.connection.execute("INSERT INTO device (id, profile_id) VALUES (%s, %s)", (device, profile))
        town.deploy(device, place, datetime(2025, 1, 1, tzinfo=UTC), **mount)
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "things_stack": recorded("things_stack", "uplink"),
        "homelink": recorded("homelink", "reading_five_hours_late"),
        "other": ("hereabouts/other-home/up", {"device": "other-home", "time": "2026-03-03T14:00:00Z", "co2": 777.0}),
        "bin": ("hereabouts/bin-1/up", {"device": "bin-1", "time": "2026-03-03T14:00:00Z", "distance": 300.0}),
        "chirpstack": chirpstack(1, at="2026-03-03T14:00:00Z", object={"temperature": 23.8, "humidity": 62.0}),
    }
    sent = {name: (topic, json.dumps(body).encode()) for name, (topic, body) in bodies.items()}
    frame = chirpstack(2, at="2026-03-03T14:20:00Z", data=base64.b64encode(bytes.fromhex(HISTORY)).decode(), fPort=85)
    later = {
        "frame": (frame[0], json.dumps(frame[1]).encode()),
        "records": (
            frame[0],
            json.dumps(chirpstack(3, at="2026-03-03T14:30:00Z", object=records(7.0, 8.0, 9.0))[1]).encode(),
        ),
    }
    with connect(database_url, DatabaseRole.INGEST) as connection:
        writer = BatchWriter(connection, detect(connection).engine, 2, slot=0)
        assert write(writer, town, sent, NOON) == [Outcome.STORED] * 5
        assert write(writer, town, {"frame": later["frame"]}, NOON + timedelta(minutes=20)) == [Outcome.STORED]
        town.connection.execute("DELETE FROM reading WHERE time < '2026-03-01Z'")
        assert write(writer, town, {**later, "frame": again(later["frame"])}, NOON + timedelta(minutes=30)) == [
            Outcome.STORED, Outcome.STORED,
        ]  # fmt: skip
    return {name: payload for name, (_, payload) in {**sent, **later}.items()}


def again(sent: tuple[str, bytes]) -> tuple[str, bytes]:
    body = json.loads(sent[1])
    moved = {"deduplicationId": "copy-4", "fCnt": 4, "time": "2026-03-03T14:25:00Z", "object": records(1.5, 8.0)}
    return sent[0], json.dumps({**body, **moved}).encode()


def write(writer: BatchWriter, town: Any, sent: dict[str, tuple[str, bytes]], received_at: datetime) -> list[Outcome]:
    registry = load_registry(town.connection)
    sources = {source.name: source for source in registry.sources}

    def message(topic: str, payload: bytes) -> Message:
        first = topic.split("/", maxsplit=1)[0]
        known = {"v3": "things_stack", "application": "chirpstack", "council": "homelink"}
        source = sources[known.get(first, "plain")]
        return Message(source=source, topic=topic, payload=payload, received_at=received_at)

    return writer.write(
        [interpret(message(topic, body), registry.devices, load_profiles()) for topic, body in sent.values()]
    )


@pytest.fixture
def stream(town: Any, written: dict[str, bytes]) -> Any:
    """The number of a datastream."""

    def find(device: str, quantity: str) -> int:
        row = town.connection.execute(
            "SELECT s.id FROM datastream s JOIN deployment d ON d.id = s.deployment_id"
            " WHERE d.device_id = %s AND s.quantity = %s",
            (device, quantity),
        ).fetchone()
        assert row, (device, quantity)
        return int(row[0])

    return find


def ask(client: httpx.Client, stream: int, at: str) -> dict[str, Any]:
    answer = client.get(f"/v1/readings/{stream}/{at}/provenance")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


CASES = [
    ("things_stack", "70B3D57ED0061234", "air_temperature", "2026-03-03T14:00:00.087Z", 22.6, "elsys/1",
     "uplink_message.decoded_payload.temperature", 22.6),
    ("chirpstack", "0101010101010101", "relative_humidity", "2026-03-03T14:00:00Z", 62.0, "milesight-em300/1",
     "object.humidity", 62.0),
    ("homelink", "A1B2C3D4-00E5F601", "air_temperature", "2026-03-03T09:06:47Z", 17.4, "homelink/1", "value", 17.4),
    ("other", "other-home", "co2", "2026-03-03T14:00:00Z", 777.0, "plain/1", "co2", 777.0),
    ("bin", "bin-1", "distance", "2026-03-03T14:00:00Z", 300.0, "plain/1", "distance", 300.0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "device", "quantity", "at", "value", "decoder", "found_at", "raw"), CASES)
def test_every_envelope_leads_back_to_its_message(  # noqa: PLR0917
    admin: httpx.Client, written: dict[str, bytes], stream: Any, name: str, device: str, quantity: str, at: str,
    value: float, decoder: str, found_at: str, raw: object,
) -> None:  # fmt: skip
    found = ask(admin, stream(device, quantity), at)
    assert (found["kept"], found["certain"], found["value"], found["device"]) == ("message", True, value, device)
    message, conversion = found["message"], found["conversion"]
    assert message["payload_text"].encode() == written[name]
    assert message["received_at"] == "2026-03-03T14:00:01Z"
    assert message["withheld"] is message["payload_base64"] is None
    assert (conversion["decoder"], conversion["found_at"], conversion["raw"]) == (decoder, found_at, raw)
    assert (conversion["reproduces"], conversion["derived"]) == (True, None)


def test_what_the_network_says_and_whose_clock_it_was(admin: httpx.Client, stream: Any) -> None:
    stack = ask(admin, stream("70B3D57ED0061234", "relative_humidity"), "2026-03-03T14:00:00.087Z")["message"]
    assert (stack["topic"], stack["source"], stack["f_cnt"], stack["f_port"], stack["time_source"]) == (
        "v3/bins@council/devices/attic-17/up", "things_stack", 417, 5, "gateway",
    )  # fmt: skip
    assert stack["network"] == {
        "gateways": [{"id": "town-hall", "rssi": -71.0, "snr": 8.5}],
        "spreading_factor": 7, "bandwidth_hz": 125_000, "frequency_hz": 868_300_000,
    }  # fmt: skip
    chirp = ask(admin, stream("0101010101010101", "air_temperature"), "2026-03-03T14:00:00Z")["message"]
    assert chirp["network"] == {
        "gateways": [{"id": "0016c001f153a14c", "rssi": -36.0, "snr": 10.5}],
        "spreading_factor": 11, "bandwidth_hz": 125_000, "frequency_hz": 867_100_000,
    }  # fmt: skip
    assert ask(admin, stream("bin-1", "distance"), "2026-03-03T14:00:00Z")["message"]["network"] is None


def test_a_fill_level_says_that_it_was_worked_out_and_how(admin: httpx.Client, stream: Any, town: Any) -> None:
    conversion = ask(admin, stream("bin-1", "fill_level"), "2026-03-03T14:00:00Z")["conversion"]
    assert conversion["derived"] == {
        "quantity": "distance", "value": 300.0, "unit": "mm", "formula": "100 * (1 - distance / bin_depth_mm)",
        "constants": {"bin_depth_mm": 1200},
    }  # fmt: skip
    assert (conversion["field"], conversion["reproduces"], conversion["to_unit"]) == (None, True, "%")
    set_depth = "UPDATE deployment SET mount = %s WHERE device_id = 'bin-1'"
    town.connection.execute(set_depth, ('{"bin_depth_mm": 1000}',))
    assert ask(admin, stream("bin-1", "fill_level"), "2026-03-03T14:00:00Z")["conversion"]["reproduces"] is False
    town.connection.execute(set_depth, ('{"bin_depth_mm": 1200}',))


def test_a_history_value_leads_to_the_record_it_stands_in(
    admin: httpx.Client, written: dict[str, bytes], stream: Any
) -> None:
    temperature = stream("0101010101010101", "air_temperature")
    first = ask(admin, temperature, "2026-02-27T06:00:00Z")
    assert (first["value"], first["certain"]) == (1.5, True)
    assert first["conversion"]["found_at"] == "object.history[0].temperature"
    assert first["message"]["f_cnt"] == 4
    second = ask(admin, temperature, "2026-02-27T06:10:00Z")  # both messages of the batch say 8 degrees of that time
    assert (second["value"], second["certain"]) == (8.0, False)
    assert second["conversion"]["found_at"] == "object.history[1].temperature"


def test_a_value_read_from_bytes_says_so(
    admin: httpx.Client, written: dict[str, bytes], stream: Any, town: Any
) -> None:
    """The first history message came as bytes alone; its humidity was read by the decoder."""
    batch = town.connection.execute("SELECT batch_id FROM uplink WHERE f_cnt = 2").fetchone()[0]
    humidity = stream("0101010101010101", "relative_humidity")
    town.readings(humidity, [(datetime(2026, 2, 27, 6, tzinfo=UTC), 71.5)])
    town.connection.execute("UPDATE reading SET batch_id = %s WHERE batch_id = 1 AND value = 71.5", (batch,))
    found = ask(admin, humidity, "2026-02-27T06:00:00Z")
    assert found["message"]["payload_text"].encode() == written["frame"]
    conversion = found["conversion"]
    assert (conversion["field"], conversion["found_at"], conversion["raw"]) == ("humidity", None, None)
    assert conversion["sentinels"] == ["collection_err"]


def test_no_word_of_another_devices_message_goes_out(admin: httpx.Client, stream: Any) -> None:
    for device, quantity, at in ((c[1], c[2], c[3]) for c in CASES if c[1] != "other-home"):
        text = admin.get(f"/v1/readings/{stream(device, quantity)}/{at}/provenance").text
        assert "other-home" not in text
        assert "777" not in text


def test_the_bytes_of_a_home_are_for_administrators(
    address: str, make_key: Any, stream: Any, town: Any, written: dict[str, bytes]
) -> None:
    headers = {"Authorization": f"Bearer {make_key('looker', Role.READER)}"}
    with httpx.Client(base_url=address, headers=headers) as reader:
        home = ask(reader, stream("A1B2C3D4-00E5F601", "air_temperature"), "2026-03-03T09:06:47Z")
        assert home["message"]["payload_text"] is home["message"]["payload_base64"] is None
        assert "administrators" in home["message"]["withheld"]
        assert home["conversion"]["raw"] == 17.4
        assert "12 Elm Row" not in json.dumps(home)
        public = ask(reader, stream("bin-1", "distance"), "2026-03-03T14:00:00Z")
        assert public["message"]["payload_text"].encode() == written["bin"]
        page = reader.get(f"/readings/{stream('A1B2C3D4-00E5F601', 'air_temperature')}/2026-03-03T09:06:47Z").text
        assert "administrators" in page
        assert "Elm Row" not in page
    seen = [row for row in town.audit() if row[0] == "looker"]
    assert seen == [("looker", "read", "readings", {"what": "provenance", "homes": ["elm"]})] * 2


def test_a_reading_that_was_changed_says_what_stood_there(admin: httpx.Client, stream: Any, town: Any) -> None:
    co2 = stream("other-home", "co2")
    town.connection.execute(
        "INSERT INTO reading_revision (datastream_id, time, old_value, old_batch_id, new_value, cause, principal_id)"
        " VALUES (%s, '2026-03-03T14:00Z', 770, 1, 777, 'replay with plain/1', 1)",
        (co2,),
    )
    (revision,) = ask(admin, co2, "2026-03-03T14:00:00Z")["revisions"]
    assert (revision["old_value"], revision["new_value"], revision["cause"], revision["by"]) == (
        770.0, 777.0, "replay with plain/1", "system:command",
    )  # fmt: skip


@pytest.fixture
def expired(town: Any, stream: Any) -> Iterator[int]:
    """A datastream whose raw batch is there no more."""
    co2 = stream("other-home", "co2")
    rows = town.connection.execute("SELECT id, blob FROM batch").fetchall()
    town.connection.execute("UPDATE batch SET blob = NULL")
    yield co2
    for batch, blob in rows:
        town.connection.execute("UPDATE batch SET blob = %s WHERE id = %s", (blob, batch))


def test_bytes_that_have_expired_are_said_to_have(admin: httpx.Client, expired: int) -> None:
    found = ask(admin, expired, "2026-03-03T14:00:00Z")
    assert (found["kept"], found["message"], found["imported"], found["conversion"]) == ("expired", None, None, None)
    assert "no longer kept" in admin.get(f"/readings/{expired}/2026-03-03T14:00:00Z").text


def test_an_imported_reading_names_its_file_and_who_imported_it(
    admin: httpx.Client, database_url: str, tmp_path: Path, stream: Any
) -> None:
    file = tmp_path / "winter.csv"
    file.write_text("device,quantity,time,value\nbin-1,distance,2026-02-01T00:00:00Z,600\n")
    with connect(database_url, DatabaseRole.OWNER) as connection:
        import_readings(connection, principal_named(connection, "system:command"), file)
    found = ask(admin, stream("bin-1", "distance"), "2026-02-01T00:00:00Z")
    assert (found["kept"], found["message"], found["value"]) == ("import", None, 600.0)
    imported = found["imported"]
    assert (imported["file"], imported["first_line"], imported["last_line"], imported["by"]) == (
        "winter.csv", 2, 2, "system:command",
    )  # fmt: skip
    level = ask(admin, stream("bin-1", "fill_level"), "2026-02-01T00:00:00Z")
    assert (level["value"], level["conversion"]["derived"]["value"]) == (50.0, 600.0)
    assert "winter.csv" in admin.get(f"/readings/{stream('bin-1', 'distance')}/2026-02-01T00:00:00Z").text


def test_a_page_that_a_person_understands(admin: httpx.Client, stream: Any) -> None:
    page = admin.get(f"/readings/{stream('70B3D57ED0061234', 'air_temperature')}/2026-03-03T14:00:00.087Z").text
    for words in (
        "Air temperature: 22.6 °C", "3 March 2026, 14:00", "It came in a message of Elsys",
        "elsys/1 read it as the field temperature", "gateway town-hall", "Doing it again gives the same value",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/readings/999999/2026-03-03T14:00:00Z/provenance", 404),
        ("/v1/readings/1/2026-03-03T14:00:00/provenance", 400),
        ("/v1/readings/1/yesterday/provenance", 400),
        ("/v1/readings/0/2026-03-03T14:00:00Z/provenance", 400),
        ("/v1/readings/1/1999-03-03T14:00:00Z/provenance", 404),
        ("/readings/999999/2026-03-03T14:00:00Z", 404),
    ],
)
def test_what_is_not_there(admin: httpx.Client, written: dict[str, bytes], path: str, status: int) -> None:
    assert admin.get(path).status_code == status


def test_the_api_role_reads_it_through_the_function_alone(
    database_url: str, written: dict[str, bytes], stream: Any
) -> None:
    with connect(database_url, DatabaseRole.API) as connection:
        statement = "SELECT count(*) FROM provenance_of(%s, '2026-03-03T14:00Z')"
        nobody = connection.execute(statement, (stream("other-home", "co2"),)).fetchone()
    assert nobody == (0,), "without a principal nothing is seen"
