"""Whether there is a reason to plan a day again while its crews are out: each one a sentence for the dispatcher."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hereabouts_platform.planning.progress import Report, ahead_of, next_of
from hereabouts_platform.planning.tasks import turns_of
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.work import Load, Round, RoundPlan, StopKind, Vehicle, Visit

HOUR = timedelta(hours=1)
GRACE = timedelta(minutes=10)
"""What a crew may be late at the end of its shift before the day is planned again."""
MUCH_LESS = 0.5
"""Of what was to be picked up: where no more is expected now, a visit may have lost its worth."""


class OccasionKind(StrEnum):
    """Why a day is planned again."""

    MUST = "must"  # on no round, and it has to be done now
    NOT_WORTH = "not_worth"  # on a round, and there is far less in it than was expected
    OUT = "out"  # a vehicle is out of service
    LATE = "late"  # a crew cannot finish
    FIXED = "fixed"  # with another vehicle, or at another turn, than a dispatcher fixed


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """A reason to plan again.

    Attributes:
        about: id of the visit or the vehicle.
        says: a sentence.
        what: which one it is of the same about the same, for telling a new one from one that was refused.
    """

    kind: OccasionKind
    about: str
    says: str
    what: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others."""
        return self.kind, self.about, self.what


@dataclass(frozen=True, kw_only=True, slots=True)
class Present:
    """How things stand.

    Attributes:
        wanted: visits that must or may be done, as things stand now.
        waiting: visits that can wait now.
        out: vehicle -> since when and why it is out of service, in a sentence.
        begun: vehicles that have left their yard, those out of service since among them.
    """

    reports: Sequence[Report]
    wanted: Sequence[Visit]
    waiting: Sequence[Visit]
    out: Mapping[str, str]
    begun: Collection[str]

    def next_on(self, plan: RoundPlan) -> frozenset[str]:
        """The visits that crews are on their way to."""
        return next_of(plan, self.reports, set(self.begun) - set(self.out))


def occasions(plan: RoundPlan, present: Present) -> tuple[Occasion, ...]:
    """Every reason to plan again; none where the plan that stands does.

    A visit that had to be done is never one that lost its worth; what has to be done and could not be planned is known.
    """
    names = {one.id: one for one in plan.work.vehicles}
    running = [one for one in plan.rounds if one.vehicle not in present.out]
    return (
        *_out(plan, present, names),
        *_late(running, plan, present, names),
        *_musts(plan, present),
        *_not_worth(plan, present, running, names),
        *_fixed(plan, present, names),
    )


def _out(plan: RoundPlan, present: Present, names: Mapping[str, Vehicle]) -> Iterator[Occasion]:
    reported = {one.visit for one in present.reports}
    for one in plan.rounds:
        left = len(ahead_of(one, reported))
        if one.vehicle in present.out and left:
            stops = "1 stop has" if left == 1 else f"{left} stops have"
            says = f"{names[one.vehicle].name} is out of service {present.out[one.vehicle]} {stops} nobody now."
            yield Occasion(kind=OccasionKind.OUT, about=one.vehicle, says=says, what=present.out[one.vehicle])


def _late(
    running: Sequence[Round], plan: RoundPlan, present: Present, names: Mapping[str, Vehicle]
) -> Iterator[Occasion]:
    """Crews that, as far behind as their last report says, would be back after their shift, or work for too long."""
    rules = {one.name: one for one in plan.work.duty_rules}
    for one in running:
        late = lateness(one, present.reports)
        vehicle = names[one.vehicle]
        if late is None or late <= timedelta():
            continue
        back = one.stops[-1].leaves_at + late
        duty_to = one.stops[0].leaves_at + timedelta(seconds=rules[vehicle.duty].most_duty_s)
        latest, what = min((vehicle.shift.to_at, "has to be home by"), (duty_to, "its driver may work until"))
        if back > latest + GRACE:
            minutes = round(late / timedelta(minutes=1))
            says = (
                f"{vehicle.name} is {minutes} minutes behind by its last report: it would be "
                f"back at {_clock(back)}, and {what} {_clock(latest)}."
            )
            yield Occasion(kind=OccasionKind.LATE, about=one.vehicle, says=says, what=f"{late // HOUR} h")


def lateness(one: Round, reports: Sequence[Report]) -> timedelta | None:
    """How far a crew is behind its round by its last report; None where it has none, or nothing is left to do.

    As many visits as are reported are held against as many of the plan.
    """
    visits = [stop for stop in one.stops if stop.kind is StopKind.VISIT]
    mine = {stop.visit for stop in visits}
    at = [report.at for report in reports if report.visit in mine]
    return max(at) - visits[len(at) - 1].leaves_at if 0 < len(at) < len(visits) else None


