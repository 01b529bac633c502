"""Frames that always have the same layout: taken apart whole, or refused for their length."""

from struct import Struct
from typing import Any

from hereabouts_ingest.profiles import DecodeError


def unpack(layout: Struct, frame: bytes) -> tuple[Any, ...]:
    """The values of a frame that has just this layout.

    Raises:
        DecodeError: the frame is longer or shorter.
    """
    if len(frame) != layout.size:
        raise DecodeError(f"The frame should have {layout.size} bytes; it has {len(frame)}.")
    return layout.unpack(frame)
