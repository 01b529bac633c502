"""Every number of the towns and of their year, in one place: changed only together with `docs/waste-simulation.md`.

Committed before any policy was tuned on them. Rates are invented; `docs/waste-simulation.md` says how they compare with
the measured ones of Edinburgh (334 bins, summer of 2016).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

TUNING_SEEDS = tuple(range(1, 4))
UNSEEN_SEEDS = tuple(range(101, 111))
#: Days lived before the year begins, with the fixed daily round, so that every policy begins with the same readings.
LEAD_IN_DAYS = 56
YEAR_DAYS = 365
BEGINS = date(2025, 2, 4)
#: Rounds are planned at this hour and leave the depot at that one.
PLAN_H, LEAVE_H = 5, 6


class Kind(StrEnum):
    """The towns."""

    DENSE = "dense"
    MIXED = "mixed"
    RURAL = "rural"


class Group(StrEnum):
    """What kind of spot a bin stands at."""

    HIGH_STREET = "high_street"
    TRANSPORT = "transport"
    PARK = "park"
    RESIDENTIAL = "residential"
    LAY_BY = "lay_by"


@dataclass(frozen=True, kw_only=True, slots=True)
class Habit:
    """How bins of a group fill: `percent_day` of their capacity on a usual day of a usual year, all factors 1.

    `spread` is the standard deviation of the logarithm of that rate from bin to bin; `summer` that logarithm's swing,
    greatest in mid-July; `warmth` its slope for each kelvin above the season; the other factors multiply.
    """

    percent_day: float
    spread: float
    summer: float
    bank_holiday: float
    school_holiday: float
    warmth: float
    wet: float
    weekdays: tuple[float, ...]
    hours: tuple[float, ...]
    capacities_l: tuple[int, ...]
    kg_per_l: float
    service_s: int


_SHOPS = (1, 1, 1, 0, 0, 1, 2, 4, 5, 5, 6, 7, 9, 9, 8, 7, 7, 7, 6, 5, 4, 3, 3, 2)
_COMMUTE = (1, 0, 0, 0, 1, 3, 6, 9, 9, 5, 4, 4, 5, 5, 4, 5, 7, 9, 8, 5, 3, 3, 3, 2)
_LEISURE = (0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 9, 9, 9, 9, 8, 7, 6, 5, 4, 2, 1, 0)
_HOMES = (1, 0, 0, 0, 0, 1, 3, 6, 7, 5, 4, 4, 5, 5, 5, 7, 8, 8, 7, 6, 5, 4, 3, 2)

HABITS: Mapping[Group, Habit] = MappingProxyType(
    {
        Group.HIGH_STREET: Habit(
            percent_day=30,
            spread=0.45,
            summer=0.14,
            bank_holiday=1.1,
            school_holiday=1.05,
            warmth=0.01,
            wet=0.85,
            weekdays=(0.90, 0.88, 0.92, 0.97, 1.12, 1.28, 0.93),
            hours=_SHOPS,
            capacities_l=(240, 240, 280, 180, 600),
            kg_per_l=0.075,
            service_s=70,
        ),
        Group.TRANSPORT: Habit(
            percent_day=28,
            spread=0.45,
            summer=0.05,
            bank_holiday=0.65,
            school_holiday=0.92,
            warmth=0.005,
            wet=0.97,
            weekdays=(1.06, 1.08, 1.09, 1.09, 1.12, 0.86, 0.70),
            hours=_COMMUTE,
            capacities_l=(120, 180, 240),
            kg_per_l=0.06,
            service_s=70,
        ),
        Group.PARK: Habit(
            percent_day=13,
            spread=0.6,
            summer=0.55,
            bank_holiday=1.6,
            school_holiday=1.25,
            warmth=0.06,
            wet=0.6,
            weekdays=(0.78, 0.76, 0.80, 0.84, 0.96, 1.42, 1.44),
            hours=_LEISURE,
            capacities_l=(240, 240, 120),
            kg_per_l=0.08,
            service_s=95,
        ),
        Group.RESIDENTIAL: Habit(
            percent_day=12,
            spread=0.5,
            summer=0.1,
            bank_holiday=1.0,
            school_holiday=0.92,
            warmth=0.01,
            wet=0.95,
            weekdays=(1.02, 0.99, 0.98, 0.98, 1.02, 1.03, 0.98),
            hours=_HOMES,
            capacities_l=(120, 120, 180, 240),
            kg_per_l=0.085,
            service_s=65,
        ),
        Group.LAY_BY: Habit(
            percent_day=11,
            spread=0.6,
            summer=0.3,
            bank_holiday=1.3,
            school_holiday=1.15,
            warmth=0.01,
            wet=0.95,
            weekdays=(0.92, 0.92, 0.94, 0.98, 1.14, 1.12, 0.98),
            hours=_LEISURE,
            capacities_l=(240, 360),
            kg_per_l=0.065,
            service_s=100,
        ),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TownPlan:
    """The size of a town: a grid of streets in the middle, smaller ones about it, roads between them. Metres, km/h."""

    bins: int
    shares: Mapping[Group, float]
    centre_blocks: int
    centre_spacing_m: float
    suburbs: int
    suburb_blocks: int
    suburb_spacing_m: float
    suburbs_from_m: float
    suburbs_to_m: float
    depot_m: float
    tip_m: float
    kmh: tuple[float, float, float]
    vehicles: int
    with_sensor: float
    market_weekday: int
    festivals: int


TOWNS: Mapping[Kind, TownPlan] = MappingProxyType(
    {
        Kind.DENSE: TownPlan(
            bins=240,
            shares={Group.HIGH_STREET: 0.45, Group.TRANSPORT: 0.12, Group.PARK: 0.10, Group.RESIDENTIAL: 0.33},
            centre_blocks=22,
            centre_spacing_m=105,
            suburbs=2,
            suburb_blocks=9,
            suburb_spacing_m=130,
            suburbs_from_m=2_200,
            suburbs_to_m=3_000,
            depot_m=2_600,
            tip_m=6_000,
            kmh=(14, 20, 34),
            vehicles=3,
            with_sensor=0.95,
            market_weekday=5,
            festivals=3,
        ),
        Kind.MIXED: TownPlan(
            bins=200,
            shares={Group.HIGH_STREET: 0.22, Group.TRANSPORT: 0.10, Group.PARK: 0.22, Group.RESIDENTIAL: 0.46},
            centre_blocks=13,
            centre_spacing_m=125,
            suburbs=5,
            suburb_blocks=8,
            suburb_spacing_m=160,
            suburbs_from_m=2_200,
            suburbs_to_m=5_000,
            depot_m=3_000,
            tip_m=8_000,
            kmh=(18, 24, 42),
            vehicles=3,
            with_sensor=0.9,
            market_weekday=3,
            festivals=2,
        ),
        Kind.RURAL: TownPlan(
            bins=150,
            shares={
                Group.HIGH_STREET: 0.16,
                Group.TRANSPORT: 0.05,
                Group.PARK: 0.15,
                Group.RESIDENTIAL: 0.39,
                Group.LAY_BY: 0.25,
            },
            centre_blocks=8,
            centre_spacing_m=120,
            suburbs=11,
            suburb_blocks=4,
            suburb_spacing_m=140,
            suburbs_from_m=3_000,
            suburbs_to_m=12_000,
            depot_m=1_800,
            tip_m=9_000,
            kmh=(20, 26, 55),
            vehicles=3,
            with_sensor=0.8,
            market_weekday=2,
            festivals=1,
        ),
    }
)

#: Streets bend: metres driven for each metre as the crow flies; places off the grid by this share of a block.
BEND, JITTER = 1.08, 0.18
#: A road between two grids has a place for a lay-by about every so many metres.
ROAD_STEP_M = 450.0

#: Vehicles: alike in all towns. A shift counts from the depot's gate and back to it, with the break in it.
VEHICLE_L, VEHICLE_KG = 12_000, 1_100
SHIFT_S, TURNROUND_S = 9 * 3600, 18 * 60
#: What a fixed round that leaves as late as it may keeps in hand, a share of its time and seconds: for rush hours,
#: traffic, bags beside bins, and days that bring more than usual.
FIXED_SLACK = (0.15, 30 * 60)
BREAK_AFTER_S, BREAK_S = 4 * 3600 + 1800, 1800
#: Seconds a crew needs for each litre that lies beside a bin.
SIDE_WASTE_S_PER_L = 0.5
#: How much longer a leg takes, by the hour it begins in, and the standard deviation of the logarithm from day to day.
RUSH: Mapping[int, float] = MappingProxyType({7: 1.1, 8: 1.25, 9: 1.1, 15: 1.15, 16: 1.2, 17: 1.25})
TRAFFIC_SPREAD = 0.05

#: Where more than this would come on a usual day, per cent of the capacity, the council has put up a larger bin.
MOST_PERCENT_DAY = 65.0
#: Deposits: single things and bags, their mean litres, the gamma shape of each, and the bags' share of the litres.
THING_L, THING_SHAPE, BAG_L, BAG_SHAPE, BAG_SHARE = 1.5, 2.0, 28.0, 4.0, 0.15
#: The logarithm of a bin's rate: what this year differs from others, its walk from day to day, the field that
#: neighbours share (its spread, reach in metres, and how much of it is left a day later), and a day's own gamma.
YEAR_SPREAD, WALK_SPREAD, WALK_KEPT = 0.15, 0.02, 0.995
FIELD_SPREAD, FIELD_REACH_M, FIELD_KEPT, DAY_CV = 0.15, 600.0, 0.6, 0.25
#: What an average-knowing depot gets wrong about a bin's usual rate (standard deviation of the logarithm).
KNOWLEDGE_SPREAD = 0.10
#: Bins whose rate changes for good within the year, and by what.
STEP_SHARE, STEP_FACTORS = 0.08, (1.8, 0.5)
#: Surprises a year, days they last, metres they reach, their factors. Festivals likewise, but announced; the market.
SURPRISES, SURPRISE_DAYS, SURPRISE_REACH_M, SURPRISE_FACTORS = 5, (2, 8), (250.0, 600.0), (1.7, 3.0)
FESTIVAL_DAYS, FESTIVAL_REACH_M, FESTIVAL_FACTORS = (3, 16), (450.0, 900.0), (1.5, 2.4)
MARKET_REACH_M, MARKET_FACTOR, CHRISTMAS_FACTOR = 350.0, 1.6, 0.45
WET_MM = 4.0

#: Sensors: share that reports every hour (the others every fourth), points of noise and of each one's own bias,
#: readings lost, days between spells of silence and their mean length, share that dies in a year and the days until
#: it is replaced, readings that are nonsense.
HOURLY_SHARE, NOISE_POINTS, BIAS_POINTS, LOST = 0.5, 3.0, 1.5, 0.03
OUTAGE_EVERY_D, OUTAGE_MEAN_H, DIES, REPLACED_AFTER_D, GLITCHES = 120.0, 40.0, 0.06, 45, 0.006
