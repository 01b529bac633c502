"""Whatever bytes a device sends, a decoder gives an object or says that it cannot; and decoding undoes coding."""

import json
import struct
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_ingest.devices.milesight_channels import CLIMATE, block, walk, walk_by_length
from hereabouts_ingest.extract import extract
from hereabouts_ingest.profiles import DecodeError, Decoder, DeviceProfile, load_profiles

DECODERS = {name: found for name, found in load_profiles().items() if found.decode}
PORTS = st.one_of(st.none(), st.integers(0, 255))

# Random bytes rarely get past the first block; these begin the blocks that the families know.
HEADS = st.sampled_from(
    [
        *(bytes(pair) for pair in ((1, 0x75), (3, 0x67), (4, 0x68), (0x20, 0xCE), (0x21, 0xCE), (3, 0xD2), (5, 0xCC))),
        *(bytes(pair) for pair in ((0xFF, 8), (0xFF, 0x16), (0xFE, 3), (4, 0xC9), (0x84, 0xCC), (0x0A, 0xEF))),
        *(bytes([code]) for code in (1, 2, 7, 0x0E, 0x13, 0x19, 0x3B, 0x3E)),
        # a Decentlab head with every group, Adeunis samples, Netvox reports, Enless and MClimate heads
        *(bytes.fromhex(head) for head in ("0200010003", "020001007f", "4c20", "6a04", "5714", "01010124", "013401a4")),
        *(bytes.fromhex(head) for head in ("00006d041312", "0000d10e0a12", "0102a1", "8102", "0206", "0103")),
    ]
)
FRAMES = st.one_of(
    st.binary(max_size=64),
    st.lists(st.one_of(HEADS, st.binary(max_size=9)), max_size=24).map(b"".join),
    st.integers(1, 20).flatmap(lambda n: st.binary(min_size=11 * n, max_size=11 * n)),
)


def check_sentence(text: str) -> None:
    assert text[0].isupper()
    assert text.endswith(".")


def decode_of(profile: DeviceProfile) -> Decoder:
    assert profile.decode is not None
    return profile.decode


@pytest.mark.parametrize("name", DECODERS)
@given(frame=FRAMES, port=PORTS)
def test_any_bytes_give_an_object_or_a_decode_error(name: str, frame: bytes, port: int | None) -> None:
    profile = DECODERS[name]
    try:
        decoded = decode_of(profile)(frame, port)
    except DecodeError as error:
        check_sentence(str(error))
        return
    json.dumps(decoded, allow_nan=False)  # plain values only
    for found in extract(profile.spec, decoded):
        assert found.number is not None or found.is_marked(found.spec.sentinels)


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("block_bytes", ["20ce00000000", "0164", "3b00", "0102", "1900ff", "41" * 11, "ff0b00", "00"])
def test_the_longest_frame_is_read_at_once(name: str, block_bytes: str) -> None:
    """A frame is at most 255 bytes; repetitions must not make a decoder try ever more ways of reading it."""
    frame = (bytes.fromhex(block_bytes) * 255)[:255]
    begin = time.process_time()
    with suppress(DecodeError):
        decode_of(DECODERS[name])(frame, 85)
    assert time.process_time() - begin < 0.5


@pytest.mark.parametrize("name", DECODERS)
def test_an_empty_frame_holds_nothing(name: str) -> None:
    """Networks deliver frames without application data; no decoder makes up a value from them."""
    profile = DECODERS[name]
    with suppress(DecodeError):
        assert extract(profile.spec, decode_of(profile)(b"", 1)) == []


@given(tenths=st.integers(-32_768, 32_767), half_percents=st.integers(0, 255), battery=st.integers(0, 255))
def test_a_milesight_frame_is_undone(tenths: int, half_percents: int, battery: int) -> None:
    frame = (
        b"\x01\x75" + bytes([battery]) + b"\x03\x67" + struct.pack("<h", tenths) + b"\x04\x68" + bytes([half_percents])
    )
    expected = {"battery": battery, "temperature": tenths / 10, "humidity": half_percents / 2}
    assert walk(frame, CLIMATE) == expected
    assert decode_of(DECODERS["milesight-em300"])(frame, 85) == expected
    assert decode_of(DECODERS["milesight-am100"])(frame, 85) == expected


@given(tenths=st.integers(-32_768, 32_767), percent=st.integers(0, 255), ppm=st.integers(0, 65_535))
def test_an_elsys_frame_is_undone_in_any_order(tenths: int, percent: int, ppm: int) -> None:
    blocks = (b"\x01" + struct.pack(">h", tenths), b"\x02" + bytes([percent]), b"\x06" + struct.pack(">H", ppm))
    expected = {"temperature": tenths / 10, "humidity": percent, "co2": ppm}
    decode = decode_of(DECODERS["elsys"])
    assert decode(b"".join(blocks), 5) == expected == decode(b"".join(reversed(blocks)), None)


@given(
    records=st.lists(
        st.tuples(st.integers(0x5500_0000, 0x7FFE_FFFF), st.integers(-32_768, 32_767), st.integers(0, 0xFFF)),
        min_size=1,
        max_size=22,
    )
)
def test_a_dragino_datalog_is_undone(records: list[tuple[int, int, int]]) -> None:
    frame = b"".join(
        struct.pack(">HhHBI", 0x7FFF, hundredths, permille, 0x41, at) for at, hundredths, permille in records
    )
    decoded = decode_of(DECODERS["dragino-lht65"])(frame, 3)
    if not any(frame):
        return
    assert decoded["history"] == [
        {"timestamp": at, "TempC_DS": 327.67, "TempC_SHT": hundredths / 100, "Hum_SHT": permille / 10}
        for at, hundredths, permille in records
    ]


def test_two_tables_that_fit_and_disagree_are_refused() -> None:
    """A frame that two models could have sent is not guessed at."""
    short = {(0x20, 0xCE): block("I", ("timestamp", 1)), (0x09, 0x09): block("x")}
    long = {(0x20, 0xCE): block("I3x", ("timestamp", 1))}
    frame = bytes.fromhex("20ce01000000 090900")
    assert walk_by_length(frame, [long]) == {"history": [{"timestamp": 1}]}
    assert walk_by_length(frame, [short, long]) == {"history": [{"timestamp": 1}]}, "two tables, one meaning"
    other = {(0x20, 0xCE): block("B6x", ("timestamp", 1))}
    frame = bytes.fromhex("20ce01010000 090900")
    with pytest.raises(DecodeError, match="two different models"):
        walk_by_length(frame, [short, other])
