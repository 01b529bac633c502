"""Templates, and how they say times, places and numbers."""

from datetime import datetime
from functools import cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from hereabouts_api.models import LatestItem
from hereabouts_api.pages.case_forms import CaseForm
from hereabouts_api.pages.static import address_of
from hereabouts_api.pages.words import is_beyond, number, unit_of, with_limit
from hereabouts_platform.access.policy import may
from hereabouts_platform.rules.wording import first_name, say_actor, say_time
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.times import LONDON, format_time


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("hereabouts_api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        first_name=first_name,
        say_actor=say_actor,
        say_time=say_time,
        say_day=say_day,
        say_date=say_date,
        number=number,
        unit=unit_of,
        place_address=place_address,
        reading_address=reading_address,
        may_read=may_read,
        first_page=first_page,
        say_clock=say_clock,
    )
    environment.globals.update(static=address_of, labels_of=labels_of, is_beyond=is_beyond, with_limit=with_limit)
    return environment


def say_day(at: datetime) -> str:
    """An instant as a day in Europe/London, with its time where that is not midnight.

    Example:
        >>> say_day(datetime(2026, 7, 2, 23, tzinfo=UTC)), say_day(datetime(2026, 7, 3, 13, 5, tzinfo=UTC))
        ('3 July 2026', '3 July 2026, 14:05')
    """
    return say_time(at).removesuffix(", 00:00")


def say_date(at: datetime) -> str:
    """The day of an instant in Europe/London, where the time of it says nothing.

    Example:
        >>> say_date(datetime(2026, 10, 23, tzinfo=UTC))
        '23 October 2026'
    """
    return say_time(at).partition(",")[0]


def place_address(place_id: str) -> str:
    """The page of a place."""
    return f"/places/{quote(place_id, safe='/')}"


def reading_address(reading: LatestItem) -> str:
    """The page of where a reading came from."""
    return f"/readings/{reading.datastream}/{quote(format_time(reading.time), safe=':')}"


def may_read(principal: Principal, resource: str) -> bool:
    """Whether somebody may read pages of a resource: links to the others are not shown to them."""
    return may(principal, Action.READ, Resource(resource))


def first_page(principal: Principal) -> str:
    """Where somebody begins: alerts, or rounds where those are all that they may read."""
    alone = may_read(principal, Resource.ROUNDS) and not may_read(principal, Resource.ALERTS)
    return "/rounds" if alone else "/"


def say_clock(at: datetime) -> str:
    """An instant as the clock on the wall in Europe/London shows it.

    Example:
        >>> say_clock(datetime(2026, 7, 3, 13, 5, tzinfo=UTC))
        '14:05'
    """
    return f"{at.astimezone(LONDON):%H:%M}"


def labels_of(form: CaseForm) -> dict[str, str]:
    """What the fields of a form are called, by name."""
    return {one.name: one.label for one in form.all_fields}


def render(template: str, **context: object) -> str:
    """Fill in a template of `templates/`; a name that it needs and does not get is an error."""
    return _environment().get_template(template).render(context)
