"""Rounds that cannot be timed whatever is tried: visits are taken off until they can, those that matter least first."""

from dataclasses import replace

from hereabouts_platform.planning.build import Built
from hereabouts_platform.planning.problem import Do, Orders
from hereabouts_platform.planning.ready import Ready
from hereabouts_platform.planning.roads import Clock
from hereabouts_platform.planning.timing import Late, items_of, round_of
from hereabouts_schemas.work import Round

Order = tuple[Do, ...]
ENDLESS_S = 10**8


def thinned(built: Built, orders: Orders, clock: Clock) -> dict[str, Order]:
    """Orders that can all be timed, but for vehicles on the road that cannot even come home in time."""
    return {vehicle: _thinned(built, built.readies[vehicle], order, clock) for vehicle, order in orders.items()}


def _thinned(built: Built, ready: Ready, order: Order, clock: Clock) -> Order:
    while any(not do.tipping for do in order) and not _fits(built, ready, order, clock):
        weakest = sorted((do for do in order if not do.tipping), key=lambda do: built.problem.prizes[do.number])
        fitting = (do for do in weakest if _fits(built, ready, _without(order, do), clock))
        order = _without(order, next(fitting, weakest[0]))
    return order if any(not do.tipping for do in order) else ()


def _without(order: Order, gone: Do) -> Order:
    return tuple(do for do in order if do != gone)


def _fits(built: Built, ready: Ready, order: Order, clock: Clock) -> bool:
    return not isinstance(round_of(ready, items_of(built.problem, order, clock), clock), Late)


def home_anyway(ready: Ready, clock: Clock) -> Round | Late:
    """The way home of a vehicle on the road that is too late: it has to come, whatever of its shift that breaks."""
    boundless = replace(ready, to_s=ENDLESS_S, duty_s=ENDLESS_S, driving_s=ENDLESS_S)
    return round_of(replace(boundless, rules=replace(ready.rules, breaks=())), [], clock)
