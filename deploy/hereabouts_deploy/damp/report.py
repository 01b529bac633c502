"""The one-page report of a file: HTML that stands alone, with the chart drawn in it."""

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from hereabouts_deploy.damp import words
from hereabouts_deploy.damp.chart import HEIGHT, LEFT, WIDTH, draw
from hereabouts_deploy.damp.look import Look
from hereabouts_platform.homes.counterfactuals import sentence
from hereabouts_platform.homes.limits import LIMITS
from hereabouts_platform.loggers.readings import Readings
from hereabouts_schemas.times import say_time


def report(look: Look, readings: Readings, *, file: Path, room: str | None, outdoor: Path | None, now: datetime) -> str:
    """The report as HTML; `now` is when it was made."""
    environment = Environment(
        loader=PackageLoader("hereabouts_deploy.damp", "."),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        look=look,
        words=words,
        causes=words.worth_saying(look),
        repairs=sentence(list(look.repairs)) if look.repairs else "",
        read=words.how_read(look, readings),
        chart=draw(look),
        left=LEFT,
        right=LEFT + WIDTH,
        panel=HEIGHT,
        file=file.name,
        room=room,
        outdoor=outdoor.name if outdoor else None,
        made=say_time(now),
        limits=LIMITS,
    )
