"""Devices and their deployments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


def device_id(text: str) -> str:
    """Return the one spelling of a device's identity.

    A DevEUI (16 hex digits, any case, with or without `-`, `:` or spaces) becomes 16 upper-case hex digits.
    Anything else (a vendor serial, a network's device name) is kept as it is, without outer blanks.

    Example:
        >>> device_id("00-04-a3-0b-00-1c-05-30")
        '0004A30B001C0530'
        >>> device_id(" C3CEC7FB-001FD75F ")
        'C3CEC7FB-001FD75F'
    """
    bare = text.strip()
    hexed = bare.replace("-", "").replace(":", "").replace(" ", "").upper()
    separators = len(bare) - len(hexed)
    is_eui = len(hexed) == 16 and all(c in "0123456789ABCDEF" for c in hexed) and separators in (0, 7)
    return hexed if is_eui else bare


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """A device at a place over `[from_at, to_at)`, and how it is mounted.

    `mount` holds facts of the mounting: room, bin_depth_mm, direction, f_rsi ...
    """

    id: int
    device_id: str
    place_id: str
    from_at: datetime
    to_at: datetime | None = None
    mount: Mapping[str, object] = field(default_factory=dict)

    def covers(self, at: datetime) -> bool:
        """Whether the device was here at `at`."""
        return self.from_at <= at and (self.to_at is None or at < self.to_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """A thing that transmits, with all its deployments, oldest first."""

    id: str
    profile: str
    deployments: tuple[Deployment, ...] = ()

    def deployment_at(self, at: datetime) -> Deployment | None:
        """The deployment that covers `at`, if there is one (they never overlap)."""
        return next((d for d in self.deployments if d.covers(at)), None)
