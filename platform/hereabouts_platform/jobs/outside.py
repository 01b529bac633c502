"""What jobs are told of the world outside, as it is set up."""

from dataclasses import dataclass
from datetime import time
from pathlib import Path

from hereabouts_platform.jobs.weather_service import WeatherService
from hereabouts_platform.notify.mail import Send

DIGEST_AT = time(8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """Nothing, unless somebody set it up.

    Attributes:
        send: hands over e-mails; None: none are made and none are sent.
        pages: where people reach the pages, without a slash at the end, for the links in e-mails.
        digest_at: from when on a working day's digest is made, on the clocks of Europe/London.
        weather: which service tells the weather, and for which stations; None: none does.
        roads: folder of the maps that were imported; None: distances are as the crow flies.
        duty_rules: the council's own file of rule sets on drivers' hours; None, or not there: it has none.
        choose_run_days: whether nobody goes out on a day that is not worth a run.
    """

    send: Send | None = None
    pages: str | None = None
    digest_at: time = DIGEST_AT
    weather: WeatherService | None = None
    roads: Path | None = None
    duty_rules: Path | None = None
    choose_run_days: bool = True
