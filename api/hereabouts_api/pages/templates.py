"""Templates, and how they say times, places and numbers."""

from datetime import datetime
from functools import cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from hereabouts_api.models import LatestItem
from hereabouts_api.pages.static import address_of
from hereabouts_api.pages.words import number, unit_of
from hereabouts_platform.rules.wording import first_name, say_time
from hereabouts_schemas.times import format_time


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
        say_time=say_time,
        say_day=say_day,
        number=number,
        unit=unit_of,
        place_address=place_address,
        reading_address=reading_address,
    )
    environment.globals["static"] = address_of
    return environment


def say_day(at: datetime) -> str:
    """An instant as a day in Europe/London, with its time where that is not midnight.

    Example:
        >>> say_day(datetime(2026, 7, 2, 23, tzinfo=UTC)), say_day(datetime(2026, 7, 3, 13, 5, tzinfo=UTC))
        ('3 July 2026', '3 July 2026, 14:05')
    """
    return say_time(at).removesuffix(", 00:00")


def place_address(place_id: str) -> str:
    """The page of a place."""
    return f"/places/{quote(place_id, safe='/')}"


def reading_address(reading: LatestItem) -> str:
    """The page of where a reading came from."""
    return f"/readings/{reading.datastream}/{quote(format_time(reading.time), safe=':')}"


def render(template: str, **context: object) -> str:
    """Fill in a template of `templates/`; a name that it needs and does not get is an error."""
    return _environment().get_template(template).render(context)
