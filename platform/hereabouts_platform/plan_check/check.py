"""The whole plan: is everything known, done once or spoken of, and does every round hold?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import msgspec

from hereabouts_platform.plan_check.duty import duty
from hereabouts_platform.plan_check.facts import Facts, Legs, classes_of, facts_of, shift_of
from hereabouts_platform.plan_check.fitness import fitness
from hereabouts_platform.plan_check.loads import loads
from hereabouts_platform.plan_check.shape import shape
from hereabouts_platform.plan_check.times import times, zones
from hereabouts_platform.plan_check.violation import Kind, PlanRefused, Violation
from hereabouts_platform.roads.matrix import Matrix
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import DayWork, Round, RoundPlan


def check(plan: RoundPlan, matrices: Mapping[str, Matrix]) -> list[Violation]:
    """Everything that is wrong with a plan; nothing where it holds.

    Args:
        matrices: the travel matrices it was made on, by vehicle class.
    """
    naive = list(zones(plan))
    if naive:  # without zones no two times can be compared
        return naive
    facts = facts_of(plan.work)
    whole = chain(_names(plan.work), _references(plan.work, facts), _coverage(plan, facts), _matrices(plan, matrices))
    return [*whole, *chain.from_iterable(_round(one, facts, matrices) for one in plan.rounds)]


def check_published(published: bytes, matrices: Mapping[str, Matrix]) -> list[Violation]:
    """Everything that is wrong with a plan in its published JSON.

    Raises:
        InputError: it is not the JSON of a plan.
    """
    try:
        plan = msgspec.json.decode(published, type=RoundPlan)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError("plan", published[:60], f"This is not the JSON of a plan: {error}") from error
    return check(plan, matrices)


def publishable(plan: RoundPlan, matrices: Mapping[str, Matrix]) -> bytes:
    """The plan's JSON, checked as it will be read.

    Raises:
        PlanRefused: it does not hold.
    """
    published = msgspec.json.encode(plan)
    found = check_published(published, matrices)
    if found:
        raise PlanRefused(found)
    return published


def _round(one: Round, facts: Facts, matrices: Mapping[str, Matrix]) -> Iterable[Violation]:
    shift = shift_of(one, facts)
    if shift is None:
        return [Violation(Kind.UNKNOWN, one.vehicle, None, f"{one.vehicle} or its duty rules are not in the work.")]
    wrong = list(shape(shift))
    if wrong:  # what follows takes a round for granted
        return wrong
    matrix = matrices.get(shift.vehicle.vehicle_class)
    legs = Legs(matrix) if matrix else None
    return chain(times(shift, legs), duty(shift), loads(shift), fitness(shift))


def _names(work: DayWork) -> Iterator[Violation]:
    """Names that are given twice."""
    named = {
        "visit": [one.id for one in work.visits],
        "vehicle": [one.id for one in work.vehicles],
        "tip": [one.id for one in work.tips],
        "yard": [one.id for one in work.yards],
        "set of duty rules": [one.name for one in work.duty_rules],
    }
    for what, ids in named.items():
        for name in _twice(ids):
            yield Violation(Kind.SHAPE, None, None, f"The work has more than one {what} {name}.")


def _references(work: DayWork, facts: Facts) -> Iterator[Violation]:
    for one in work.vehicles:
        for yard in {one.start, one.end} - facts.yards:
            yield Violation(Kind.UNKNOWN, one.id, None, f"{one.id} starts or ends at {yard}, which is no yard.")


def _coverage(plan: RoundPlan, facts: Facts) -> Iterator[Violation]:
    """Every visit is done once, or left once; a must is left only as unmet."""
    yield from _many([one.vehicle for one in plan.rounds], "has more than one round")
    done = [stop.visit for one in plan.rounds for stop in one.stops if stop.visit is not None]
    left = {one.visit: one for one in plan.left}
    yield from _many(done, "is visited more than once")
    yield from _many([one.visit for one in plan.left], "is left more than once")
    for visit in sorted((set(done) | set(left)) - set(facts.visits)):
        yield Violation(Kind.UNKNOWN, None, None, f"{visit} is not in the work.")
    for visit in sorted(set(done) & set(left)):
        yield Violation(Kind.TWICE, None, None, f"{visit} is both visited and left.")
    visited = set(done)
    for name, one in facts.visits.items():
        if name in left and left[name].unmet != one.must:
            what = "has to be done and is left as if it could wait" if one.must else "could wait and is left as unmet"
            yield Violation(Kind.MISSED, None, None, f"{name} {what}.")
        elif name not in left and name not in visited:
            yield Violation(Kind.MISSED, None, None, f"{name} is neither visited nor left.")


def _matrices(plan: RoundPlan, matrices: Mapping[str, Matrix]) -> Iterator[Violation]:
    for one in sorted(classes_of(plan)):
        if one not in matrices:
            yield Violation(Kind.MATRIX, None, None, f"There is no travel matrix of the class {one}.")
        elif plan.matrix_sha256.get(one) != matrices[one].sha256():
            yield Violation(Kind.MATRIX, None, None, f"The plan was made on another travel matrix of the class {one}.")


def _many(names: Iterable[str], says: str) -> Iterator[Violation]:
    for name in _twice(names):
        yield Violation(Kind.TWICE, None, None, f"{name} {says}.")


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
