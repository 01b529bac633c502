"""How long each class of data is kept: the classes, what is built in and may be chosen, what that means at a time.

A keep is text as the operator writes it: `25 months`, `400 days`, `6 years`, `forever`.
"""

import calendar
import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FOREVER = "forever"
NOTICE = timedelta(days=7)
"""A keep that was set or changed is followed only when it has stood this long: a slip can be seen and taken back."""

_KEEP = re.compile(r"([1-9]\d{0,3}) (day|month|year)s?")


@dataclass(frozen=True, kw_only=True, slots=True)
class DataClass:
    """A class of data.

    Attributes:
        name: as settings and the store call it.
        title: what it holds.
        keep: what is built in, and `why`.
        least: days for which it must be kept at least, because something in the system still looks at it.
        by_month: whether it goes by whole UTC months, so that all of a month goes at once.
    """

    name: str
    title: str
    keep: str
    why: str
    least: int
    by_month: bool = False


def _table(*classes: DataClass) -> dict[str, DataClass]:
    return {each.name: each for each in classes}


CLASSES = _table(
    DataClass(
        name="home_readings",
        title="readings of homes, and what they were before a replay changed them",
        keep="25 months",
        why="personal data; two winters can be compared, and what a case rests on is copied into it",
        least=60,
        by_month=True,
    ),
    DataClass(
        name="public_readings",
        title="readings of public places, and what they were before a replay changed them",
        keep="5 years",
        why="not personal; from then on the hourly rollups say what is asked of streets and bins",
        least=60,
        by_month=True,
    ),
    DataClass(
        name="home_rollups",
        title="hourly and daily rollups of homes",
        keep="6 years",
        why="personal data; claims on a lease can be brought for six years (Limitation Act 1980, section 5)",
        least=60,
        by_month=True,
    ),
    DataClass(
        name="public_rollups",
        title="hourly and daily rollups of public places",
        keep=FOREVER,
        why="not personal, small, and the long series are what planning needs",
        least=60,
        by_month=True,
    ),
    DataClass(
        name="home_assessments",
        title="what was said of each room day by day, and where its reckoning stood",
        keep="13 months",
        why="personal data; a winter can be compared with the one before, and readings give it again",
        least=60,
    ),
    DataClass(
        name="raw_batches",
        title="messages as they came, what each was taken for, what a replay touched",
        keep="13 months",
        why="any reading of a year can be followed to its bytes and read again",
        least=60,
        by_month=True,
    ),
    DataClass(
        name="uplink_keys",
        title="keys by which copies of messages are known",
        keep="400 days",
        why="longer than any network or clock lets a copy arrive",
        least=60,
    ),
    DataClass(
        name="quarantine",
        title="messages and values that wait in quarantine or were brought in from it, since they last came",
        keep="13 months",
        why="they hold messages: no longer than other raw messages",
        least=35,
    ),
    DataClass(
        name="device_events",
        title="events that devices reported",
        keep="25 months",
        why="as readings of homes, of which some are",
        least=60,
    ),
    DataClass(
        name="alerts",
        title="alerts that have cleared, with their evidence",
        keep="6 years",
        why="they may be asked for in a claim (as above); an open alert stays",
        least=365,
    ),
    DataClass(
        name="cases",
        title="cases that are closed, with their events, clocks, evidence and files",
        keep="6 years",
        why="what the council did may be asked for in a claim for as long (as above); an open case stays",
        least=365,
    ),
    DataClass(
        name="request_keys",
        title="keys by which a request that is sent again is known",
        keep="30 days",
        why="longer than anything waits to be sent again, a shift without signal among it",
        least=4,
    ),
    DataClass(
        name="books",
        title="counts of what came in, hour by hour, and estimates of what was lost",
        keep="25 months",
        why="two years can be compared; sums over all time stay",
        least=60,
    ),
    DataClass(
        name="job_runs",
        title="runs of jobs",
        keep="13 months",
        why="a year of what the system did by itself",
        least=7,
    ),
    DataClass(
        name="backfills",
        title="requests to fetch messages again that have ended",
        keep="13 months",
        why="as the messages that they brought",
        least=35,
    ),
    DataClass(
        name="notices",
        title="e-mails that were sent or given up, with their words",
        keep="13 months",
        why="who was told of what, for a year; a case keeps its own record",
        least=60,
    ),
    DataClass(
        name="rounds",
        title="plans of field work with their rounds, visits, what crews reported, and requests for visits",
        keep="25 months",
        why="two years can be compared; outcomes say where people were at work, so no longer",
        least=60,
    ),
    DataClass(
        name="visit_photos",
        title="photos that crews took at their visits, since they came in",
        keep="13 months",
        why="what was found there, for a year; a photo may show more than was meant, so no longer",
        least=60,
    ),
    DataClass(
        name="home_datasets",
        title="rows of datasets about homes, since the file that they stand in was brought in",
        keep="6 years",
        why="personal data; as claims (above); by then later editions say how a home is",
        least=60,
    ),
    DataClass(
        name="sign_ins",
        title="sessions that have ended and sign-in links that no longer work",
        keep="30 days",
        why="enough to look into a misuse; who read what is in the audit",
        least=1,
    ),
    DataClass(
        name="audit",
        title="who read and changed what",
        keep="6 years",
        why="residents may ask, and claims be brought, for as long",
        least=365,
    ),
)

