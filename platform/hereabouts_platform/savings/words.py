"""Savings in sentences: how much, how sure, why something cannot be said, why a day is left out."""

from collections.abc import Sequence

from hereabouts_platform.rules.wording import say_list
from hereabouts_platform.savings.compare import Line, Pair
from hereabouts_platform.savings.factors import Factors
from hereabouts_platform.savings.facts import UNITS, Measure, Why
from hereabouts_platform.savings.interval import FEWEST_DAYS

WHY = {
    Why.NO_BASELINE: "There is no baseline for such a day, so what was driven then is in no figure here. Where nobody "
    "went out on such days before, store it with 0 km, and they count.",
    Why.TWO_BASELINES: "Two rows of the baseline say different things of the same round on such a day. Keep one.",
    Why.NO_PLAN: "No plan was published, or none is kept any more, so what was driven is not known.",
    Why.NO_MAP: "A round was planned without a map of roads: such kilometres cannot be compared with driven ones.",
    Why.TO_HOMES: "The rounds led to homes as well, so they are not rounds of bins alone.",
    Why.NOT_REPORTED: "Of at least one round no crew reported anything, so it is not counted as run.",
    Why.NOT_OVER: "The day is not over yet.",
}
NAMES = {Measure.CO2E: "CO2e", Measure.LITRES: "Fuel"}


def amount(value: float, measure: Measure) -> str:
    """A figure with its unit; one decimal below a hundred.

    Example:
        >>> amount(1234.5, Measure.KM), amount(7.25, Measure.HOURS)
        ('1,234 km', '7.2 h')
    """
    return f"{figure(value)} {UNITS[measure]}"


def figure(value: float) -> str:
    """A figure; one decimal below a hundred, unless it is a whole number.

    Example:
        >>> figure(-0.04), figure(12), figure(12.34), figure(123.4)
        ('0', '12', '12.3', '123')
    """
    whole = round(value, 1) == round(value) or abs(value) >= 100
    return f"{round(value):,}" if whole else f"{value:,.1f}"


def say_line(line: Line, compared: int, lacks: str) -> str:
    """A measure in a sentence or two.

    Args:
        compared: days that can be compared in all.
        lacks: why it is not known on some or all of them.
    """
    if line.saved is None:
        return f"Cannot say: {lacks or 'no day can be compared'}."
    found = [_how_much(line), _how_sure(line)]
    if line.days < compared:
        found.append(f"Known on {line.days} of {compared} days: {lacks}.")
    return " ".join(found)


def _how_much(line: Line) -> str:
    saved, before = line.saved or 0.0, line.before or 0.0
    size = amount(abs(saved), line.measure)
    share = f" ({100 * abs(saved) / before:.0f} %)" if before else ""
    if figure(abs(saved)) == "0":
        return "As much as before."
    return f"{size} {_less(line)} than before{share}." if saved > 0 else f"{size} more than before{share}."


def _how_sure(line: Line) -> str:
    if line.low is None or line.high is None:
        return f"How sure that is cannot be said: it takes {FEWEST_DAYS} days."
    if figure(line.low) == figure(line.high):
        return "The days do not differ in it."
    if line.low > 0:
        return (
            f"Over as many such days it would be {figure(line.low)} to {amount(line.high, line.measure)} {_less(line)}."
        )
    if line.high < 0:
        return f"Over as many such days it would be {figure(-line.high)} to {amount(-line.low, line.measure)} more."
    ends = f"{amount(-line.low, line.measure)} more and {amount(line.high, line.measure)} {_less(line)}"
    return f"It may be no saving at all: over as many such days it would lie between {ends}."


def _less(line: Line) -> str:
    return "fewer" if line.measure is Measure.VISITS else "less"


def missing(measure: Measure, pairs: Sequence[Pair], factors: Factors) -> str:
    """What fuel and CO2e lack, to be said after a colon; empty where nothing is."""
    if measure not in NAMES:
        return ""
    parts = [part for pair in pairs for part in pair.parts if part.mean(measure) is None]
    rounds = sorted({part.round for part in parts})
    vehicles = sorted(
        {
            one.vehicle
            for pair in pairs
            for plan in pair.plans
            for one in plan.rounds
            if one.fuel_per_100km is None or factors.of(one.fuel, pair.day.year) is None
        }
    )
    needs = "litres" if measure is Measure.LITRES else "litres, or no fuel with a conversion factor,"
    found = [f"the baseline has no {needs} of {_some(rounds)}"] if rounds else []
    if vehicles:
        found.append(f"of {_some(vehicles)} it is not stored which fuel and how much of it for 100 km")
    return ", and ".join(found)


def _some(names: Sequence[str], shown: int = 4) -> str:
    more = len(names) - shown
    return say_list([*names[:shown], f"{more} more"] if more > 0 else list(names))
