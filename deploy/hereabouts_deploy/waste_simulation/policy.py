"""What a policy of collection is given each morning, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hereabouts_deploy.waste_simulation.days import Day, Weather
from hereabouts_deploy.waste_simulation.streets import Floats, Whole
from hereabouts_deploy.waste_simulation.town import Town

#: Stands for the tip in a round's stops.
TIP = -1


class Found(StrEnum):
    """What a crew says of a bin. All were emptied."""

    NOT_FULL = "not_full"  # less than a quarter full
    EMPTIED = "emptied"
    OVERFLOWING = "overflowing"  # waste beside it


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A bin emptied: when, in seconds since the first midnight of the lead-in, and what the crew saw."""

    bin: int
    at_s: int
    found: Found


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """A load weighed at the tip."""

    vehicle: int
    at_s: int
    kilograms: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Morning:
    """What may be known on a day when rounds are planned. Times in seconds since the first midnight of the lead-in.

    Args:
        now_s: the time of planning. The yard opens at `leave_s`: no vehicle leaves sooner.
        days: the calendar of the whole span, with what has been announced; today is `days[today]`.
        percent: every reading so far, [hour, bin], in points of per cent, NaN where there is none. Sensors send
            nonsense at times: 255, or a 0, 37 or 100 that is not true. It cannot be written to.
        second: a bin's reading of an hour was taken so many seconds after its beginning, [bin].
        outcomes: everything emptied so far, oldest first; `tickets` every load weighed.
        weather: measured up to yesterday and told for today: arrays that end with today, whose entry in
            `temperature` and `rain_mm` is what was told.
    """

    today: int
    now_s: int
    leave_s: int
    town: Town
    days: tuple[Day, ...]
    percent: Floats
    second: Whole
    outcomes: Sequence[Outcome]
    tickets: Sequence[Ticket]
    weather: Weather


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One vehicle's day: bins in their order, `TIP` where it tips in between. It always tips before it goes home.

    `wait_s`: how long after the yard opens it leaves; it has to be home at the same time whenever it leaves.
    """

    vehicle: int
    stops: tuple[int, ...]
    wait_s: int = 0


class Policy(Protocol):
    """One way to run the rounds. It is made anew for every simulated year, so it may remember what it likes."""

    def plan(self, morning: Morning) -> Sequence[Round]:
        """Today's rounds: each vehicle at most once, each bin at most once in all of them."""
        ...
