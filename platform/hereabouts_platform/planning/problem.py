"""The day in numbers, as a solver takes it: nodes, loads, spans, costs and one pair of matrices a kind of vehicle."""

from collections.abc import Mapping
from dataclasses import dataclass

from hereabouts_platform.planning.arcs import Whole
from hereabouts_platform.planning.tasks import Task
from hereabouts_platform.planning.tippings import Tipping


@dataclass(frozen=True, slots=True)
class Job:
    """One way to do a task: in one of the spans in which it may begin. Its node is its task's number."""

    task: int
    early: int
    late: int
    service_s: int


@dataclass(frozen=True, slots=True)
class TipSpan:
    """A tipping in one of the spans in which it may begin; its service is the first tip's turn-round."""

    tipping: int
    early: int
    late: int
    service_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Crew:
    """Vehicles that are alike in all that matters.

    Attributes:
        vehicles: their ids.
        from_s, leave_by_s, to_s: earliest and latest start, and when they have to be back.
        work_s: the longest round.
        fixed, per_m, per_s: in thousandths of a penny.
        profile: which matrices they drive by.
        out: whether they are on the road already, so that they have to come home whatever they do.
        tips: numbers of the spans of tips they may use; none where they carry nothing.
    """

    vehicles: tuple[str, ...]
    capacity: tuple[int, ...]
    initial: tuple[int, ...]
    from_s: int
    leave_by_s: int
    to_s: int
    work_s: int
    fixed: int
    per_m: int
    per_s: int
    profile: int
    out: bool
    tips: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """All that a solver needs.

    Nodes of the matrices: one a task in their order, then the start, then the end, then one a tipping.

    Attributes:
        musts: of each task, whether it has to be done.
        prizes: of each task, in thousandths of a penny: what leaving it costs.
        loads: of each task, in the dimensions of the crews' capacities.
        profiles: metres and seconds, [n, n] each, from row to column.
        timed: whether anything takes time; where nothing does, no span or shift can bind.
    """

    tasks: tuple[Task, ...]
    jobs: tuple[Job, ...]
    musts: tuple[bool, ...]
    prizes: tuple[int, ...]
    loads: tuple[tuple[int, ...], ...]
    tippings: tuple[Tipping, ...]
    tip_spans: tuple[TipSpan, ...]
    crews: tuple[Crew, ...]
    profiles: tuple[tuple[Whole, Whole], ...]
    timed: bool

    @property
    def start(self) -> int:
        """The node that every vehicle starts from."""
        return len(self.tasks)

    @property
    def end(self) -> int:
        """The node that every vehicle ends at: its yard, by way of a tip where it carries."""
        return len(self.tasks) + 1

    def node_of_tipping(self, tipping: int) -> int:
        """The node of a tipping."""
        return len(self.tasks) + 2 + tipping


@dataclass(frozen=True, slots=True)
class Do:
    """A task (`tipping` false) or a tipping, by its number in the problem."""

    number: int
    tipping: bool = False


Orders = Mapping[str, tuple[Do, ...]]  # by vehicle, those that go out


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found: a cost in thousandths of a penny, and what each vehicle does in turn."""

    cost: int
    orders: Orders
