"""What the frames of Adeunis' sensors share: a code, a status, data, and the time where the status says so.

A data frame holds samples, the newest first. How far apart they lie is a setting that only settings frames tell, so
only the newest can be placed in time. Big-endian. Source: Adeunis, user guides of the LoRaWAN COMFORT, COMFORT CO2 and
TEMP, section on uplink frames.
"""

from collections.abc import Iterator
from struct import Struct

from hereabouts_ingest.profiles import DecodeError

_LOW_BATTERY, _TIMED = 0x02, 0x04
_TIME = 4
_OTHERS = frozenset({0x10, 0x1F, 0x20, 0x2F, 0x30, 0x33, 0x36, 0x37, 0x51, 0x52})


def opened(frame: bytes) -> tuple[int, int, bytes]:
    """Code, status and data (without the time) of a frame.

    Raises:
        DecodeError: the frame has no room for them.
    """
    if len(frame) < 2:
        raise DecodeError(f"A frame begins with its code and status; it has {len(frame)} bytes.")
    end = len(frame) - (_TIME if frame[1] & _TIMED else 0)
    if end < 2:
        raise DecodeError("The status says that a time follows; the frame ends before.")
    return frame[0], frame[1], frame[2:end]


def status_of(status: int) -> dict[str, object]:
    """The status as the maker's codec names it."""
    return {"status": {"lowBattery": bool(status & _LOW_BATTERY)}}


def samples(data: bytes, layout: Struct) -> Iterator[tuple[int, ...]]:
    """The samples of a data frame, the newest first.

    Raises:
        DecodeError: no sample, or one cut short.
    """
    if not data or len(data) % layout.size:
        raise DecodeError(f"Samples of {layout.size} bytes do not fill {len(data)} bytes.")
    return layout.iter_unpack(data)


def alarm(data: bytes, layout: Struct) -> tuple[int, ...]:
    """The values of an alarm frame.

    Raises:
        DecodeError: another length.
    """
    if len(data) != layout.size:
        raise DecodeError(f"The alarm should have {layout.size} bytes; it has {len(data)}.")
    return layout.unpack(data)


def without_samples(code: int, data: bytes) -> dict[str, object]:
    """What a frame of settings or status says: nothing that is a measurement.

    Raises:
        DecodeError: no frame that Adeunis publishes.
    """
    if code not in _OTHERS:
        raise DecodeError(f"Code {code:02x} is not one that Adeunis publishes for this device.")
    return {"settings_bytes": len(data)}
