"""Pages of a pack: templates of this folder, whole in one file each, with nothing fetched from anywhere."""

from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from hereabouts_platform.cases.clocks.words import say_clock, say_day, say_due, say_state
from hereabouts_platform.rules.hazard_words import say_level
from hereabouts_platform.rules.wording import say_actor
from hereabouts_schemas.times import format_time, say_time


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("hereabouts_platform", "evidence/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        say_time=say_time,
        say_actor=say_actor,
        say_level=say_level,
        say_day=say_day,
        say_clock=say_clock,
        say_due=say_due,
        say_state=say_state,
        utc=_utc,
    )
    return environment


def _utc(at: datetime | None) -> str:
    return "" if at is None else format_time(at)


def render(template: str, **context: object) -> str:
    """Fill in a template of `templates/`; a name that it needs and does not get is an error."""
    return _environment().get_template(template).render(context)
