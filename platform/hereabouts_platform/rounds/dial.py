"""The dial between kilometres and overflow on a depot's own last weeks: settings, what each came to, and its words."""

from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from hereabouts_platform.collection.own_history import WARM_DAYS, Lived, as_it_was, live
from hereabouts_platform.rounds.own_weeks import Weeks
from hereabouts_platform.rounds.travel import Tell
from hereabouts_platform.rules.waste_places import MOST_OVERFLOW_P

#: The settings that are tried: each so many times the one before, from three below the depot's own to two above.
STEP, BELOW, ABOVE = 2.5, 3, 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Dial:
    """What settings of a depot's dial would have come to.

    Attributes:
        settings: pence -> what it came to, rising; was: by what truly happened.
        filled: share of bin-hours in which what is expected stands for what came in.
    """

    weeks: Weeks
    settings: dict[int, Lived]
    was: Lived
    filled: float


def settings_of(overflow_p: int) -> tuple[int, ...]:
    """The settings to try around the depot's own, rising, each once."""
    steps = (overflow_p * STEP**k for k in range(-BELOW, ABOVE + 1))
    return tuple(sorted({min(max(round(one), 1), MOST_OVERFLOW_P) for one in steps}))


def dial_of(weeks: Weeks, tell: Tell = lambda _words: None) -> Dial:
    """Live through the weeks once for each setting: some six times what `own_history` says it costs."""
    settings = {}
    for overflow_p in settings_of(weeks.overflow_p):
        tell(f"Living through the days at {overflow_p} pence")
        settings[overflow_p] = live(weeks.history, overflow_p)
    was = as_it_was(weeks.history, weeks.km_day)
    return Dial(weeks=weeks, settings=settings, was=was, filled=float(weeks.history.came.filled.mean()))


def says(dial: Dial) -> tuple[str, ...]:
    """What the figures can and cannot show, a sentence each."""
    weeks = dial.weeks
    return (
        f"{len(weeks.history.came.bins)} bins of {weeks.depot}, {weeks.first.isoformat()} to {weeks.last.isoformat()}, "
        f"after {WARM_DAYS} days that are lived through and not counted.",
        "Compare settings with each other. Kilometres are of rough rounds, without shifts' ends; crews drive others.",
        "How fast bins fill is taken as it is known today, and levels without the sensors' noise: a little hindsight, "
        "so overflow would have been somewhat more.",
        f"In {dial.filled:.0%} of the bins' hours no level was told, or it stood at 100: what is expected was taken.",
        *(
            ()
            if dial.was.km_day is not None
            else ("What crews truly drove is not known: not every day has a round that was worked and reported on.",)
        ),
        *weeks.troubles,
    )


def told(dial: Dial) -> dict[str, Any]:
    """All of it as JSON's values."""
    weeks = dial.weeks
    return {
        "depot": weeks.depot,
        "from": weeks.first.isoformat(),
        "to": weeks.last.isoformat(),
        "overflow_p": weeks.overflow_p,
        "bins": len(weeks.history.came.bins),
        "hours_filled_in": round(dial.filled, 4),
        "roads": weeks.roads,
        "attribution": weeks.attribution,
        "settings": [{"overflow_p": pence, **_plain(one)} for pence, one in dial.settings.items()],
        "as_it_was": _plain(dial.was),
        "says": list(says(dial)),
    }


def _plain(one: Lived) -> dict[str, float | None]:
    found = asdict(one)
    return {name: None if value is None or isnan(value) else round(value, 3) for name, value in found.items()}
