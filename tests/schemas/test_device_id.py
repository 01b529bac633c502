"""One device, one spelling: as a file, a network and a sticker write it."""

import pytest

from hereabouts_schemas.device import device_id

EUI = "24E124136B000001"


@pytest.mark.parametrize(
    "text",
    [
        "24E124136B000001",
        "24e124136b000001",
        " 24E1-2413-6B00-0001 ",
        "24:e1:24:13:6b:00:00:01",
        "24E1:2413:6B00:0001",
        "24.E1.24.13.6B.00.00.01",
        "24_E1_24_13_6B_00_00_01",
        "24 E1 24 13 6B 00 00 01",
        "0x24E124136B000001",
    ],
)
def test_every_spelling_of_a_dev_eui_is_the_same_device(text: str) -> None:
    assert device_id(text) == EUI


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("C3CEC7FB-001FD75F", "C3CEC7FB-001FD75F"),
        ("c3cec7fb-001fd75f", "C3CEC7FB-001FD75F"),
        ("eui-24e124136b000001", "eui-24e124136b000001"),
        ("Bin-7", "Bin-7"),
        ("24E124136B00000", "24E124136B00000"),
        ("24E124136B0000011", "24E124136B0000011"),
    ],
)
def test_other_identities_stay_what_they_are(text: str, kept: str) -> None:
    assert device_id(text) == kept
