"""What a day takes now: as planned, with fuel by the council's own figure for each vehicle."""

from collections.abc import Sequence

from hereabouts_platform.savings.factors import Factors
from hereabouts_platform.savings.facts import DayPlan, Measure, RoundRun


def now_of(plans: Sequence[DayPlan], measure: Measure, factors: Factors) -> float | None:
    """What the rounds of these plans take; None where that of one cannot be said."""
    year = plans[0].day.year
    amounts = [_amount(one, measure, factors, year) for plan in plans for one in plan.rounds]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _amount(one: RoundRun, measure: Measure, factors: Factors, year: int) -> float | None:
    match measure:
        case Measure.KM:
            return one.km
        case Measure.HOURS:
            return one.hours
        case Measure.VISITS:
            return one.visits
        case Measure.LITRES:
            used = _used(one)
            unit = factors.units.get(one.fuel or "")
            return None if used is None or unit is None else used * (unit == "litre")
        case Measure.CO2E:
            used, factor = _used(one), factors.of(one.fuel, year)
            return None if used is None or factor is None else used * factor.kg_co2e


def _used(one: RoundRun) -> float | None:
    """Litres or kWh."""
    return None if one.fuel_per_100km is None else one.km * one.fuel_per_100km / 100
