"""Vehicles as they stand when their plan begins: in the yard, or somewhere on a round that is under way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hereabouts_platform.planning.bodies import Body
from hereabouts_platform.planning.roads import SECOND, Clock, Roads
from hereabouts_platform.planning.tippings import Tipping, streams_of, takes, tippings
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import DayWork, DutyRules, Load, Stop, StopKind, Vehicle


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A vehicle as it stands when its plan begins.

    Attributes:
        head: the stops of its round that stand already, its start first; empty where the plan begins in the yard.
        place: where it is.
        from_s, to_s: when it may go on and when it has to be back, by the day's clock.
        duty_s, driving_s: how long its driver may still be on duty, rests included, and drive.
        tippings: the ways to empty it.
        stuck: why it can do nothing, where it cannot.
    """

    vehicle: Vehicle
    rules: DutyRules
    roads: Roads
    body: Body
    tippings: tuple[Tipping, ...]
    head: tuple[Stop, ...]
    place: str
    carried: tuple[Load, ...]
    from_s: int
    to_s: int
    duty_s: int
    driving_s: int
    stuck: str | None = None

    @property
    def rests(self) -> int:
        """How many rests it has had."""
        return sum(stop.kind is StopKind.BREAK for stop in self.head)

    @property
    def on_duty_s(self) -> int:
        """How long it has been on duty."""
        return self.rules.most_duty_s - self.duty_s

    @property
    def reserve_s(self) -> int:
        """What of its time to keep free for rests, so that as much as can be is left for work."""
        pending = self.rules.breaks[self.rests :]
        most = min(self.duty_s, self.to_s - self.from_s)
        kept, best = 0, 0
        for one in pending:
            best = max(best, min(most, one.after_s - self.on_duty_s) - kept)
            kept += one.length_s
        return most - max(best, most - kept)


def readies(
    work: DayWork,
    roads: Mapping[str, Roads],
    body: Mapping[str, Body],
    clock: Clock,
    heads: Mapping[str, Sequence[Stop]],
) -> list[Ready]:
    """Every vehicle of the day as it stands, in the order given.

    Raises:
        InputError: a vehicle is under duty rules that the work does not have.
    """
    rules = {one.name: one for one in work.duty_rules}
    found = []
    for one in work.vehicles:
        if one.duty not in rules:
            raise InputError("duty", one.duty, f"Name one of {', '.join(sorted(rules))}.")
        head = tuple(heads.get(one.id, ()))
        mine = roads[one.vehicle_class], body[one.id]
        found.append(_ready(one, rules[one.duty], *mine, work=work, clock=clock, head=head))
    return found


def carried_by(vehicle: Vehicle, head: Sequence[Stop]) -> tuple[Load, ...]:
    """What is in a vehicle when its plan begins."""
    return head[-1].carried if head else vehicle.carries


def _ready(
    vehicle: Vehicle,
    rules: DutyRules,
    roads: Roads,
    body: Body,
    *,
    work: DayWork,
    clock: Clock,
    head: tuple[Stop, ...],
) -> Ready:
    carried = carried_by(vehicle, head)
    inside = {one.stream for one in carried if one.litres or one.kg}
    ways = tippings(work.tips, streams_of(body, work, inside)) if body else ()
    kept = sorted(stream for stream in inside if not any(takes(tip, stream) for way in ways for tip in way))
    on_duty = (head[-1].leaves_at - head[0].leaves_at) // SECOND if head else 0
    return Ready(
        vehicle=vehicle,
        rules=rules,
        roads=roads,
        body=body,
        tippings=ways,
        head=head,
        place=head[-1].place if head else vehicle.start,
        carried=carried,
        from_s=clock.seconds(head[-1].leaves_at if head else vehicle.shift.from_at),
        to_s=clock.seconds(vehicle.shift.to_at),
        duty_s=rules.most_duty_s - on_duty,
        driving_s=rules.most_driving_s - sum(stop.drive_s for stop in head),
        stuck=f"no tip takes the {kept[0]} in it" if kept else None,
    )
