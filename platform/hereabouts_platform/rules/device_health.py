"""How a device is: everything that its last messages and readings tell of it, before anybody is called."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hereabouts_platform.rules.battery import UNKNOWN, Battery, battery
from hereabouts_platform.rules.counter_health import CountCourse, CountVerdict, judge
from hereabouts_platform.rules.device_clock import DeviceClock, device_clock
from hereabouts_platform.rules.flat_line import Course, Movement, movement
from hereabouts_platform.rules.health import Patience, patience
from hereabouts_platform.rules.own_interval import OwnInterval, own_interval
from hereabouts_platform.rules.packet_loss import PacketLoss, packet_loss

BATTERY_KNOWN_FOR = timedelta(days=30)  # an older reading says nothing of today's battery


@dataclass(frozen=True, kw_only=True, slots=True)
class BatteryReading:
    """The newest reading of a battery as it came: `battery_level` in % or `battery_voltage` in V."""

    quantity: str
    value: float
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceFacts:
    """What is known of a device that is deployed. Times are aware UTC.

    Attributes:
        title: what it is, for people.
        profile_s: how often such a device usually reports, in seconds.
        chemistry: of its battery, where the profile names it.
        deployed_from: since when it is where it is, and registered.
        heard_at: when its last message arrived, whatever became of it; None = never.
        source: the feed it was last heard on, by its number.
        listened: how long that feed was heard since this device was, or since it was put up: while everybody is silent,
            the fault lies elsewhere.
        arrivals_s: when its last messages arrived, in seconds, oldest first, at most 64.
        counters: their frame counters in the order of the times they state.
        clock_source: whose clock they state, "device" or "gateway"; None where neither.
        delays_s: arrival minus stated time of those that state such a time, in seconds.
        clock_bad: how many of them stated a time that was not believed.
        courses: what its readings did, a datastream each.
        counts: of a people counter, what it counted, a datastream each.
    """

    device_id: str
    title: str
    profile_s: int
    chemistry: str | None
    deployed_from: datetime
    heard_at: datetime | None = None
    source: int | None = None
    listened: timedelta = timedelta(0)
    arrivals_s: tuple[float, ...] = ()
    counters: tuple[int | None, ...] = ()
    clock_source: str | None = None
    delays_s: tuple[float, ...] = ()
    clock_bad: int = 0
    battery: BatteryReading | None = None
    courses: tuple[Course, ...] = ()
    counts: tuple[CountCourse, ...] = ()

    @property
    def heard_here(self) -> datetime | None:
        """When it was last heard where it is now."""
        return self.heard_at if self.heard_at is not None and self.heard_at >= self.deployed_from else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """How a device is. `moves` and `counting` hold each of its courses and counts with what was found of it."""

    interval: OwnInterval
    allowed: Patience
    loss: PacketLoss | None
    battery: Battery
    clock: DeviceClock
    moves: tuple[tuple[Course, Movement], ...]
    counting: tuple[tuple[CountCourse, CountVerdict], ...] = ()

    @property
    def stuck(self) -> tuple[Course, ...]:
        """What has not moved although it should have."""
        return tuple(course for course, found in self.moves if found is Movement.STUCK)


def examine(facts: DeviceFacts, now: datetime) -> Condition:
    """Work out a device's condition at `now`."""
    own = own_interval(facts.arrivals_s, facts.profile_s)
    return Condition(
        interval=own,
        allowed=patience(own.seconds),
        loss=packet_loss(facts.counters),
        battery=_battery(facts, now),
        clock=device_clock(facts.delays_s, facts.clock_bad, len(facts.arrivals_s)),
        moves=tuple((course, movement(course)) for course in facts.courses),
        counting=tuple((course, judge(course)) for course in facts.counts),
    )


def _battery(facts: DeviceFacts, now: datetime) -> Battery:
    read = facts.battery
    if read is None or now - read.at > BATTERY_KNOWN_FOR:
        return UNKNOWN
    return battery(read.quantity, read.value, facts.chemistry)
