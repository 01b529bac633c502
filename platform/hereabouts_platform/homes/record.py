"""The day's record of a room: all that the next day needs to know of the days before it, in one fixed form.

A numpy structured array, one element a room, so that thousands of rooms are worked out together and kept as bytes. What
is in it is the rule's whole memory: the next day's record follows from it, the day's hours and the room's facts, and
from nothing else.
"""

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats

FORM = 1  # of the bytes: another form starts every room from its first day again

Record = NDArray[np.void]
Bools = NDArray[np.bool_]

RING = 30  # days
WEEK = 7
HAZARDS = ("damp_mould", "excess_cold", "excess_heat")
LEVELS = ("ok", "watch", "act", "urgent", "no_data", "sensor_fault")
OK, WATCH, ACT, URGENT, NO_DATA, SENSOR_FAULT = range(6)
RAISED = (WATCH, ACT, URGENT)
FAULTS = ("stuck", "below_outdoors", "saturated", "drift", "moved")
STUCK, BELOW, SATURATED, DRIFT, MOVED = range(5)
NEVER = 65535  # hours, days: longer than anybody counts

# Climates that the mould index is folded over, beside each other.
CLIMATES = ("low", "high", "sensor_low", "sensor_high", "warm", "drier", "insulated", "standard")
LOW, HIGH, SENSOR_LOW, SENSOR_HIGH, WARM, DRIER, INSULATED, STANDARD = range(len(CLIMATES))
# Daily values of the last 30 days: means of the air (%, degC), of the coldest surface (%, that at f 0.75, K below the
# air) and of the weather (degC); of the night the least by weight, the least excess, the difference to the
# home's other rooms (g/m3); hours of water on the surface; range of temperature.
RINGS = ("air", "temperature", "surface", "standard", "deficit", "outdoor", "floor", "floor_excess", "floor_apart",
         "condensing", "swing")  # fmt: skip
# Sums over days, each forgotten with its own time constant; the first of a group is the sum of weights.
SEASON = ("w", "te", "vpx", "te2", "te_vpx", "vpx2", "rain", "rain2", "te_rain", "rain_vpx", "surface", "warm", "drier",
          "insulated")  # fmt: skip
HEATING = ("hours", "cold", "degrees")
FAST = ("w", "te", "vpx", "degrees")
EVERY = ("w", "swing", "temperature_swing", "apart_w", "apart", "co2_w", "co2")
NIGHTS = ("air_w", "air", "cooling_w", "cooling")
PULSES = ("days", "pulses", "back", "long_pulses", "long_back")

DAY = np.dtype(
    [
        ("day", "<i4"),  # days since 1970 in UTC
        ("until", "u1"),  # hours of it that are in
        ("first_hour", "<i8"),  # hours since 1970 of the first reading; -1 before it
        ("silent", "<u2"),  # hours since the last reading of anything
        ("covered", "u1"),  # hours of the day with temperature and humidity that are believed
        ("warm_covered", "u1"),  # hours with a temperature that is believed
        ("heard", "u1"),  # hours with vapour of both sides, believed or not
        ("weathered", "u1"),  # hours of those that are covered with the temperature outside too
        # carried from hour to hour
        ("last", "<f8", (4,)),
        ("age", "u1", (4,)),
        ("yesterday", "<f4", (4, 24)),
        ("index", "<f8", (8,)),
        ("dry", "u1", (8,)),
        ("missing", "u1"),
        ("still", "<f8", (2,)),
        ("still_hours", "<u2"),
        ("still_weather", "<f8", (2,)),
        ("below_hours", "<u2"),
        ("saturated_hours", "<u2"),
        ("fault_age", "<u2", (5,)),  # hours since each fault's last sign
        ("bitter", "<u2"),  # hours in a row below what is bitter
        ("wetness", "<f8"),
        ("pulse", "<f8", (3,)),  # humidity by weight an hour ago, where a rise began, how high it went
        ("pulse_hours", "u1"),  # since it began; 0 none
        ("evening", "<f8", (2,)),  # hours, and the sum of their temperatures, from 21:00 on
        # carried from day to day
        ("ring", "<f4", (len(RINGS), RING)),
        ("index_week", "<f4", (2, 8)),
        ("season", "<f8", (len(SEASON),)),
        ("season_days", "<u2"),
        ("heating", "<f8", (len(HEATING),)),
        ("fast", "<f8", (len(FAST),)),
        ("every", "<f8", (len(EVERY),)),
        ("nights", "<f8", (len(NIGHTS),)),
        ("pulses", "<f8", (len(PULSES),)),
        ("drift_days", "u1"),
        ("moved_day", "<i4"),
        ("hot_hours", "<u2"),
        # what the day came to
        ("night", "<f4"),  # mean temperature of the night, degC
        ("cold_hours", "u1"),  # hours below what is cold
        ("condensing_days", "u1"),
        ("up", "u1", (3, 3)),
        ("down", "u1", (3, 3)),
        ("standing", "u1", (3,)),
        ("level", "u1", (3,)),
        ("quiet", "?"),
    ]
)


def blank(rooms: int, day: int) -> Record:
    """Records of the end of `day` (days since 1970) for rooms of which nothing is known yet."""
    record = np.zeros(rooms, dtype=DAY)
    record["day"] = day
    record["until"] = 24
    record["first_hour"] = -1
    for name in ("silent", "fault_age"):
        record[name] = NEVER
    for name in ("last", "yesterday", "still", "still_weather", "pulse", "ring", "index_week", "night"):
        record[name] = np.nan
    record["age"] = 255
    record["dry"] = 25
    record["missing"] = 7
    record["moved_day"] = np.iinfo(np.int32).min // 2
    record["level"] = NO_DATA
    return record


def to_bytes(one: np.void) -> bytes:
    """One room's record as bytes."""
    return bytes(one.tobytes())


def from_bytes(kept: list[bytes]) -> Record:
    """Records from their bytes, in the order given; they may be written to."""
    return np.frombuffer(bytearray(b"".join(kept)), dtype=DAY)


def slots(record: Record, days: int, *, ends: int = 0) -> NDArray[np.intp]:
    """Which slots of a ring hold the last `days` days up to `ends` days before the record's own; all rooms one day."""
    newest = int(record["day"][0]) - ends if len(record) else 0
    return np.array([(newest - back) % RING for back in range(days - 1, -1, -1)], dtype=np.intp)


def ring(record: Record, name: str) -> Floats:
    """One ring of every room, (rooms, 30), by slot."""
    return np.asarray(record["ring"][:, RINGS.index(name)], dtype=np.float64)


def total(record: Record, group: str, names: tuple[str, ...], name: str) -> Floats:
    """One sum of a group of every room."""
    return np.asarray(record[group][:, names.index(name)])


def month_of(record: Record) -> int:
    """The month (UTC) of the record's day; all rooms have one day."""
    return int(np.datetime64(int(record["day"][0]), "D").astype("datetime64[M]").astype(int)) % 12 + 1
