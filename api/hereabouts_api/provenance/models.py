"""What the API answers about where a reading came from. Times are UTC; units are UCUM codes."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from hereabouts_api.models import AT, Item


class Kept(StrEnum):
    """What is still there of a reading's origin."""

    MESSAGE = "message"
    IMPORT = "import"
    EXPIRED = "expired"


class GatewayItem(Item):
    """A gateway that heard the frame."""

    id: str
    rssi: float | None = Field(description="Signal strength, dBm.")
    snr: float | None = Field(description="Signal to noise, dB.")


class NetworkItem(Item):
    """What the network says of the transmission, where it is one that is known here."""

    gateways: list[GatewayItem]
    spreading_factor: int | None
    bandwidth_hz: int | None
    frequency_hz: int | None


class MessageItem(Item):
    """The message as it came."""

    topic: str
    source: str = Field(examples=["things_stack"])
    envelope: str = Field(description="How the source's messages are read.")
    received_at: AwareDatetime = Field(examples=[AT])
    observed_at: AwareDatetime | None = Field(description="The time of the frame, by the clock named beside it.")
    time_source: str | None = Field(description="Whose clock: device, gateway, network or platform (the arrival).")
    clock_bad: bool = Field(description="A better clock stated a time that was not believed.")
    f_port: int | None
    f_cnt: int | None
    retained: bool
    batch: int
    index: int = Field(description="Its place in the batch.")
    network: NetworkItem | None
    payload_text: str | None = Field(description="The bytes, where they are JSON.")
    payload_base64: str | None = Field(description="The bytes, where they are not.")
    withheld: str | None = Field(description="Why the bytes are not shown, if they are not.")


class ImportItem(Item):
    """The file that a reading was imported from."""

    file: str | None
    sha256: str | None
    first_line: int | None = Field(description="The reading stands between these lines of the file.")
    last_line: int | None
    by: str | None = Field(description="Who imported it.")
    at: AwareDatetime


class DerivedItem(Item):
    """What a value was worked out from, where the device did not report it itself."""

    quantity: str = Field(examples=["distance"])
    value: float
    unit: str
    formula: str = Field(examples=["100 * (1 - distance / bin_depth_mm)"])
    constants: dict[str, Any] = Field(description="Of the deployment, as it is registered now.")


class ConversionItem(Item):
    """How a value was read: the field, and what was done to it."""

    decoder: str | None = Field(description="Device profile and version.", examples=["milesight-em300/1"])
    field: str | None = Field(description="The field of the decoded object.", examples=["temperature"])
    found_at: str | None = Field(description="Where the message holds it; null when it was read from a frame's bytes.")
    raw: Any = Field(description="The field as it came, where the message holds it.")
    unit: str | None = Field(description="The field's unit.")
    scale: float | None = Field(description="What it is multiplied with before its unit is converted.")
    to_unit: str = Field(description="The quantity's unit.")
    words: dict[str, float] = Field(description="Texts that stand for numbers.")
    sentinels: list[float | str] = Field(description="What would have meant: could not measure.")
    absent: list[float | str] = Field(description="What would have meant: no such probe is fitted.")
    derived: DerivedItem | None
    reproduces: bool | None = Field(description="Whether doing it again gives the value; null where it cannot be done.")


class RevisionItem(Item):
    """A value that stood there before."""

    at: AwareDatetime
    old_value: float
    new_value: float | None
    cause: str
    by: str


class ProvenanceView(Item):
    """Where one reading came from."""

    datastream: int
    time: AwareDatetime = Field(examples=[AT])
    quantity: str
    channel: str
    value: float = Field(description="As it stands now.")
    unit: str
    device: str
    title: str = Field(description="What the device is, for people.")
    place: str
    place_name: str
    home: str | None
    kept: Kept = Field(description="message: it came in a message, whose bytes are kept; import: in a file; expired.")
    certain: bool = Field(description="false when several messages of the device in one batch may have brought it.")
    message: MessageItem | None
    imported: ImportItem | None
    conversion: ConversionItem | None
    revisions: list[RevisionItem] = Field(description="Oldest first.")
