"""Frames that are nearly right: a real frame with a byte changed, cut off or added, and fixed layouts undone.

Random bytes seldom have the length and head that a decoder asks for; a case's own frame has, so a change of it goes
deep into the decoder.
"""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_ingest.device_events import events
from hereabouts_ingest.devices.smartends_brighterbins.decoder import decode as brighterbins
from hereabouts_ingest.devices.talkpool_climate import climate
from hereabouts_ingest.devices.vega_vegapuls_air.decoder import decode as vegapuls
from hereabouts_ingest.extract import extract
from hereabouts_ingest.profiles import DecodeError, Decoder, load_profiles

CASES = Path(__file__).parent / "cases"
DECODERS = {name: found for name, found in load_profiles().items() if found.decode}


def frames(name: str) -> list[bytes]:
    return [bytes.fromhex(file.read_text()) for file in sorted((CASES / name.replace("-", "_")).glob("*/frame.hex"))]


def check_sentence(text: str) -> None:
    assert text[0].isupper()
    assert text.endswith(".")


def decode_of(name: str) -> Decoder:
    decode = DECODERS[name].decode
    assert decode is not None
    return decode


@pytest.mark.parametrize("name", DECODERS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_frame_that_is_nearly_right_gives_an_object_or_a_decode_error(name: str, data: st.DataObject) -> None:
    frame = bytearray(data.draw(st.sampled_from(frames(name))))
    for at, byte in data.draw(st.lists(st.tuples(st.integers(0, 63), st.integers(0, 255)), max_size=3)):
        frame[at % len(frame)] = byte
    changed = bytes(frame[: data.draw(st.integers(0, len(frame)))]) if data.draw(st.booleans()) else bytes(frame)
    changed += data.draw(st.binary(max_size=2))
    try:
        decoded = decode_of(name)(changed, data.draw(st.sampled_from([None, 1, 2, 3, 14, 82, 85])))
    except DecodeError as error:
        check_sentence(str(error))
        return
    json.dumps(decoded, allow_nan=False)  # plain values only
    assert all(found.spec.quantity for found in extract(DECODERS[name].spec, decoded))
    assert all(one.code for one in events(DECODERS[name].spec, decoded))


@given(tenths=st.integers(-800, 3295), permille=st.integers(-250, 3845))
def test_three_bytes_of_talkpool_are_undone(tenths: int, permille: int) -> None:
    temperature, humidity = tenths + 800, permille + 250
    three = bytes([temperature >> 4, humidity >> 4, (temperature & 15) << 4 | humidity & 15])
    assert climate(three) == (tenths / 10, permille / 10)


@given(battery=st.integers(0, 63), temperature=st.integers(-40, 87), centimetres=st.integers(0, 509))
def test_bits_of_brighterbins_are_undone(battery: int, temperature: int, centimetres: int) -> None:
    bits = battery << 18 | (temperature + 40) << 11 | centimetres << 2 | 1
    expected = {"distance_cm": centimetres, "temperature": temperature, "batteryLevel": 2 * battery}
    assert brighterbins(bits.to_bytes(3, "big"), 1) == expected


@pytest.mark.parametrize(("unit", "metres"), [(44, 0.3048), (45, 1.0), (47, 0.0254), (48, 0.01), (49, 0.001)])
@given(distance=st.floats(0, 30, width=32))
def test_every_unit_of_vega_becomes_metres(unit: int, metres: float, distance: float) -> None:
    frame = b"\x08" + struct.pack(">fBBhBB", distance, unit, 50, 200, 32, 0)
    assert vegapuls(frame, 1)["distance_m"] == pytest.approx(distance * metres, abs=1e-6)
