"""Every case of every device, from the network's decoded object and from the bytes alone: the same readings.

A case is a folder: `frame.hex` and `f_port` (what the device sent), `decoded.json` and `decoded_<codec>.json` (what
networks' codecs make of it), `readings.json` (what must come of it: verdict, readings, refused values and, where there
are any, the codes of events) and `about.txt`. A new case needs no test code.
"""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hereabouts_ingest.device_events import events
from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import DecodeError, load_profiles
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Delivery, Message, SetAside, Source
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.times import format_time

FOLDERS = sorted((Path(__file__).parent / "cases").glob("*/*"))
NOW = datetime(2026, 3, 3, 14, tzinfo=UTC)
SOURCE = Source(id=1, name="things_stack", topic_filter="v3/+/devices/+/up", envelope="things_stack")
EUI = "0011223344556677"
FILES = {"about.txt", "frame.hex", "f_port", "readings.json"}


def runs() -> list[object]:
    """Each case with its bytes alone, and with each decoded object."""
    found = []
    for folder in FOLDERS:
        name = f"{folder.parent.name}/{folder.name}"
        if (folder / "frame.hex").is_file():
            found.append(pytest.param(folder, None, id=f"{name}[bytes]"))
        found += [
            pytest.param(folder, file, id=f"{name}[{file.stem}]") for file in sorted(folder.glob("decoded*.json"))
        ]
    return found


def deliver(folder: Path, decoded: Path | None) -> Delivery:
    """The case as one message of The Things Stack, through everything between the wire and the store."""
    uplink: dict[str, object] = {"session_key_id": "c2Vzc2lvbg==", "f_cnt": 7, "received_at": format_time(NOW)}
    if (folder / "frame.hex").is_file():
        frame = bytes.fromhex((folder / "frame.hex").read_text())
        uplink |= {"frm_payload": base64.b64encode(frame).decode(), "f_port": int((folder / "f_port").read_text())}
    if decoded is not None:
        uplink["decoded_payload"] = json.loads(decoded.read_text())
    body = {"end_device_ids": {"device_id": "case", "dev_eui": EUI}, "uplink_message": uplink}
    topic = "v3/council@tenant/devices/case/up"
    message = Message(source=SOURCE, topic=topic, payload=json.dumps(body).encode(), received_at=NOW)
    deployment = Deployment(id=1, device_id=EUI, place_id="place", from_at=datetime(2025, 1, 1, tzinfo=UTC))
    device = Device(id=EUI, profile=folder.parent.name.replace("_", "-"), deployments=(deployment,))
    return interpret(message, {EUI: device}, load_profiles())


@pytest.mark.parametrize(("folder", "decoded"), runs())
def test_case(folder: Path, decoded: Path | None) -> None:
    expected = json.loads((folder / "readings.json").read_text())
    delivery = deliver(folder, decoded)

    verdict = delivery.verdict.reason.value if isinstance(delivery.verdict, SetAside) else delivery.verdict
    assert verdict == expected["verdict"], delivery.verdict
    values = {(v.quantity, v.channel, format_time(v.time)): v.value for v in delivery.values}
    wanted = {(r["quantity"], r["channel"], r["at"] or format_time(NOW)): r["value"] for r in expected["readings"]}
    assert values == pytest.approx(wanted, abs=1e-9)
    refused = {(r.quantity, r.channel, r.reason.value) for r in delivery.refused}
    assert refused == {(r["quantity"], r["channel"], r["reason"]) for r in expected["refused"]}


def codes(folder: Path, decoded: Path | None) -> list[str]:
    """The events that the case reports, from its decoded object or its bytes."""
    known = load_profiles()[folder.parent.name.replace("_", "-")]
    if decoded is not None:
        return [one.code for one in events(known.spec, json.loads(decoded.read_text()))]
    assert known.decode is not None
    try:
        found = known.decode(bytes.fromhex((folder / "frame.hex").read_text()), int((folder / "f_port").read_text()))
    except DecodeError:
        return []
    return [one.code for one in events(known.spec, found)]


@pytest.mark.parametrize(("folder", "decoded"), runs())
def test_events_of_a_case(folder: Path, decoded: Path | None) -> None:
    expected = json.loads((folder / "readings.json").read_text()).get("events", [])
    assert sorted(codes(folder, decoded)) == sorted(expected)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_case_is_complete(folder: Path) -> None:
    """A forgotten or misspelt file would make a case say less than it seems to."""
    names = {file.name for file in folder.iterdir()}
    assert {"about.txt", "readings.json"} <= names
    assert ("frame.hex" in names) == ("f_port" in names)
    assert "frame.hex" in names or any(name.startswith("decoded") for name in names)
    assert all(name in FILES or (name.startswith("decoded") and name.endswith(".json")) for name in names)
    expected = json.loads((folder / "readings.json").read_text())
    told = expected["readings"] or expected.get("events")
    assert told or expected["verdict"], "a case expects readings or events, or says why there are none"
    assert all(row["unit"] == QUANTITIES[row["quantity"]].unit for row in expected["readings"])


def test_every_profile_has_cases() -> None:
    with_cases = {folder.parent.name.replace("_", "-") for folder in FOLDERS}
    assert with_cases == set(load_profiles())


@pytest.mark.parametrize("profile_id", [name for name, found in load_profiles().items() if found.decode])
def test_every_decoder_has_a_frame_that_is_cut_short(profile_id: str) -> None:
    folder = Path(__file__).parent / "cases" / profile_id.replace("-", "_") / "truncated"
    assert json.loads((folder / "readings.json").read_text())["verdict"] == "undecodable"
