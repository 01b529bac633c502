"""How MClimate's sensors send measurements: a keep-alive of fixed length, alone or behind the answer to a downlink.

Source: docs.mclimate.eu, "Communication concepts" and "Keep-alive" of each device, and its payload helper.
"""

from collections.abc import Mapping

from hereabouts_ingest.profiles import DecodeError


def keepalive(frame: bytes, lengths: Mapping[int, tuple[int, ...]]) -> bytes | None:
    """The keep-alive of a frame; None where the frame only answers a downlink.

    Args:
        lengths: first byte of a keep-alive -> the lengths it may have, the usual one first.

    Raises:
        DecodeError: a keep-alive of another length, or nothing at all.
    """
    if not frame:
        raise DecodeError("The frame is empty.")
    if frame[0] in lengths:
        if len(frame) not in lengths[frame[0]]:
            wanted = " or ".join(str(length) for length in lengths[frame[0]])
            raise DecodeError(f"The keep-alive should have {wanted} bytes; it has {len(frame)}.")
        return frame
    for head, (usual, *_) in lengths.items():
        if len(frame) > usual and frame[-usual] == head:
            return frame[-usual:]
    return None


def climate(high: int, low: int, humidity: int) -> dict[str, object]:
    """Temperature from its two bytes, and humidity, under the maker's names; °C, %."""
    return {"sensorTemperature": (((high & 0x03) << 8 | low) - 400) / 10, "relativeHumidity": humidity * 100 / 256}


def small_volts(raw: int) -> float:
    """The battery's volts from steps of 8 mV above 1.6 V."""
    return (raw * 8 + 1600) / 1000
