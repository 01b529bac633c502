"""What rounds saved over some days, from what the store holds."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hereabouts_platform.savings.factors import conversion_factors
from hereabouts_platform.savings.facts import Span
from hereabouts_platform.savings.tell import Savings, savings
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.savings import depots_with_vehicles, plans_run, stored_before
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import LONDON

MOST_DAYS = 731
USUAL_DAYS = 28


def span_of(first: date | None, last: date | None, depot: str | None, now: datetime) -> Span:
    """The days asked for; where nothing is asked the 28 days that ended yesterday, or before the end that is given.

    Raises:
        InputError: they end before they begin, or are more than 731.
    """
    today = now.astimezone(LONDON).date()
    end = last or max(today - timedelta(days=1), first or date.min)
    begin = first or max(end, date.min + timedelta(days=USUAL_DAYS)) - timedelta(days=USUAL_DAYS - 1)
    if end < begin:
        raise InputError("to", end.isoformat(), "Give a last day that is no earlier than the first.")
    if (end - begin).days >= MOST_DAYS:
        raise InputError("from", begin.isoformat(), f"Ask for at most {MOST_DAYS} days at once.")
    return Span(first=begin, last=end, today=today, depot=depot)


def saved(connection: Connection, span: Span) -> Savings:
    """What the rounds of these days saved; inside `acting(...)`, for who sees every round."""
    whole = replace(span, depots=depots_with_vehicles(connection))
    plans = plans_run(connection, span.first, span.last, span.depot)
    return savings(stored_before(connection), plans, whole, conversion_factors())