def _musts(plan: RoundPlan, present: Present) -> Iterator[Occasion]:
    reported = {one.visit for one in present.reports}
    on_rounds = {stop.visit for one in plan.rounds for stop in one.stops if stop.visit}
    known = reported | on_rounds | {one.visit for one in plan.left if one.unmet}
    for visit in present.wanted:
        if visit.must and visit.id not in known:
            says = f"{visit.name} has to be done today, and is on no round: {visit.reason.says}"
            yield Occasion(kind=OccasionKind.MUST, about=visit.id, says=says, what=visit.reason.kind)


def _not_worth(
    plan: RoundPlan, present: Present, running: Sequence[Round], names: Mapping[str, Vehicle]
) -> Iterator[Occasion]:
    before = {one.id: one for one in plan.work.visits}
    now = {one.id: one for one in present.waiting}
    reported = {one.visit for one in present.reports}
    next_ones = present.next_on(plan)
    for one in running:
        for key in ahead_of(one, reported):
            was, is_now = before[key], now.get(key)
            if is_now is None or was.must or key in next_ones or not much_less(was.load, is_now.load):
                continue
            says = f"{was.name} is on the round of {names[one.vehicle].name} and need not be: {is_now.reason.says}"
            yield Occasion(kind=OccasionKind.NOT_WORTH, about=key, says=says)


def _fixed(plan: RoundPlan, present: Present, names: Mapping[str, Vehicle]) -> Iterator[Occasion]:
    """Visits of which a dispatcher fixed since who does them, or behind which, as far as crews are not on their way."""
    settled = {one.visit for one in present.reports} | present.next_on(plan)
    visits = {one.id: one for one in plan.work.visits}
    turns = turns_of(plan.rounds)
    for visit in present.wanted:
        if visit.id in settled or visit.id not in turns:
            continue
        vehicle, was = turns[visit.id]
        if visit.locked_to not in (None, vehicle):
            kept = names[visit.locked_to].name if visit.locked_to in names else visit.locked_to
            says = f"{visit.name} is on the round of {names[vehicle].name}, and is kept for {kept} now."
            yield Occasion(kind=OccasionKind.FIXED, about=visit.id, says=says)
        elif (first := visit.after) in turns and first not in settled and first != was:
            says = f"{visit.name} is to come right after {visits[first].name} now, and does not."
            yield Occasion(kind=OccasionKind.FIXED, about=visit.id, says=says)


def much_less(was: Load | None, is_now: Load | None) -> bool:
    """Whether far less is to be picked up than was expected."""
    return was is not None and is_now is not None and is_now.litres <= MUCH_LESS * was.litres


def outdated(draft: RoundPlan, stands: RoundPlan, reported: Collection[str], out: Collection[str]) -> str | None:
    """Why a draft cannot take the place of the plan that stands any more, in a sentence; None where it can.

    What it moves was done meanwhile, or is what a crew is on its way to since; or a vehicle that it uses is out.

    Args:
        reported: visits that crews have reported on by now.
    """
    happened = {stop.visit for one in draft.rounds for stop in one.stops if stop.done and stop.visit}
    since = set(reported) - happened
    now = {stop.visit: one.vehicle for one in draft.rounds for stop in one.stops if stop.visit}
    was = {stop.visit: one.vehicle for one in stands.rounds for stop in one.stops if stop.visit}
    names = {one.id: one.name for plan in (stands, draft) for one in plan.work.visits}
    names |= {one.id: one.name for plan in (stands, draft) for one in plan.work.vehicles}
    for key in sorted(since & set(names)):
        if now.get(key) != was.get(key):
            return f"{names[key]} was reported on since, and the draft moves it."
    moving = {one.vehicle for one in draft.rounds if not one.stops[-1].done}
    for one in stands.rounds:
        ahead = ahead_of(one, reported)
        told = any(stop.visit in since for stop in one.stops)
        if told and ahead and one.vehicle in moving and now.get(ahead[0]) != one.vehicle:
            return f"{names[one.vehicle]} is on its way to {names[ahead[0]]} by now, and the draft moves that."
    for vehicle in sorted(set(out) & moving):
        return f"{names[vehicle]} is out of service since, and the draft has stops for it."
    return None


def _clock(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%H:%M}"
