"""Vendors' scripts through all of ingest: three styles that read, and hostile ones that must cost one message alone.

`scripts/examples/<maker>_<model>/` is a folder as an operator makes it, with `cases.json` beside it;
`scripts/hostile/<name>/` holds a script that misbehaves and `expected.json`. New ones need no test code.
"""

import base64
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import DecodeError
from hereabouts_ingest.scripts.folder import Script, read_script
from hereabouts_ingest.scripts.live import script_profile
from hereabouts_ingest.scripts.runner import ScriptRunner
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Delivery, Message, SetAside, Source
from hereabouts_schemas.times import format_time

HERE = Path(__file__).parent / "scripts"
EXAMPLES = sorted((HERE / "examples").iterdir())
HOSTILE = sorted((HERE / "hostile").iterdir())
NOW = datetime(2026, 3, 3, 14, tzinfo=UTC)
EUI = "0011223344556677"
SOURCE = Source(id=1, name="chirpstack", topic_filter="application/+/device/+/event/up", envelope="chirpstack")
TABLE = """title = "Hostile"
maker = "Nobody"
version = "1"
interval_s = 600
fields = [{ path = "t", quantity = "air_temperature", unit = "Cel" }]
"""


@pytest.fixture(scope="module")
def runner() -> Iterator[ScriptRunner]:
    """One for all: what a script does to the next is what these tests are about."""
    runner = ScriptRunner()
    yield runner
    runner.close()


def cases() -> list[object]:
    return [
        pytest.param(folder, case, id=f"{folder.name}: {case['about']}")
        for folder in EXAMPLES
        for case in json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    ]


def deliver(runner: ScriptRunner, script: Script, frame: bytes, port: int) -> Delivery:
    body = {
        "deduplicationId": "00000000-0000-4000-8000-000000000001",
        "time": format_time(NOW),
        "deviceInfo": {"devEui": EUI},
        "fPort": port,
        "data": base64.b64encode(frame).decode(),
    }
    topic = f"application/1/device/{EUI}/event/up"
    message = Message(source=SOURCE, topic=topic, payload=json.dumps(body).encode(), received_at=NOW)
    deployment = Deployment(id=1, device_id=EUI, place_id="place", from_at=datetime(2025, 1, 1, tzinfo=UTC))
    device = Device(id=EUI, profile=script.spec.id, deployments=(deployment,))
    return interpret(message, {EUI: device}, {script.spec.id: script_profile(script, runner)})


@pytest.mark.parametrize(("folder", "case"), cases())
def test_example(runner: ScriptRunner, folder: Path, case: dict[str, Any]) -> None:
    script = read_script(folder, ())
    frame, port = bytes.fromhex(case["frame"]), case["port"]
    if "decoded" in case:
        assert runner.decode(script, frame, port, NOW) == case["decoded"]

    delivery = deliver(runner, script, frame, port)

    values = {(v.quantity, v.channel, v.time): v.value for v in delivery.values}
    wanted = {(what, channel, NOW + timedelta(seconds=s)): v for what, channel, s, v in case.get("values", [])}
    assert values == pytest.approx(wanted)
    assert [one.reason.value for one in delivery.refused] == case.get("refused", [])
    verdict = delivery.verdict
    assert (verdict.reason.value if isinstance(verdict, SetAside) else verdict) == case.get("verdict")
    assert case.get("detail", "") in (verdict.detail if isinstance(verdict, SetAside) else "")
    assert delivery == deliver(runner, script, frame, port), "the same message gives the same delivery"
    if values:
        assert delivery.decoder == f"{script.spec.id}/{script.spec.version}"


def hostile(folder: Path, tmp_path: Path) -> Script:
    place = tmp_path / f"nobody_{folder.name}".replace("_", "")
    shutil.copytree(folder, place)
    (place / "profile.toml").write_text(TABLE)
    return read_script(place, ())


@pytest.mark.parametrize("folder", HOSTILE, ids=lambda folder: folder.name)
def test_hostile(runner: ScriptRunner, folder: Path, tmp_path: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    script = hostile(folder, tmp_path)

    delivery = deliver(runner, script, b"\x01\x02", 2)

    verdict = delivery.verdict
    if "value" in expected:
        assert verdict is None, verdict
        assert [v.value for v in delivery.values] == [expected["value"]]
    else:
        assert isinstance(verdict, SetAside)
        assert verdict.reason.value == expected["reason"], verdict.detail
        assert expected["says"] in verdict.detail
        assert len(verdict.detail) <= 500
        assert delivery.values == ()
    usual = read_script(HERE / "examples" / "brightwell_th1", ())
    assert runner.decode(usual, bytes.fromhex("0100e2"), 2, NOW) == {"temperature": 22.6}


def test_the_clock_of_a_script_stands_at_the_time_of_its_frame(runner: ScriptRunner, tmp_path: Path) -> None:
    """Read again a year later, a frame gives the same values."""
    place = tmp_path / "a_clock"
    place.mkdir()
    (place / "profile.toml").write_text(TABLE)
    (place / "decoder.js").write_text(
        """function decodeUplink(input) {
             const now = new Date();
             return { data: { now, made: new Date(0), at: Date.now(), text: Date(), hour: now.getHours(),
               port: input.fPort, received: input.recvTime, same: now instanceof Date &&
                 input.recvTime instanceof now.constructor,
               chance: Math.random(), of: Date.UTC(2026, 0, 1), copy: new Date(now).getTime() } };
           }"""
    )
    at = datetime(2026, 7, 3, 14, 30, tzinfo=UTC)
    decoded = runner.decode(read_script(place, ()), b"\x00", None, at)
    assert decoded == {
        "now": "2026-07-03T14:30:00.000Z",
        "made": "1970-01-01T00:00:00.000Z",
        "at": 1783089000000,
        "text": "Fri Jul 03 2026 14:30:00 GMT+0000",
        "hour": 14,  # UTC, wherever the machine stands
        "received": "2026-07-03T14:30:00.000Z",
        "same": True,
        "chance": 0.5,
        "of": 1767225600000,
        "copy": 1783089000000,
    }


def test_what_a_script_says_of_its_failure_is_one_short_line(runner: ScriptRunner, tmp_path: Path) -> None:
    script = hostile(HERE / "hostile" / "long_error", tmp_path)
    with pytest.raises(DecodeError) as caught:
        runner.decode(script, b"\x00", 1, NOW)
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)
