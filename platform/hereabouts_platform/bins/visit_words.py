"""Why a bin is on a crew's sheet, or not: one plain sentence, with times as clocks show them in Europe/London."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hereabouts_platform.bins.state import BinState
from hereabouts_schemas.times import LONDON

DAY_S = 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What the words are made of; times in seconds since 1970 UTC, None where not within the time that was forecast.

    Attributes:
        level: expected now, per cent; full: the last reading was "full or more"; limit: per cent.
        surely_over_at: by when nine in ten such bins are over the limit; likely_over_at: by when one in two is.
        full_p50_at, full_p90_at: when one in two, and when one in ten such bins is full.
    """

    now: int
    level: float
    full: bool
    limit: float
    surely_over_at: int | None
    likely_over_at: int | None
    full_p50_at: int | None
    full_p90_at: int | None


def fullness_words(facts: Facts) -> str:
    """Such as "72 % full, over its 80 % limit by tomorrow 15:00 (9 in 10)."."""
    if facts.full:
        return "Full or more when it was last read."
    level = _level(facts)
    if facts.level >= facts.limit:
        return f"{level}, over its {facts.limit:.0f} % limit."
    return f"{level}, {_over(facts)}."


def age_words(known: BinState, now: int, max_days: float) -> str:
    """Such as "Last emptied 15 days ago: it is never left longer than 14."."""
    return f"{_since(known, now)}: it is never left longer than {max_days:g}."


def silent_words(known: BinState, facts: Facts) -> str:
    """Of a bin whose sensor says nothing: how long it has been, and what its filling so far lets expect."""
    if not known.known:
        return f"Nothing has been heard of it yet. As bins of its group fill, it is {_over(facts)}."
    days = (facts.now - known.read_at) / DAY_S
    if facts.full:
        return f"Full or more when it was last heard of, {_days(days)} ago. {_since(known, facts.now)}."
    return f"No reading for {_days(days)}. {_since(known, facts.now)}; as it fills, it is {_over(facts)}."


def left_words(facts: Facts) -> str:
    """Such as "31 % full: it can wait. As likely as not full on Sat 22 Aug."."""
    if facts.full_p50_at is None:
        return f"{_level(facts)}: it can wait. It is not expected to be full in the time looked at."
    return f"{_level(facts)}: it can wait. As likely as not full {when(facts.full_p50_at, facts.now)}."


def _level(facts: Facts) -> str:
    return f"{facts.level:.0f} % full"


def _over(facts: Facts) -> str:
    """When it is over its limit, and how sure that is."""
    if facts.level >= facts.limit:
        return f"over its {facts.limit:.0f} % limit"
    if facts.surely_over_at is not None:
        return f"over its {facts.limit:.0f} % limit by {when(facts.surely_over_at, facts.now)} (9 in 10)"
    if facts.likely_over_at is not None:
        return f"over its {facts.limit:.0f} % limit by {when(facts.likely_over_at, facts.now)} (1 in 2)"
    return f"not expected over its {facts.limit:.0f} % limit in the time looked at"


def _since(known: BinState, now: int) -> str:
    days = (now - known.emptied_at) / DAY_S
    return f"Last emptied {_days(days)} ago" if known.emptyings else f"Not known to be emptied for {_days(days)}"


def _days(days: float) -> str:
    whole = round(days)
    return "less than a day" if whole < 1 else "1 day" if whole == 1 else f"{whole} days"


def when(at: int, now: int) -> str:
    """A time to the hour, such as "today 15:00", "tomorrow 15:00", "Sat 22 Aug 15:00"."""
    then, today = _local(at), _local(now).date()
    day = {today: "today", today + timedelta(days=1): "tomorrow"}.get(then.date())
    return f"{day or f'{then:%a} {then.day} {then:%b}'} {then:%H}:00"


def _local(at: int) -> datetime:
    """On the hour that is over by then: words never promise it sooner than the numbers."""
    return datetime.fromtimestamp(-(-at // 3600) * 3600, UTC).astimezone(LONDON)
