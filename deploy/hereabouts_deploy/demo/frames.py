"""Frames as the devices themselves send them, written from their makers' published encodings.

Each encoder gives the bytes, the port, the object that the maker's own published codec makes of those bytes, and what
of it counts. Values go in and come out in the vocabulary's units, already in the sensor's steps.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Values = Mapping[str, float]
INDOOR_VOLTS = ("air_temperature", "relative_humidity", "battery_voltage")


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One frame: port, bytes, the network's decoded object, and which of the values given it has room for."""

    port: int
    data: bytes
    fields: Mapping[str, object]
    carries: tuple[str, ...]


def elsys(values: Values) -> Frame:
    """Elsys type-value pairs: 01 temperature (int16, 0.1 degC), 02 humidity (uint8, %), 07 supply (uint16, mV)."""
    tenths, percent = round(values["air_temperature"] * 10), round(values["relative_humidity"])
    millivolts = round(values["battery_voltage"] * 1000)
    return Frame(
        port=5,
        data=struct.pack(">BhBBBH", 0x01, tenths, 0x02, percent, 0x07, millivolts),
        fields={"temperature": tenths / 10, "humidity": percent, "vdd": millivolts},
        carries=INDOOR_VOLTS,
    )


def milesight_em300(values: Values) -> Frame:
    """Channel-type pairs, little-endian: 01 75 battery %, 03 67 temperature (0.1 degC), 04 68 humidity (0.5 %)."""
    tenths, halves = round(values["air_temperature"] * 10), round(values["relative_humidity"] * 2)
    battery = round(values["battery_level"])
    return Frame(
        port=85,
        data=struct.pack("<BBB", 0x01, 0x75, battery) + struct.pack("<BBh", 0x03, 0x67, tenths)
        + struct.pack("<BBB", 0x04, 0x68, halves),
        fields={"battery": battery, "temperature": tenths / 10, "humidity": halves / 2},
        carries=("air_temperature", "relative_humidity", "battery_level"),
    )  # fmt: skip


def dragino_lht65(values: Values) -> Frame:
    """11 bytes: battery (2 bits of state, 14 bits mV), temperature (0.01 degC), humidity (0.1 %), probe type, probe.

    No probe is plugged in, which the device says by 0x7FFF, that is 327.67 degC.
    """
    hundredths, tenths = round(values["air_temperature"] * 100), round(values["relative_humidity"] * 10)
    millivolts = round(values["battery_voltage"] * 1000)
    return Frame(
        port=2,
        data=struct.pack(">HhHBhH", 0xC000 | millivolts, hundredths, tenths, 0x01, 0x7FFF, 0x7FFF),
        fields={
            "BatV": millivolts / 1000, "Bat_status": 3, "TempC_SHT": hundredths / 100, "Hum_SHT": tenths / 10,
            "Ext_sensor": "Temperature Sensor", "TempC_DS": 327.67,
        },
        carries=INDOOR_VOLTS,
    )  # fmt: skip


def generic_indoor(values: Values) -> Frame:
    """A device whose network decodes it to plain fields; its bytes are nobody's published encoding."""
    fields = {
        "temperature": values["air_temperature"],
        "humidity": values["relative_humidity"],
        "battery": values["battery_voltage"],
    }
    return Frame(port=1, data=b"\x00", fields=fields, carries=INDOOR_VOLTS)


def milesight_em310(values: Values) -> Frame:
    """01 75 battery %, 03 82 distance (uint16, mm), 04 00 position (0 upright, 1 tilted)."""
    battery, distance = round(values["battery_level"]), round(values["distance"])
    return Frame(
        port=85,
        data=struct.pack("<BBBBBHBBB", 0x01, 0x75, battery, 0x03, 0x82, distance, 0x04, 0x00, 0),
        fields={"battery": battery, "distance": distance, "position": "normal"},
        carries=("distance", "battery_level"),
    )


def milesight_em400(values: Values) -> Frame:
    """01 75 battery %, 03 67 temperature (0.1 degC), 04 82 distance (uint16, mm), 05 00 position."""
    battery, distance = round(values["battery_level"]), round(values["distance"])
    tenths = round(values["air_temperature"] * 10)
    return Frame(
        port=85,
        data=struct.pack("<BBBBBhBBHBBB", 0x01, 0x75, battery, 0x03, 0x67, tenths, 0x04, 0x82, distance, 0x05, 0x00, 0),
        fields={"battery": battery, "temperature": tenths / 10, "distance": distance, "position": "normal"},
        carries=("air_temperature", "distance", "battery_level"),
    )


def dragino_ldds75(values: Values) -> Frame:
    """8 bytes: battery (mV), distance (mm), interrupt flag, probe temperature (none: 0), sensor flag."""
    millivolts, distance = round(values["battery_voltage"] * 1000), round(values["distance"])
    return Frame(
        port=2,
        data=struct.pack(">HHBhB", millivolts, distance, 0, 0, 1),
        fields={"Bat": millivolts / 1000, "Distance": f"{distance} mm", "Interrupt_flag": 0, "Sensor_flag": 1},
        carries=("distance", "battery_voltage"),
    )


def milesight_vs13x(values: Values) -> Frame:
    """03 D2 and 04 D2 people in and out since power-up (uint32), 05 CC in and out of the period (uint16 each)."""
    total_in, total_out = int(values["people_in_total"]), int(values["people_out_total"])
    now_in, now_out = int(values["people_in"]), int(values["people_out"])
    return Frame(
        port=85,
        data=struct.pack("<BBIBBI", 0x03, 0xD2, total_in, 0x04, 0xD2, total_out)
        + struct.pack("<BBHH", 0x05, 0xCC, now_in, now_out),
        fields={
            "line_1_total_in": total_in, "line_1_total_out": total_out,
            "line_1_period_in": now_in, "line_1_period_out": now_out,
        },
        carries=("people_in", "people_out", "people_in_total", "people_out_total"),
    )  # fmt: skip


#: The encoder of each device profile that speaks LoRaWAN.
ENCODERS: Mapping[str, Callable[[Values], Frame]] = {
    "elsys": elsys,
    "milesight-em300": milesight_em300,
    "dragino-lht65": dragino_lht65,
    "generic-indoor": generic_indoor,
    "milesight-em310": milesight_em310,
    "milesight-em400": milesight_em400,
    "dragino-ldds75": dragino_ldds75,
    "milesight-vs13x": milesight_vs13x,
}
