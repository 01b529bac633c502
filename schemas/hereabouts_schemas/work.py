"""A day's field work and the plan made of it, as published: what has to be done, with what, and who goes where when.

Generic over work: emptying a bin, a housing inspection and a street repair are visits alike. A plan holds the work it
was made of, so that anybody can check it from the published JSON and the travel matrices alone.

Instants are UTC. Names carry their units: `_s` seconds, `_m` metres, `_kg`, `_p` pence; amounts are whole numbers.
Ids of yards, tips and visits' places share one space: they are the ids of places.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hereabouts_schemas.trouble import Trouble


class ReasonKind(StrEnum):
    """Why somebody goes somewhere, or why not."""

    FULLNESS = "fullness"
    AGE = "age"
    ALERT = "alert"
    REPORT = "report"  # somebody told us
    STATUTORY = "statutory"
    MANUAL = "manual"  # a dispatcher said so


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why, and in one sentence that a crew understands."""

    kind: ReasonKind
    says: str


class Approach(StrEnum):
    """From which side of the street a place can be served."""

    CURB = "curb"  # it lies on the vehicle's near side
    EITHER = "either"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A span of time, half-open: from its first instant up to, not including, its last."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What is picked up or carried, of one stream of waste."""

    stream: str
    litres: int
    kg: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One piece of field work at a place.

    Attributes:
        id: of this piece of work; unique within the day.
        load: what is picked up there; None for work that takes nothing away.
        service_s: how long the work takes.
        windows: when work may begin there, in order; none: at any time of the shift.
        must: whether it has to be done today; what may be left has a prize instead.
        prize_p: what not going costs, as expected harm. 0 where `must`.
        vehicle_classes: those that can reach the place; none named: all.
        skills: what the crew must be able to do.
        locked_to: the vehicle that has to do it, where a person said so.
        after: the visit that has to come right before this one on the same round, where a person fixed the order.
    """

    id: str
    place: str
    name: str
    lon: float
    lat: float
    approach: Approach = Approach.EITHER
    load: Load | None = None
    service_s: int
    windows: tuple[Window, ...] = ()
    must: bool
    prize_p: int = 0
    vehicle_classes: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    locked_to: str | None = None
    after: str | None = None
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Yard:
    """Where vehicles start and end (a place of kind depot)."""

    id: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Tip:
    """Where loads are emptied.

    Attributes:
        streams: those it takes; none named: all.
        open: when a vehicle may begin to tip there, in order; none: always.
        turnround_s: from arriving to leaving.
    """

    id: str
    name: str
    lon: float
    lat: float
    streams: tuple[str, ...] = ()
    open: tuple[Window, ...] = ()
    turnround_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Compartment:
    """A part of a vehicle's body: the streams it may carry (none named: any, but one at a time) and how much."""

    streams: tuple[str, ...] = ()
    litres: int
    kg: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Vehicle:
    """A vehicle with its crew on this day.

    Attributes:
        vehicle_class: whose roads it drives: the name of a travel matrix.
        compartments: of its body; none for a van that carries nothing.
        duty: name of the duty rules that its driver is under.
        start, end: yards.
        shift: earliest start and latest end.
        carries: what is in it when the shift begins.
        fixed_p, per_km_p, per_hour_p: what using it costs.
    """

    id: str
    name: str
    vehicle_class: str
    compartments: tuple[Compartment, ...] = ()
    skills: tuple[str, ...] = ()
    duty: str
    start: str
    end: str
    shift: Window
    carries: tuple[Load, ...] = ()
    fixed_p: int
    per_km_p: int
    per_hour_p: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """A rest: of at least `length_s`, begun before more than `after_s` have passed since leaving the yard."""

    after_s: int
    length_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DutyRules:
    """How long a driver may work: a rule set that the council can edit.

    Attributes:
        source: the law or agreement it comes from, as text.
        most_driving_s, most_duty_s: in a day; duty runs from leaving the yard to being back, breaks included.
        breaks: the rests that a round needs where it would last longer than their `after_s`, shortest `after_s` first.
            The first rest of a round answers the first, the second the second.
    """

    name: str
    source: str
    most_driving_s: int
    most_duty_s: int
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DayWork:
    """All that a plan of one day is made of."""

    day: date
    visits: tuple[Visit, ...]
    vehicles: tuple[Vehicle, ...]
    yards: tuple[Yard, ...]
    tips: tuple[Tip, ...] = ()
    duty_rules: tuple[DutyRules, ...]


class StopKind(StrEnum):
    """What a vehicle does at a stop."""

    START = "start"
    VISIT = "visit"
    TIP = "tip"
    BREAK = "break"  # where the vehicle stands: at its last stop
    END = "end"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """One stop of a round.

    Attributes:
        place: where; of a break, the place of the stop before.
        visit: the visit's id, of a stop of that kind.
        drive_m, drive_s: from the stop before by the matrix of the vehicle's class; 0 at the start and for a break.
        arrives_at, begins_at, leaves_at: begins after waiting, where it has to wait.
        carried: what is in the vehicle on leaving, by stream; empty streams are not named.
        done: it has happened: times, metres and load are as they were, not as planned. Only at the head of a round.
    """

    kind: StopKind
    place: str
    visit: str | None = None
    drive_m: int
    drive_s: int
    arrives_at: datetime
    begins_at: datetime
    leaves_at: datetime
    carried: tuple[Load, ...] = ()
    done: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One vehicle's stops in a shift, from its start to its end; what a vehicle did that broke down has no end."""

    vehicle: str
    stops: tuple[Stop, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A visit that is not done today, and why.

    Attributes:
        says: why, in a sentence.
        unmet: it had to be done and the plan has no way to: `says` tells why, and a person has to decide.
        overflow_p50_at: when it is as likely as not to have overflowed; overflow_p90_at: when one in ten such bins has
            (the P90 of its level is full by then), so it comes first. None where it cannot be said.
    """

    visit: str
    says: str
    unmet: bool = False
    overflow_p50_at: datetime | None = None
    overflow_p90_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundPlan:
    """A plan as published: the work, the rounds, what is left, and on which roads.

    Attributes:
        made_at: when.
        roads: how distances were had: `osrm`, `network` (our own shortest paths) or `great_circle` (there was no map);
            all of them, as in `great_circle, osrm`, where vehicle classes differ.
        attribution: of the map, to be shown with everything made from it.
        matrix_sha256: of the travel matrices, by vehicle class.
        seed, solve_s: what the solver was given.
        says: whether somebody goes out that day, and why, in a sentence or two; empty where days are not weighed.
        troubles: what a person has to look at of the data that it was made of.
    """

    work: DayWork
    rounds: tuple[Round, ...]
    left: tuple[Left, ...]
    made_at: datetime
    roads: str
    attribution: str
    matrix_sha256: dict[str, str]
    seed: int
    solve_s: float
    says: str = ""
    troubles: tuple[Trouble, ...] = ()
