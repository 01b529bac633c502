"""Legs of a vehicle class by place, and times of a day as whole seconds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hereabouts_platform.roads.matrix import UNREACHABLE, Matrix
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import DayWork, Window

SECOND = timedelta(seconds=1)
Span = tuple[int, int]  # seconds of the day's clock, both ends included
ANY_TIME: Span = (0, 10**8)


@dataclass(frozen=True, slots=True)
class Leg:
    """From one place to another."""

    metres: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Roads:
    """The legs of one vehicle class."""

    matrix: Matrix
    index: Mapping[str, int]

    def leg(self, start: str, end: str) -> Leg | None:
        """From place to place, or None where there is no way or a place is not on the map."""
        row, column = self.index.get(start), self.index.get(end)
        if start == end:
            return Leg(0, 0)
        if row is None or column is None or self.matrix.metres[row, column] == UNREACHABLE:
            return None
        return Leg(int(self.matrix.metres[row, column]), int(self.matrix.seconds[row, column]))


def roads_of(work: DayWork, matrices: Mapping[str, Matrix]) -> dict[str, Roads]:
    """The roads of each class that a vehicle of the day is of.

    Raises:
        InputError: a class has no travel matrix.
    """
    classes = {one.vehicle_class for one in work.vehicles}
    for one in sorted(classes - set(matrices)):
        raise InputError("vehicle_class", one, "Make a travel matrix for it first.")
    return {one: roads_by_matrix(matrices[one]) for one in classes}


def roads_by_matrix(matrix: Matrix) -> Roads:
    """The legs of a travel matrix by place."""
    return Roads(matrix, {place: n for n, place in enumerate(matrix.ids)})


@dataclass(frozen=True, slots=True)
class Clock:
    """The day's clock: whole seconds since the earliest shift begins."""

    zero: datetime

    def seconds(self, at: datetime) -> int:
        """The first whole second that is not before `at`."""
        return -((self.zero - at) // SECOND)

    def at(self, seconds: int) -> datetime:
        """The instant of a second."""
        return self.zero + seconds * SECOND

    def spans(self, windows: Iterable[Window]) -> tuple[Span, ...]:
        """Windows in seconds, without those that are over before the day begins; none given: any time."""
        given = tuple(windows)
        found = ((max(0, self.seconds(one.from_at)), self.seconds(one.to_at) - 1) for one in given)
        return tuple(span for span in found if span[0] <= span[1]) if given else (ANY_TIME,)


def clock_of(work: DayWork) -> Clock:
    """The clock of a day: zero is when its first shift begins."""
    return Clock(min(one.shift.from_at for one in work.vehicles))
