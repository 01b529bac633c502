"""The walk that all of Milesight's classic LoRaWAN sensors share: channel id, channel type, data; little-endian.

A frame is a row of blocks: one byte channel id, one byte type, then as many bytes as that pair has. The length of an
unknown pair cannot be known, so nothing behind it can be trusted: the frame is refused. Answers to downlink commands
(ids 0xFE, 0xF8, 0xF9 and the types of 0xFF that are no attribute) hold settings, never measurements, and have
device-dependent lengths: the walk ends there and keeps what came before.
Source: the payload tables of Milesight's user guides and of its SensorDecoders READMEs.
"""

import struct
from collections.abc import Callable, Mapping, Sequence

from hereabouts_ingest.profiles import DecodeError

Pair = tuple[int, int]
Block = Callable[[bytes], tuple[dict[str, object], int]]  # the rest of the frame -> fields, bytes used
Blocks = Mapping[Pair, Block]
Part = tuple[str, int] | tuple[str, Mapping[int, str]]  # a name with its divisor, or with its words

NORMAL_TILT = {0: "normal", 1: "tilt"}

_ANSWER_IDS = frozenset({0xF8, 0xF9, 0xFE, 0xFF})
_HISTORY_TYPE = 0xCE


def block(layout: str, *parts: Part) -> Block:
    """A block of fixed length: a `struct` layout without byte order, and what each value is called.

    A part is (name, divisor) for a number or (name, {code: word}) for a state; a code without a word is "unknown",
    as in the maker's own codec.
    """
    shape = struct.Struct("<" + layout)

    def read(rest: bytes) -> tuple[dict[str, object], int]:
        if len(rest) < shape.size:
            raise DecodeError(f"The block should have {shape.size} bytes; the frame ends after {len(rest)}.")
        values = shape.unpack_from(rest)
        return {part[0]: _value(raw, part[1]) for raw, part in zip(values, parts, strict=True)}, shape.size

    return read


def _value(raw: int, meaning: int | Mapping[int, str]) -> object:
    if isinstance(meaning, Mapping):
        return meaning.get(raw, "unknown")
    return raw if meaning == 1 else raw / meaning


ATTRIBUTES: Blocks = {
    (0xFF, 0x01): block("B", ("ipso_version", 1)),
    (0xFF, 0x08): block("6x"),
    (0xFF, 0x09): block("2x"),
    (0xFF, 0x0A): block("2x"),
    (0xFF, 0x0B): block("x"),
    (0xFF, 0x0F): block("x"),
    (0xFF, 0x16): block("8x"),
    (0xFF, 0x18): block("2x"),
    (0xFF, 0x1F): block("4x"),
    (0xFF, 0xCC): block("x"),
    (0xFF, 0xFE): block("x"),
    (0xFF, 0xFF): block("2x"),
}

BATTERY: Blocks = {(0x01, 0x75): block("B", ("battery", 1))}

CLIMATE: Blocks = {
    **BATTERY,
    (0x03, 0x67): block("h", ("temperature", 10)),
    (0x04, 0x68): block("B", ("humidity", 2)),
}


def walk(frame: bytes, blocks: Blocks) -> dict[str, object]:
    """Decode `frame` by a device's table; history blocks (type 0xCE) are gathered in `history`.

    Raises:
        DecodeError: an unknown pair, or a block cut short.
    """
    known = {**ATTRIBUTES, **blocks}
    decoded: dict[str, object] = {}
    history: list[dict[str, object]] = []
    at = 0
    while at < len(frame):
        pair = _pair(frame, at)
        if pair not in known and pair[0] in _ANSWER_IDS:
            decoded["downlink_response_bytes"] = len(frame) - at
            break
        found, used = _read(known, pair, frame, at)
        if pair[1] == _HISTORY_TYPE:
            history.append(found)
        else:
            decoded.update(found)
        at += 2 + used
    return {**decoded, "history": history} if history else decoded


def walk_by_length(frame: bytes, variants: Sequence[Blocks]) -> dict[str, object]:
    """Decode a frame whose history records are longer or shorter by model: the one table that fits is the right one.

    Raises:
        DecodeError: no table fits, or two fit and disagree.
    """
    fitting: list[dict[str, object]] = []
    refusal = DecodeError("No table of this family fits the frame.")
    for blocks in variants:
        try:
            decoded = walk(frame, blocks)
        except DecodeError as error:
            refusal = error
        else:
            if "history" not in decoded:
                return decoded  # the tables differ in history only
            if decoded not in fitting:
                fitting.append(decoded)
    if not fitting:
        raise refusal
    if len(fitting) > 1:
        raise DecodeError("The frame can be read as two different models' history; it does not say which.")
    return fitting[0]


def _pair(frame: bytes, at: int) -> Pair:
    if at + 1 >= len(frame):
        raise DecodeError(f"The frame ends at byte {at}, in the middle of a channel's id and type.")
    return frame[at], frame[at + 1]


def _read(known: Blocks, pair: Pair, frame: bytes, at: int) -> tuple[dict[str, object], int]:
    if pair not in known:
        raise DecodeError(f"Channel {pair[0]:02x} {pair[1]:02x} at byte {at} is not one of this device's.")
    try:
        return known[pair](frame[at + 2 :])
    except DecodeError as error:
        raise DecodeError(f"Channel {pair[0]:02x} {pair[1]:02x} at byte {at}: {error}") from error
