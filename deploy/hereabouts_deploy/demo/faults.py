"""What goes wrong on real feeds: sensors that cannot measure, devices nobody registered, messages nobody can read."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from hereabouts_deploy.demo.frames import ENCODERS
from hereabouts_deploy.demo.makes import ELSYS, EM310, EM400, LDDS75, LHT65
from hereabouts_deploy.demo.networks import Uplinked, Wire, things_stack
from hereabouts_schemas.outcome import Outcome, Reason

#: What a family reports when it cannot measure: quantity and its mark.
SENTINELS: Mapping[str, tuple[str, float]] = {
    LHT65.profile: ("air_temperature", 327.67),
    EM310.profile: ("distance", 65535.0),
    EM400.profile: ("distance", 65535.0),
    LDDS75.profile: ("distance", 0.0),
}
STRANGER = "02DE3000FFFFFFFF"
STRANGERS_VALUES = {"air_temperature": 19.0, "relative_humidity": 50.0, "battery_voltage": 3.6}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A message and what should become of it: its outcome, the values it brings, why it or a value is set aside."""

    wire: Wire
    outcome: Outcome
    device: str | None = None
    at: datetime | None = None
    values: Mapping[str, float] = field(default_factory=dict)
    reason: Reason | None = None


def stranger(at: datetime, count: int, rng: np.random.Generator) -> Sent:
    """A message of a device that nobody has registered."""
    frame = ENCODERS[ELSYS.profile](STRANGERS_VALUES)
    up = Uplinked(eui=STRANGER, frame=frame, at=at, count=count, session=rng.bytes(16))
    wire = things_stack(up, rng, decoded=True)
    return Sent(wire=wire, outcome=Outcome.QUARANTINED, device=STRANGER, reason=Reason.UNKNOWN_DEVICE)


def garbage(up: Uplinked, turn: int, rng: np.random.Generator) -> Sent:
    """By turns: simulated by its network, not JSON, JSON of another shape, a frame cut short."""
    whole = things_stack(up, rng, decoded=False)
    cut = replace(up, frame=replace(up.frame, data=up.frame.data[:-1]))
    wire, reason = (
        (things_stack(up, rng, decoded=True, simulated=True), Reason.SIMULATED),
        (Wire(topic=whole.topic, payload=b"\x00\xff" + rng.bytes(40)), Reason.UNREADABLE),
        (Wire(topic=whole.topic, payload=b"[21.5, 48, 3.6]"), Reason.WRONG_SHAPE),
        (things_stack(cut, rng, decoded=False), Reason.UNDECODABLE),
    )[turn % 4]
    return Sent(wire=wire, outcome=Outcome.QUARANTINED, reason=reason)
