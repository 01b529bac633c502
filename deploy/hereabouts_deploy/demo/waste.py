"""The town's bins as its council knows them: streams, litres, hours, who can get there, and their old rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from hereabouts_deploy.demo.chance import stream

SITES, SLOTS = 110, 150
GENERAL, RECYCLING = "general", "recycling"
HOMES, SHOPS, PARK = "homes", "shops", "park"

#: What lies along each street, in the order of the town's streets.
ALONG = (HOMES, HOMES, SHOPS, HOMES, SHOPS, PARK, HOMES, PARK, SHOPS, HOMES, HOMES, SHOPS)
LANES, LORRY, SMALL = (2, 6), "rcv18", "caged_tipper_3t5"  # two streets are too narrow for a lorry
SCHOOL, MARKET = 1, 11

LITRES_OF_DEPTH = {900: 240, 1050: 360, 1200: 660, 1400: 1100}  # mm below the sensor
FULL_MM = 120
KG_PER_L = {GENERAL: 0.11, RECYCLING: 0.05}
SERVICE_S = {240: 75, 360: 90, 660: 120, 1100: 150}
MAX_DAYS = {HOMES: 10, SHOPS: 7, PARK: 4}  # a park's bins hold what dogs leave

#: When a crew may work in two of the streets: not while pupils come and go, not in Saturday's market.
HOURS = {
    SCHOOL: "Mon-Fri 00:00-08:15; Mon-Fri 09:15-14:45; Mon-Fri 16:00-24:00; Sat,Sun 00:00-24:00",
    MARKET: "Sun-Fri 00:00-24:00; Sat 00:00-06:00; Sat 17:00-24:00",
}
DEPOT_ID, TIP_ID = "depot-1", "tip-1"
DEPOT: Mapping[str, object] = {"turnround_s": 600}
TIP: Mapping[str, object] = {"open": "daily 04:00-03:00", "turnround_s": 900, "streams": [GENERAL, RECYCLING]}

#: Weekdays of the two rounds that went before there were plans, Monday 0, and the last street of the first.
FIXED_DAYS = ((0, 2, 4), (1, 3, 5))
LAST_OF_FIRST = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class BinSlot:
    """A position of a bin: which of its street's stands, what goes into it, how deep the bin is."""

    id: str
    site: str
    street: int
    stand: int
    stream: str
    depth_mm: int

    @property
    def along(self) -> str:
        """What its street is like: bins of the same kind fill alike."""
        return ALONG[self.street]

    @property
    def fixed_round(self) -> int:
        """Which of the two old rounds it was on."""
        return int(self.street > LAST_OF_FIRST)

    @property
    def mount(self) -> Mapping[str, object]:
        """How its sensor looks into it."""
        return {"bin_depth_mm": self.depth_mm, "bin_full_mm": FULL_MM}

    @property
    def full(self) -> float:
        """The share of the depth at which it counts as full."""
        return 1 - FULL_MM / self.depth_mm

    @property
    def attributes(self) -> Mapping[str, object]:
        """What planning needs to know, in the words of docs/waste.md."""
        litres = LITRES_OF_DEPTH[self.depth_mm]
        found: dict[str, object] = {
            "stream": self.stream,
            "capacity_l": litres,
            "kg_per_l": KG_PER_L[self.stream],
            "max_days": MAX_DAYS[self.along],
            "service_s": SERVICE_S[litres],
            "group": f"{self.along} {self.stream}",
            "approach": "curb" if self.along == SHOPS else "either",
        }
        if self.street in LANES:
            found["access"] = [SMALL, "van"]
        if self.street in HOURS:
            found["windows"] = HOURS[self.street]
        return found


def lay_out(seed: int, depths: Sequence[int]) -> list[BinSlot]:
    """All slots: sites along the streets by turns, with one bin each, and a second at as many as make up the number."""
    doubled = set(stream(seed, "bin places").choice(SITES, SLOTS - SITES, replace=False).tolist())
    found, serial = [], count(1)
    for k in range(SITES):
        for of in (GENERAL, RECYCLING)[: 2 if k in doubled else 1]:
            number = next(serial)
            found.append(
                BinSlot(
                    id=f"bin-{number:03d}", site=f"bin-site-{k + 1:03d}", street=k % len(ALONG), stand=k // len(ALONG),
                    stream=of, depth_mm=depths[number - 1],
                )
            )  # fmt: skip
    return found


def on_fixed_rounds(slots: Sequence[BinSlot]) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Whether the fixed round of a weekday comes to a bin: [weekday, bin], Monday 0."""
    return np.array([[day in FIXED_DAYS[slot.fixed_round] for slot in slots] for day in range(7)])
