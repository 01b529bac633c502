"""Devices and their deployments."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hereabouts_schemas.place import PlaceKind

_SERIAL = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{8}", re.ASCII)
_EUI = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{16})", re.ASCII)
_SEPARATORS = str.maketrans("", "", "-:._ ")


def device_id(text: str) -> str:
    """Return the one spelling of a device's identity.

    A DevEUI (16 hex digits in any case, with `-`, `:`, `.`, `_` or blanks between them or none) becomes 16 upper-case
    hex digits. A serial of two times eight hex digits (Aico HomeLINK) becomes upper case and keeps its hyphen. Anything
    else (another vendor's serial, a network's device name) is kept as it is, without outer blanks.

    Example:
        >>> device_id("00-04-a3-0b-00-1c-05-30")
        '0004A30B001C0530'
        >>> device_id(" c3cec7fb-001fd75f ")
        'C3CEC7FB-001FD75F'
        >>> device_id("bin-7")
        'bin-7'
    """
    bare = text.strip()
    if _SERIAL.fullmatch(bare):
        return bare.upper()
    eui = _EUI.fullmatch(bare.translate(_SEPARATORS))
    return eui[1].upper() if eui else bare


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """A device at a place over `[from_at, to_at)`, and how it is mounted.

    `mount` holds facts of the mounting: room, bin_depth_mm, direction, f_rsi ... `place_kind` is the kind
    of the place; for a room, of what it is a room of ("room" where that is not known). Empty where nobody asked.
    """

    id: int
    device_id: str
    place_id: str
    from_at: datetime
    to_at: datetime | None = None
    mount: Mapping[str, object] = field(default_factory=dict)
    place_kind: str = ""

    @property
    def in_home(self) -> bool:
        """Whether people live here; a room of nobody knows what counts as one of a home, to be on the safe side."""
        return self.place_kind in (PlaceKind.HOME, PlaceKind.ROOM)

    def covers(self, at: datetime) -> bool:
        """Whether the device was here at `at`."""
        return self.from_at <= at and (self.to_at is None or at < self.to_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """A thing that transmits, with all its deployments, oldest first.

    `decoder_version` pins the version of its profile that reads it; None reads by the release's current one.
    """

    id: str
    profile: str
    deployments: tuple[Deployment, ...] = ()
    decoder_version: str | None = None

    @property
    def decoder(self) -> str:
        """By which profile it is read: `profile`, or `profile/version` where that is pinned."""
        return self.profile if self.decoder_version is None else f"{self.profile}/{self.decoder_version}"

    def deployment_at(self, at: datetime) -> Deployment | None:
        """The deployment that covers `at`, if there is one (they never overlap)."""
        for deployment in self.deployments:
            if deployment.covers(at):
                return deployment
        return None
