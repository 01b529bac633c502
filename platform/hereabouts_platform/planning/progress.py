"""How far each vehicle is, by what crews reported of the plan that stands: late, out of order, with gaps.

Nobody reports a trip to the tip, a rest or a drive. Those that the plan has before the last stop reported have
happened, and so have rests that were due by now; the way between stops is the travel matrix'.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hereabouts_platform.planning.replan import FROZEN, Progress
from hereabouts_platform.planning.roads import Leg, Roads
from hereabouts_platform.planning.timing import with_load
from hereabouts_platform.planning.tippings import takes
from hereabouts_schemas.work import Break, Round, RoundPlan, Stop, StopKind, Tip, Vehicle, Visit


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """That a crew was at a visit, whatever came of it.

    Attributes:
        visit: its id in the plan; at: when, UTC.
        vehicle: whose crew said so; None: it cannot be told, then it counts for the round that the visit is on.
        took: whether what lay there is in the vehicle now.
    """

    visit: str
    at: datetime
    vehicle: str | None = None
    took: bool = True


Legs = Mapping[str, Roads]  # by class of vehicle


def by_vehicle(plan: RoundPlan, reports: Sequence[Report]) -> dict[str, list[Report]]:
    """Vehicle -> the reports on what it did, in the order in which that happened.

    A visit that is on no round and that no known crew reported on is nobody's: it is in none of them.
    """
    out = {one.vehicle for one in plan.rounds}
    on = {stop.visit: one.vehicle for one in plan.rounds for stop in one.stops if stop.visit}
    found: dict[str, list[Report]] = {vehicle: [] for vehicle in out}
    for one in sorted(reports, key=lambda one: (one.at, one.visit)):
        vehicle = one.vehicle if one.vehicle in out else on.get(one.visit)
        if vehicle is not None:
            found[vehicle].append(one)
    return found


def ahead_of(one: Round, reported: Collection[str]) -> tuple[str, ...]:
    """The visits of a round that nobody has reported on, in the order of the plan."""
    return tuple(stop.visit for stop in one.stops if stop.visit and not stop.done and stop.visit not in reported)


def next_of(plan: RoundPlan, reports: Sequence[Report], moving: Collection[str]) -> frozenset[str]:
    """The visits that crews are on their way to, of those that are `moving`."""
    reported = {one.visit for one in reports}
    rounds = (one for one in plan.rounds if one.vehicle in moving)
    return frozenset(visit for one in rounds for visit in ahead_of(one, reported)[:FROZEN])


def begun(plan: RoundPlan, reports: Sequence[Report], now: datetime) -> frozenset[str]:
    """The vehicles that are on the road by their plan, or by a report."""
    mine = by_vehicle(plan, reports)
    return frozenset(one.vehicle for one in plan.rounds if mine[one.vehicle] or one.stops[0].leaves_at <= now)


def progress_of(
    plan: RoundPlan, reports: Sequence[Report], legs: Legs, now: datetime, out: Collection[str] = ()
) -> tuple[Progress, ...]:
    """What each vehicle on the road has done; those that have not begun are named only where they are out of service.

    A crew that was not heard of for longer than its next stop takes is taken to be just through with that, no further.

    Args:
        plan: as it stands.
        legs: by class of vehicle, between all places that are named.
        out: vehicles out of service: they do nothing more.
    """
    mine, moving = by_vehicle(plan, reports), begun(plan, reports, now)
    vehicles = {one.id: one for one in plan.work.vehicles}
    rules = {one.name: one for one in plan.work.duty_rules}
    facts = _Facts(
        visits={one.id: one for one in plan.work.visits}, tips={one.id: one for one in plan.work.tips}, now=now
    )
    found = []
    for one in plan.rounds:
        vehicle = vehicles[one.vehicle]
        if one.vehicle in moving:
            ahead = ahead_of(one, {report.visit for report in reports})
            trip = _Trip(vehicle, legs[vehicle.vehicle_class], facts)
            done = trip.done(one, mine[one.vehicle])
            if now >= vehicle.shift.to_at:
                done = [*done, trip.home(done[-1])]
            elif one.vehicle not in out:
                done = trip.rested([*done[:-1], trip.waited(done[-1], ahead)], rules[vehicle.duty].breaks)
            found.append(Progress(vehicle=one.vehicle, done=tuple(done), broken_down=one.vehicle in out))
        elif one.vehicle in out:
            found.append(Progress(vehicle=one.vehicle, done=(), broken_down=True))
    return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Facts:
    visits: Mapping[str, Visit]
    tips: Mapping[str, Tip]
    now: datetime


@dataclass(frozen=True, slots=True)
class _Trip:
    """One vehicle's way so far."""

    vehicle: Vehicle
    roads: Roads
    facts: _Facts

    def done(self, planned: Round, reports: Sequence[Report]) -> list[Stop]:
        """The stops that have happened, the start first."""
        first = planned.stops[0]
        leaves = min([first.leaves_at, *(self._begins(one) for one in reports)])
        stops = [replace(first, arrives_at=leaves, begins_at=leaves, leaves_at=leaves, done=True)]
        for between, report in _in_turn(planned, reports):
            for stop in between:
                stops.append(self._unreported(stops[-1], stop, until=self._begins(report)))
            stops.append(self._visited(stops[-1], report))
        return stops

    def waited(self, last: Stop, ahead: Sequence[str]) -> Stop:
        """The last stop, left as late as a silence longer than the next stop takes makes likely."""
        visit = self.facts.visits.get(ahead[0]) if ahead else None
        takes_s = self._leg(last, visit.place).seconds + visit.service_s if visit else 0
        return replace(last, leaves_at=max(last.leaves_at, self.facts.now - timedelta(seconds=takes_s)))

    def rested(self, done: Sequence[Stop], breaks: Sequence[Break]) -> list[Stop]:
        """With the rests that were due by now: nobody reports them, and no plan can bring them back."""
        found = list(done)
        for one in breaks[sum(stop.kind is StopKind.BREAK for stop in done) :]:
            last = found[-1]
            if last.leaves_at - found[0].leaves_at > timedelta(seconds=one.after_s):
                at = last.leaves_at
                found.append(
                    replace(last, kind=StopKind.BREAK, visit=None, drive_m=0, drive_s=0, arrives_at=at, begins_at=at)
                )
        return found

    def home(self, last: Stop) -> Stop:
        """The end of a shift that is over."""
        leg = self._leg(last, self.vehicle.end)
        at = min(max(last.leaves_at, self.facts.now), last.leaves_at + timedelta(seconds=leg.seconds))
        return Stop(
            kind=StopKind.END, place=self.vehicle.end, drive_m=leg.metres, drive_s=leg.seconds, arrives_at=at,
            begins_at=at, leaves_at=at, carried=last.carried, done=True,
        )  # fmt: skip

    def _begins(self, report: Report) -> datetime:
        """A report is made when the work is done; a phone's clock that is ahead counts as ours."""
        visit = self.facts.visits[report.visit]
        return min(report.at, self.facts.now) - timedelta(seconds=visit.service_s)

    def _visited(self, before: Stop, report: Report) -> Stop:
        visit = self.facts.visits[report.visit]
        leg = self._leg(before, visit.place)
        begins = max(before.leaves_at, self._begins(report))
        carried = with_load(before.carried, visit.load) if report.took else before.carried
        return Stop(
            kind=StopKind.VISIT, place=visit.place, visit=visit.id, drive_m=leg.metres, drive_s=leg.seconds,
            arrives_at=begins, begins_at=begins, leaves_at=max(begins, min(report.at, self.facts.now)),
            carried=carried, done=True,
        )  # fmt: skip

    def _unreported(self, last: Stop, stop: Stop, *, until: datetime) -> Stop:
        """A tip or a rest of the plan, in what time there was before the next report: as planned, or less."""
        rest = stop.kind is StopKind.BREAK
        place = last.place if rest else stop.place
        leg = self._leg(last, place)
        latest = max(last.leaves_at, until)
        begins = min(latest, last.leaves_at + timedelta(seconds=leg.seconds))
        tip = self.facts.tips.get(stop.place)
        kept = last.carried if rest or tip is None else tuple(x for x in last.carried if not takes(tip, x.stream))
        return Stop(
            kind=stop.kind, place=place, drive_m=leg.metres, drive_s=leg.seconds, arrives_at=begins, begins_at=begins,
            leaves_at=min(latest, begins + (stop.leaves_at - stop.begins_at)), carried=kept, done=True,
        )  # fmt: skip

    def _leg(self, before: Stop, place: str) -> Leg:
        return self.roads.leg(before.place, place) or Leg(0, 0)


def _in_turn(planned: Round, reports: Sequence[Report]) -> Iterator[tuple[list[Stop], Report]]:
    """Each report, with the tips and rests that the plan has before it and that no report was behind yet."""
    at = {stop.visit: n for n, stop in enumerate(planned.stops) if stop.visit}
    passed = 0
    for report in reports:
        upto = max(passed, at.get(report.visit, 0))
        stops = planned.stops[passed:upto]
        yield [stop for stop in stops if stop.kind in (StopKind.TIP, StopKind.BREAK)], report
        passed = upto
