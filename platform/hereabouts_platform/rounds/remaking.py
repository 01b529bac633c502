"""A day planned again while its crews are out: looked at, planned from the plan that stands, kept as a draft."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hereabouts_platform.planning.difference import Difference, difference
from hereabouts_platform.planning.occasions import Occasion, Present, much_less, occasions, outdated
from hereabouts_platform.planning.plan import Made
from hereabouts_platform.planning.progress import Report, begun, progress_of
from hereabouts_platform.planning.replan import replan
from hereabouts_platform.planning.roads import roads_of
from hereabouts_platform.rounds.asked_too_late import asked_too_late
from hereabouts_platform.rounds.day_work import Gathered, whole
from hereabouts_platform.rounds.making import SECOND, Asked, Tell, checked, morning_of, until_out
from hereabouts_platform.rounds.run_day import OBLIGES
from hereabouts_platform.rounds.travel import travel_of, ways_of
from hereabouts_platform.rounds.troubles import bounded
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.fleet import vehicles_on
from hereabouts_platform.store.outages import Outage, outages
from hereabouts_platform.store.plans import Kept, keep_draft
from hereabouts_platform.store.replans import (
    Standing,
    add_change,
    reports_on,
    standing,
)
from hereabouts_schemas.access import Principal
from hereabouts_schemas.errors import InputError, NotNow
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.trouble import Trouble
from hereabouts_schemas.work import DayWork, Left, RoundPlan, Vehicle, Visit, Window

TOLD = "It was reported on today already."


class StandsNoMore(NotNow):
    """Another version was published while this one was planned again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A day as it stands in mid-shift.

    Attributes:
        work: what there is to do now, done visits and vehicles that do nothing more included.
        out: vehicle -> since when and why it is out of service.
        occasions: why to plan again; none where the plan that stands does.
        troubles: what a person should look at, but for the roads.
        told: visits that were reported on and that no vehicle is known to have done.
    """

    stands: Standing
    reports: tuple[Report, ...]
    work: DayWork
    gathered: Gathered
    out: Mapping[str, str]
    occasions: tuple[Occasion, ...]
    troubles: tuple[Trouble, ...]
    told: tuple[Visit, ...]

    @property
    def keys(self) -> frozenset[tuple[str, str, str]]:
        """Of each reason, by which two looks are told apart."""
        return frozenset(one.key for one in self.occasions)

    def outdates(self, draft: RoundPlan) -> str | None:
        """Why a draft cannot take the place of the plan that stands any more; None where it can."""
        return outdated(draft, self.stands.plan, {one.visit for one in self.reports}, self.out)


@dataclass(frozen=True, kw_only=True, slots=True)
class Remade:
    """A draft that was made in mid-shift."""

    kept: Kept
    plan: RoundPlan
    stood: RoundPlan
    occasions: tuple[Occasion, ...]
    changes: Difference


def standing_on(connection: Connection, asked: Asked) -> Standing:
    """The plan of a depot's day that stands.

    Raises:
        NotNow: none does.
    """
    found = standing(connection, asked.day, asked.depot)
    if not found:
        raise NotNow(f"No plan of {asked.depot} stands on {asked.day.isoformat()}. Make one: hereabouts rounds plan.")
    return found[0]


def look(connection: Connection, asked: Asked, stands: Standing, now: datetime) -> Look:
    """How a day stands, by what was reported, forecast, asked for and said of vehicles until now; writes nothing.

    Raises:
        InputError: all shifts are over, no vehicle is left, or what the day names is not there.
    """
    plan, reports = stands.plan, tuple(reports_on(connection, stands.id))
    away = outages(connection)
    to_come = {name: one for name, one in away.items() if one.from_at > now}
    crewed = vehicles_on(connection, asked.day, asked.depot)
    fresh = {one.id: until_out(one, to_come.get(one.id)) for one in crewed}
    moving = begun(plan, reports, now)
    out = _out(away.values(), moving - set(fresh), now)
    vehicles = _vehicles(plan, fresh, moving, now, out)
    if all(one.shift.to_at <= now for one in vehicles):
        raise InputError("depot", asked.depot, "All shifts of that day are over, or no vehicle is left.")
    morning = morning_of(connection, asked, vehicles, now, moving - set(fresh))
    gathered = morning.gathered()
    present = Present(
        reports=reports, wanted=_pressing(plan, gathered), waiting=gathered.waiting, out=out, begun=moving
    )
    mine = {report.visit for report in reports if report.vehicle in moving}
    on_round = {stop.visit for one in plan.rounds for stop in one.stops}
    told = {report.visit for report in reports} - mine - on_round
    work = _work(plan, gathered, present)
    return Look(
        stands=stands,
        reports=reports,
        work=_without(work, told),
        gathered=gathered,
        out=out,
        occasions=occasions(plan, present),
        troubles=(*morning.troubles, *gathered.troubles),
        told=tuple(replace(one, must=False, prize_p=0) for one in plan.work.visits if one.id in told),
    )


def _pressing(plan: RoundPlan, gathered: Gathered) -> tuple[Visit, ...]:
    """What is wanted now. On a day without a run only what sends somebody out on any day: full bins were weighed."""
    return tuple(one for one in gathered.work.visits if plan.rounds or one.reason.kind in OBLIGES)


def _out(away: Iterable[Outage], unmanned: frozenset[str], now: datetime) -> dict[str, str]:
    """Vehicle -> why it does nothing more, as the end of a sentence and sentences."""
    found = dict.fromkeys(unmanned, "as no crew is on it any more.")
    for one in away:
        if one.from_at <= now:
            says = one.says if one.says.endswith((".", "!", "?")) else f"{one.says}."
            found[one.vehicle] = f"since {one.from_at.astimezone(LONDON):%H:%M}: {says}"
    return found


def _vehicles(
    plan: RoundPlan, fresh: Mapping[str, Vehicle], moving: frozenset[str], now: datetime, out: Mapping[str, str]
) -> tuple[Vehicle, ...]:
    """Those on the road with the whole of their shift, and those that can still go out, from now on."""
    before = {one.id: one for one in plan.work.vehicles}
    found = {name: fresh.get(name, before[name]) for name in moving}
    begins = now.astimezone(UTC).replace(microsecond=0) + SECOND
    for one in fresh.values():
        if one.id not in moving and one.id not in out and one.shift.to_at > begins:
            from_at = max(begins, one.shift.from_at)
            found[one.id] = replace(one, shift=Window(from_at=from_at, to_at=one.shift.to_at))
    return tuple(found[name] for name in sorted(found))


def _work(plan: RoundPlan, gathered: Gathered, present: Present) -> DayWork:
    """What is to do now. What is done, what is next and what had to be done stays, and so does what was worth its way
    and is not much emptier; other bins are as they are now. Of a bin that a crew is on its way to vehicle and order
    stay as they were, whatever was fixed since."""
    reported = {one.visit for one in present.reports}
    on_round = {stop.visit for one in plan.rounds for stop in one.stops}
    next_ones = present.next_on(plan)
    wanted = {one.id: one for one in gathered.work.visits}
    waiting = {one.id: one for one in gathered.waiting}
    visits: dict[str, Visit | None] = {}
    for one in plan.work.visits:
        stays = one.id in next_ones or (one.must and one.id in on_round) or one.id not in gathered.choices
        now = wanted.get(one.id)
        fresh = now or waiting.get(one.id)
        if one.id in reported or (stays and (now is None or (one.must and not now.must))):
            kept: Visit | None = one
        elif one.id in on_round and fresh:
            kept = _chosen(one, fresh)
        else:
            continue
        fixed = one if one.id in reported | next_ones else fresh or one
        visits[one.id] = kept and replace(kept, locked_to=fixed.locked_to, after=fixed.after)
    found = {**wanted, **{name: one for name, one in visits.items() if one is not None}}
    yards = {one.id: one for one in (*plan.work.yards, *gathered.work.yards)}
    rules = {one.name: one for one in (*plan.work.duty_rules, *gathered.work.duty_rules)}
    tips = {one.id: one for one in (*plan.work.tips, *gathered.work.tips)}
    return replace(
        gathered.work,
        visits=tuple(found[name] for name in sorted(found)),
        yards=tuple(yards.values()),
        tips=tuple(tips.values()),
        duty_rules=tuple(rules.values()),
    )


def _without(work: DayWork, gone: Set[str]) -> DayWork:
    """The work without some visits, and without orders behind them."""
    visits = (replace(one, after=None) if one.after in gone else one for one in work.visits if one.id not in gone)
    return replace(work, visits=tuple(visits))


def _chosen(before: Visit, now: Visit) -> Visit | None:
    """A bin that a plan chose, as it is now, worth no less than it was then: the look ahead that chose it is not made
    anew in mid-shift. None where far less is in it than was expected and nobody wants it any more."""
    if now.must or now.prize_p >= before.prize_p:
        return now
    if much_less(before.load, now.load):
        return now if now.prize_p else None
    return replace(now, prize_p=before.prize_p, reason=before.reason)


def remake(
    connection: Connection,
    by: Principal,
    asked: Asked,
    seen: Look,
    now: datetime,
    *,
    tell: Tell = lambda _words: None,
) -> Remade:
    """Plan what is left of a day and keep it as a draft with its reasons; it commits by itself.

    Drafts made in mid-shift before are discarded. Nothing reaches a crew before somebody publishes it.

    Raises:
        NotAllowed: `by` may not say what crews do.
        NotNow: the plan does not hold by the independent check.
        StandsNoMore: another version was published meanwhile.
    """
    stood = seen.stands.plan
    travel = travel_of(seen.work, asked.roads, tell)
    legs = roads_of(seen.work, travel.matrices)
    tell(f"Planning again with {len(seen.work.vehicles)} vehicles")
    known = replace(stood, work=_with_vehicles(stood.work, seen.work))
    progress = progress_of(
        known, [one for one in seen.reports if one.visit not in _ids(seen.told)], legs, now, seen.out
    )
    made = Made(at=now, roads=travel.name, attribution=travel.attribution)
    plan = replan(stood, seen.work, progress, travel.matrices, asked.effort, made=made)
    too_late = asked_too_late(seen.gathered.work.visits, {one.visit for one in seen.reports}, plan)
    troubles = bounded((*too_late, *seen.troubles, *travel.troubles))
    plan = replace(_whole(plan, seen), troubles=troubles)
    tell("Checking")
    published, ways = checked(plan, travel), ways_of(plan, travel)
    with acting(connection, by.id):
        kept = keep_draft(connection, by, published, asked.depot, ways=ways, checked=True)
        if standing_on(connection, asked).id != seen.stands.id:  # its turn is ours from keeping on
            raise StandsNoMore(f"Version {seen.stands.version} does not stand any more: look again.")
        add_change(connection, kept, seen.stands.id, seen.occasions)
    return Remade(
        kept=kept,
        plan=plan,
        stood=stood,
        occasions=seen.occasions,
        changes=difference(stood, plan),
    )


def _ids(visits: tuple[Visit, ...]) -> set[str]:
    return {one.id for one in visits}


def _with_vehicles(stood: DayWork, work: DayWork) -> DayWork:
    """The work that stood, with its vehicles as they are now, and the rule sets that they are under."""
    now = {one.id: one for one in work.vehicles}
    return replace(stood, vehicles=tuple(now.get(one.id, one) for one in stood.vehicles), duty_rules=work.duty_rules)


def _whole(plan: RoundPlan, seen: Look) -> RoundPlan:
    """The plan with the bins that can wait, and with those that somebody has dealt with."""
    named = _ids(plan.work.visits) | _ids(seen.told)
    waiting = tuple(one for one in seen.gathered.waiting if one.id not in named)
    found = whole(plan, replace(seen.gathered, waiting=waiting))
    return replace(
        found,
        work=replace(found.work, visits=(*found.work.visits, *seen.told)),
        left=(*found.left, *(Left(visit=one.id, says=TOLD) for one in seen.told)),
    )
