"""The head that IMBuildings' sensors may send or leave out: payload type, its variant, and the device's number.

Without the head, the port or the length alone tells what a frame is; a device can be set either way.
Source: IMBuildings, "LoRaWAN payload description" of the People Counter and the Comfort Sensor, and its decoder.
"""

from collections.abc import Mapping
from struct import Struct

from hereabouts_ingest.profiles import DecodeError

_HEAD = 10
_ANSWER = b"\xf1\x01"


def body(frame: bytes, kind: int, variants: Mapping[int, tuple[Struct, int]], f_port: int | None) -> tuple[int, bytes]:
    """The variant of a frame and its bytes behind the head; variant 0 for an answer to a downlink.

    Args:
        kind: payload type of the device.
        variants: variant -> layout behind the head, and the port it comes on without a head.

    Raises:
        DecodeError: neither a frame with a head of this device nor one without.
    """
    if frame[:2] == _ANSWER:
        return 0, frame[2:]
    for variant, (layout, port) in variants.items():
        if len(frame) == _HEAD + layout.size and tuple(frame[:2]) == (kind, variant):
            return variant, frame[_HEAD:]
        if len(frame) == layout.size and f_port == port:
            return variant, frame
    raise DecodeError(
        f"A frame of {len(frame)} bytes on port {f_port} is none that IMBuildings publishes of this device."
    )
