"""From the wire to a delivery: what a network sent, what an envelope says of it, what became readings."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hereabouts_schemas.outcome import Ignored, Reason
from hereabouts_schemas.profile import FieldSpec
from hereabouts_schemas.record import record


class TimeSource(StrEnum):
    """Whose clock an observation's time comes from."""

    DEVICE = "device"
    GATEWAY = "gateway"
    NETWORK = "network"
    PLATFORM = "platform"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A feed: which topics it fills and which envelope reads them.

    `mapping` is the TOML text that tells the envelope `mapped` where everything stands; no other envelope has one.
    """

    id: int
    name: str
    topic_filter: str
    envelope: str
    mapping: str | None = None


@record
class Message:
    """One message as it arrived. `received_at` is UTC."""

    source: Source
    topic: str
    payload: bytes
    received_at: datetime
    retained: bool = False

    def content_hash(self) -> bytes:
        """16 bytes that recognise the same topic and payload."""
        topic = self.topic.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(len(topic).to_bytes(4, "big") + topic + self.payload, digest_size=16).digest()


@record
class Clock:
    """A time that a message states, and whose it is."""

    at: datetime
    source: TimeSource


@record
class UplinkEvent:
    """Something that a message reports of its device and that is no value. Without `at` it is of the frame's time."""

    code: str
    detail: str = ""
    at: datetime | None = None


@record
class Record:
    """Values of a time of their own in a message, as a device sends them late.

    `at` is UTC; `times.UNREADABLE` where the message states a time that is none. `fields` is as in `Uplink`.
    """

    at: datetime
    fields: Mapping[str, object]


@record
class Uplink:
    """What an envelope makes of a message: who, when, which frame.

    Attributes:
        key: the envelope's dedup key as text (`domain` 2.1-2.9), scoped by source when stored.
        device: normalised identity (see `device_id`).
        clocks: every time the message states, best first; empty when it states none.
        f_port, f_cnt: LoRaWAN port and frame counter, where there are any.
        frame: raw bytes of the device, if the message carries them.
        fields: the network's decoded object (or the plain values), if the message carries one. A value may stand
            with its unit as `{"value": 81.6, "unit": "RH"}`; the unit is then held against the profile's.
        topic_names: who the topic names, where that may be a device or a publisher for many; None where the envelope
            has compared topic and payload itself.
        table: how `fields` and `records` are read, where that follows from the envelope and not from the profile.
        records: values that have times of their own, each judged by the clock gate for itself.
        events: what the message reports beside values.
        twin: a second key as text, which the same transmission has under another `key`. It may come round again, so
            only the copy that follows with no other frame of its device between is taken for the same one.
        heard: whether the message is a sign of life of the device; a note about it, by its network, is none.
    """

    key: str
    device: str
    clocks: tuple[Clock, ...] = ()
    f_port: int | None = None
    f_cnt: int | None = None
    frame: bytes | None = None
    fields: Mapping[str, object] | None = None
    topic_names: str | None = None
    table: tuple[FieldSpec, ...] | None = None
    records: tuple[Record, ...] = ()
    events: tuple[UplinkEvent, ...] = ()
    twin: str | None = None
    heard: bool = True


@record
class Value:
    """One accepted value, in the quantity's unit, of one deployment at one instant."""

    deployment_id: int
    quantity: str
    channel: str
    time: datetime
    value: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """One value that never became a reading, and why. `raw` is its text as it came."""

    reason: Reason
    field: str
    raw: str
    detail: str
    quantity: str | None = None
    channel: str = ""
    time: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceEvent:
    """Something a device reports that is not a value (fire, tilt, join, a vendor's event code)."""

    device_id: str
    time: datetime
    code: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """A whole message in quarantine: code and a sentence."""

    reason: Reason
    detail: str


@record
class Delivery:
    """One message, understood as far as it could be, ready for the store.

    The store decides between stored and duplicate; `verdict` is what interpretation already knows: None (has values
    or events), `Ignored`, or `SetAside`. A delivery with a `key` that is already stored is a duplicate whatever its
    verdict.
    """

    message: Message
    verdict: Ignored | SetAside | None = None
    key: str | None = None
    twin: str | None = None
    device_id: str | None = None
    observed_at: datetime | None = None
    time_source: TimeSource = TimeSource.PLATFORM
    clock_bad: bool = False
    f_port: int | None = None
    f_cnt: int | None = None
    decoder: str | None = None
    values: tuple[Value, ...] = ()
    refused: tuple[Refused, ...] = ()
    events: tuple[DeviceEvent, ...] = ()
    heard: bool = True
