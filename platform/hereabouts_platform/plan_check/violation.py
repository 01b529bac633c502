"""What can be wrong with a plan."""

from dataclasses import dataclass
from enum import StrEnum

from hereabouts_schemas.errors import HereaboutsError


class Kind(StrEnum):
    """What a violation is about."""

    SHAPE = "shape"  # stops that make no round, or a plan that names things twice
    UNKNOWN = "unknown"  # a visit, vehicle, tip or rule that the work does not have
    MISSED = "missed"  # a must that nobody does, or a visit that the plan does not speak of
    TWICE = "twice"
    MATRIX = "matrix"  # the plan was made on other roads
    LEG = "leg"
    TIME = "time"  # times that do not add up
    WINDOW = "window"
    OPENING = "opening"  # of a tip
    SHIFT = "shift"
    DUTY = "duty"
    DRIVING = "driving"
    BREAK = "break"
    CARRIED = "carried"
    CAPACITY = "capacity"
    TIP = "tip"  # home with a load
    YARD = "yard"
    ACCESS = "access"
    SKILL = "skill"
    LOCK = "lock"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a plan.

    Attributes:
        vehicle: whose round; None where it is about the plan.
        stop: number of the stop in the round, from 0; None where it is about the round.
        says: what is wrong, in a sentence.
    """

    kind: Kind
    vehicle: str | None
    stop: int | None
    says: str


class PlanRefused(HereaboutsError):
    """A plan with violations is not published."""

    def __init__(self, violations: list[Violation]) -> None:
        self.violations = violations
        more = f" and {len(violations) - 1} more" if len(violations) > 1 else ""
        super().__init__(f"The plan does not hold and is not published: {violations[0].says}{more}")
