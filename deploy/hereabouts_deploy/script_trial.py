"""Trying a vendor's script on one frame, through everything between the wire and the store."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from hereabouts_ingest.interpret import interpret
from hereabouts_ingest.profiles import DecodeError, ScriptKilled, load_profiles
from hereabouts_ingest.scripts.folder import Script, read_script
from hereabouts_ingest.scripts.live import script_profile
from hereabouts_ingest.scripts.runner import ScriptRunner
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Delivery, Message, SetAside, Source
from hereabouts_schemas.profile import Profile
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.times import format_time

_EUI = "0000000000000000"
_SOURCE = Source(id=0, name="trial", topic_filter="application/+/device/+/event/up", envelope="chirpstack")


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What came of it.

    Attributes:
        entry: name of the function that decodes.
        decoded: the script's object; None without a frame, or where the script gave none.
        delivery: what ingest makes of such a frame of a device somewhere outside homes; None without a frame.
    """

    spec: Profile
    entry: str
    decoded: Mapping[str, object] | None = None
    delivery: Delivery | None = None

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        told: dict[str, Any] = {"id": self.spec.id, "version": self.spec.version, "entry": self.entry}
        if self.delivery is None:
            return told
        verdict = self.delivery.verdict
        return told | {
            "decoded": self.decoded,
            "values": [
                {
                    "quantity": value.quantity,
                    "channel": value.channel,
                    "time": format_time(value.time),
                    "value": value.value,
                    "unit": QUANTITIES[value.quantity].unit,
                }
                for value in self.delivery.values
            ],
            "refused": [
                {"field": one.field, "reason": one.reason.value, "detail": one.detail} for one in self.delivery.refused
            ],
            "quarantined": {"reason": verdict.reason.value, "detail": verdict.detail}
            if isinstance(verdict, SetAside)
            else None,
        }


def try_script(folder: Path, frame: bytes | None, f_port: int | None) -> Trial:
    """Load a script and, with a frame, decode it as if it came now; on the profile's first port, else 1, by default.

    Raises:
        InputError: the folder cannot be used; names the file, the field and the cure.
        ScriptKilled: loading the script goes beyond a limit.
    """
    script = read_script(folder, load_profiles())
    runner = ScriptRunner()
    try:
        entry = runner.check(script)
        if frame is None:
            return Trial(spec=script.spec, entry=entry)
        now = datetime.now(UTC).replace(microsecond=0)
        f_port = f_port or next(iter(script.spec.ports), 1)
        decoded = _decoded(script, runner, frame, f_port, now)
        delivery = _delivered(script, runner, frame, f_port, now)
        return Trial(spec=script.spec, entry=entry, decoded=decoded, delivery=delivery)
    finally:
        runner.close()


def _decoded(
    script: Script, runner: ScriptRunner, frame: bytes, f_port: int, now: datetime
) -> Mapping[str, object] | None:
    try:
        return runner.decode(script, frame, f_port, now)
    except (DecodeError, ScriptKilled):
        return None  # the delivery says why


def _delivered(script: Script, runner: ScriptRunner, frame: bytes, f_port: int, now: datetime) -> Delivery:
    body = {
        "deduplicationId": "00000000-0000-4000-8000-000000000000",
        "time": format_time(now),
        "deviceInfo": {"devEui": _EUI},
        "fPort": f_port,
        "data": base64.b64encode(frame).decode(),
    }
    topic = f"application/0/device/{_EUI}/event/up"
    message = Message(source=_SOURCE, topic=topic, payload=orjson.dumps(body), received_at=now)
    deployment = Deployment(
        id=0, device_id=_EUI, place_id="trial", from_at=now - timedelta(days=3650), place_kind="building"
    )
    device = Device(id=_EUI, profile=script.spec.id, deployments=(deployment,))
    return interpret(message, {_EUI: device}, {script.spec.id: script_profile(script, runner)})
