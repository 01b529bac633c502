"""The packet that Dingtek's LoRaWAN sensors share: 80 00, device type, packet type, length, body, 81.

The length counts the whole packet. Packet type 3 answers a question about settings; 1 and 2 carry measurements.
Source: Dingtek, "DF702 & DF703 Waste Bin Sensor, Protocol LoRaWAN" V2.8, and the payloads of the DC500 series.
"""

from hereabouts_ingest.profiles import DecodeError

SETTINGS = 3
_SHORTEST = 6


def check_packet(frame: bytes) -> int:
    """The packet type of a frame that is whole.

    Raises:
        DecodeError: the head, the length or the last byte is not as in Dingtek's packets.
    """
    if len(frame) < _SHORTEST or frame[0] != 0x80 or frame[-1] != 0x81:
        raise DecodeError("A Dingtek packet begins with 80 and ends with 81; this one does not.")
    if frame[4] != len(frame):
        raise DecodeError(f"The packet says that it has {frame[4]} bytes; it has {len(frame)}.")
    return frame[3]


def signed(byte: int) -> int:
    """A byte as two's complement: a bin below zero is likelier than one of more than 127 °C."""
    return byte - 256 if byte > 127 else byte