DEFAULTS: Mapping[str, str] = {name: each.keep for name, each in CLASSES.items()}

# What is made of something must outlast it: a rollup that went first would be missed, not made again.
_OUTLASTS = (("home_rollups", "home_readings"), ("public_rollups", "public_readings"))


def check_keeps(keeps: Mapping[str, str]) -> dict[str, str]:
    """All classes with their keeps: those given, else what is built in.

    Raises:
        ValueError: a class is unknown, a keep cannot be read, is shorter than the system needs, or a rollup is kept
            for less than what it is made of; the message holds the cure.
    """
    for name in keeps.keys() - CLASSES.keys():
        guess = difflib.get_close_matches(name, CLASSES, n=1)
        cure = f"did you mean {guess[0]}?" if guess else f"the classes are {', '.join(CLASSES)}."
        raise ValueError(f"There is no class {name!r}: {cure}")
    whole = {**DEFAULTS, **keeps}
    for name, keep in keeps.items():
        if _shortest(name, keep) < CLASSES[name].least:
            raise ValueError(f"Keep {name} for {CLASSES[name].least} days or more, not {keep}: it is still in use")
    for longer, shorter in _OUTLASTS:
        if _days(longer, whole[longer]) < _days(shorter, whole[shorter]):
            raise ValueError(f"Keep {longer} ({whole[longer]}) for as long as {shorter} ({whole[shorter]}) or longer")
    return whole


def _read(name: str, keep: str) -> tuple[int, int] | None:
    """Months and days; None for ever."""
    if keep == FOREVER:
        return None
    match = _KEEP.fullmatch(keep)
    if match is None:
        raise ValueError(f"{name} = {keep!r}: write 400 days, 25 months, 6 years or {FOREVER}")
    number = int(match[1])
    return {"day": (0, number), "month": (number, 0), "year": (12 * number, 0)}[match[2]]


def _days(name: str, keep: str) -> float:
    """About how many days that is, for comparing two keeps."""
    read = _read(name, keep)
    return math.inf if read is None else read[0] * 365.25 / 12 + read[1]


def _shortest(name: str, keep: str) -> float:
    """At least how many days that is, in whatever month it begins."""
    read = _read(name, keep)
    return math.inf if read is None else read[0] // 12 * 365 + read[0] % 12 * 28 + read[1]


def cut_of(name: str, keep: str, now: datetime) -> datetime | None:
    """The instant (UTC) before which data of a class goes at `now`; None where it is kept for ever.

    Example:
        >>> cut_of("home_readings", "25 months", datetime(2026, 11, 22, tzinfo=UTC)).isoformat()
        '2024-10-01T00:00:00+00:00'

    Raises:
        ValueError: the keep cannot be read.
    """
    read = _read(name, keep)
    if read is None:
        return None
    months, days = read
    cut = _months_back(now.astimezone(UTC), months) - timedelta(days=days)
    if CLASSES[name].by_month:
        return cut.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return cut


def _months_back(at: datetime, months: int) -> datetime:
    """The same day and time so many months before, or the last day of that month; in the year 1 at the earliest."""
    months = max(at.year * 12 + at.month - 1 - months, 12)
    year, month = months // 12, months % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
