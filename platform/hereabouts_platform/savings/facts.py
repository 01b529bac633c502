"""What savings are told from: what rounds took before, and what was planned and reported since."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Measure(StrEnum):
    """What can be saved."""

    KM = "km"
    HOURS = "hours"
    VISITS = "visits"
    LITRES = "litres"
    CO2E = "co2e"


UNITS = {
    Measure.KM: "km",
    Measure.HOURS: "h",
    Measure.VISITS: "visits",
    Measure.LITRES: "litres",
    Measure.CO2E: "kg CO2e",
}


class Why(StrEnum):
    """Why a day is left out."""

    NO_BASELINE = "no_baseline"
    TWO_BASELINES = "two_baselines"
    NO_PLAN = "no_plan"
    NO_MAP = "no_map"
    TO_HOMES = "to_homes"
    NOT_REPORTED = "not_reported"
    NOT_OVER = "not_over"


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What a round took before, on one date or on each of some weekdays (1 is Monday).

    Attributes:
        depot: whose round it was; None: of all depots together.
        litres: of fuel; None where nobody measured it.
        fuel: what the litres were; None: not said.
        method, source: how it was measured, and where that is written down.
    """

    round: str
    weekdays: tuple[int, ...] | None
    on: date | None
    km: float
    hours: float
    visits: int
    litres: float | None
    method: str
    source: str
    depot: str | None = None
    fuel: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundRun:
    """One vehicle's round in the version of the plan that stood at the end of its day.

    Attributes:
        km, hours, visits: as planned; hours from leaving the yard to being back.
        reported: visits of it on which a crew has reported.
        fuel, fuel_per_100km: the vehicle's; None: not said.
    """

    vehicle: str
    km: float
    hours: float
    visits: int
    reported: int
    fuel: str | None = None
    fuel_per_100km: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DayPlan:
    """A depot's day as it was published last.

    Attributes:
        mapped: every round of it was planned on a map of roads, none as the crow flies.
        to_homes: it leads to homes, so that it is not rounds of bins alone.
        overflowing: visits reported as overflowing.
        unmet: visits that had to be done and are in no round.
    """

    day: date
    depot: str
    rounds: tuple[RoundRun, ...]
    mapped: bool = True
    to_homes: bool = False
    overflowing: int = 0
    unmet: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Which days, first and last counted in, and of which depot (None: all).

    Attributes:
        today: days from here on are not over.
        depots: from which vehicles go out at all.
    """

    first: date
    last: date
    today: date
    depot: str | None = None
    depots: frozenset[str] = frozenset()
