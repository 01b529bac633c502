"""How pages say what rounds are: outcomes, roads, loads, and how late a crew is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from hereabouts_api.pages.words import counted
from hereabouts_api.round_models import LoadItem, StopItem
from hereabouts_platform.rules.wording import say_list, say_time
from hereabouts_platform.store.outcomes import OutcomeKind
from hereabouts_schemas.work import Approach, StopKind

OUTCOMES: dict[str, str] = {
    OutcomeKind.EMPTIED: "Emptied",
    OutcomeKind.NOT_FULL: "Not full, left",
    OutcomeKind.OVERFLOWING: "Overflowing, not emptied",
    OutcomeKind.CONTAMINATED: "Wrong waste in it",
    OutcomeKind.BLOCKED: "Blocked",
    OutcomeKind.DAMAGED: "Damaged",
    OutcomeKind.MISSING: "Not there",
    OutcomeKind.HAZARD: "Danger",
    OutcomeKind.OTHER: "Something else",
}
OVERFLOWING_EMPTIED = "overflowing_emptied"
"""What a sheet's form says of a bin that was found overflowing and then emptied: two reports."""
BUTTONS = {OVERFLOWING_EMPTIED: "Overflowing, emptied", **OUTCOMES}
ROADS = {
    "osrm": "On the roads of a map, by OSRM.",
    "network": "On the roads of a map, by shortest paths of our own.",
}
GREAT_CIRCLE = "great_circle"
APPROACHES = {
    Approach.CURB: "Come so that it lies on your left, the kerb side.",
    Approach.EITHER: "From either side of the street.",
}
LITTLE = timedelta(minutes=5)
"""What a crew is ahead or behind by before it is worth saying."""


def say_roads(roads: str) -> str:
    """On which roads a plan was made, as far as there was a map of them: where there was none is said by a warning.

    Example:
        >>> say_roads("great_circle, osrm"), say_roads("great_circle")
        ('On the roads of a map, by OSRM.', '')
    """
    return " ".join(ROADS.get(one, one) for one in roads.split(", ") if one != GREAT_CIRCLE)


def say_km(metres: int) -> str:
    """A distance driven.

    Example:
        >>> say_km(340), say_km(12_345)
        ('340 m', '12.3 km')
    """
    return f"{metres} m" if abs(metres) < 1000 else f"{metres / 1000:,.1f} km"


def say_load(load: LoadItem) -> str:
    """What is picked up or carried, of one stream.

    Example:
        >>> say_load(LoadItem(stream="glass", litres=1200, kg=300))
        '1,200 litres of glass, about 300 kg'
    """
    return f"{load.litres:,} litres of {load.stream}, about {load.kg:,} kg"


def picked_up(stops: Iterable[StopItem]) -> list[LoadItem]:
    """What the visits of a round pick up in all, by stream."""
    litres: Counter[str] = Counter()
    kg: Counter[str] = Counter()
    for stop in stops:
        if stop.load is not None:
            litres[stop.load.stream] += stop.load.litres
            kg[stop.load.stream] += stop.load.kg
    return [LoadItem(stream=stream, litres=litres[stream], kg=kg[stream]) for stream in sorted(litres)]


def behind(stops: Sequence[StopItem]) -> timedelta | None:
    """How far a crew is behind its plan (negative: ahead) by its last report; None before the first.

    As many visits as are reported are compared with as many of the plan, so that another order is not taken for haste.
    """
    visits = [stop for stop in stops if stop.kind is StopKind.VISIT]
    reported = [stop.outcome.at for stop in visits if stop.outcome is not None]
    if not reported:
        return None
    return max(reported) - visits[len(reported) - 1].leaves_at


def say_minutes(minutes: int) -> str:
    """Such as "4 minutes" or "1 h 35 min".

    Example:
        >>> say_minutes(1), say_minutes(89), say_minutes(95)
        ('1 minute', '89 minutes', '1 h 35 min')
    """
    if minutes < 90:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def say_behind(late: timedelta) -> str:
    """How a crew stands to its plan.

    Example:
        >>> say_behind(timedelta(minutes=12)), say_behind(timedelta(minutes=-7)), say_behind(timedelta(minutes=2))
        ('12 minutes behind', '7 minutes ahead', 'on time')
    """
    if abs(late) < LITTLE:
        return "on time"
    minutes = round(abs(late) / timedelta(minutes=1))
    span = say_minutes(minutes)
    return f"{span} {'behind' if late > timedelta() else 'ahead'}"


def say_overflow(p50: datetime | None, p90: datetime | None) -> str:
    """When a bin that is left would overflow.

    Example:
        >>> say_overflow(None, None)
        'When it would overflow cannot be said.'
    """
    parts = [f"one in ten such bins has overflowed by {say_time(p90)}"] if p90 else []
    if p50 is not None:
        parts.append(f"every second one by {say_time(p50)}" if p90 else f"every second such bin has by {say_time(p50)}")
    if not parts:
        return "When it would overflow cannot be said."
    said = say_list(parts)
    return f"{said[0].upper()}{said[1:]}."


def say_tips(stops: Sequence[StopItem]) -> str:
    """How often a round goes to the tip."""
    tips = sum(stop.kind is StopKind.TIP for stop in stops)
    return counted(tips, "trip to the tip", "trips to the tip") if tips else "no trip to the tip"


def geo_of(stop: StopItem) -> str:
    """A `geo:` address (RFC 5870), which a phone opens in its own map; empty without a position."""
    if stop.lon is None or stop.lat is None:
        return ""
    at = f"{stop.lat:.6f},{stop.lon:.6f}"
    return f"geo:{at}?q={at}({quote(stop.name or stop.place, safe='')})"
