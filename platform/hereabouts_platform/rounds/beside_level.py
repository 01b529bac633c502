"""What speaks for a visit beside a bin's level: what people ask for, alarms, duties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hereabouts_platform.bins.duties import Due
from hereabouts_platform.rounds.foretelling import Foretold
from hereabouts_platform.rules.open_hours import local_instant
from hereabouts_platform.store.bin_alarms import Alarm, bin_alarms
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.visit_requests import open_requests
from hereabouts_platform.store.waste_places import WastePlaces
from hereabouts_schemas.times import LONDON

ALARM_FOR = timedelta(hours=48)
"""How long an event that nobody has answered sends a crew; a sensor that is still in trouble tells again."""
WORDS = {
    "fire": "Its sensor told of fire or great heat",
    "tilt": "Its sensor told that the bin has been tipped over",
    "full": "Its sensor told that it is full",
    "blocked": "Something seems to lie on its sensor, so nobody knows how full it is: it showed full at one stroke",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fixed:
    """What a dispatcher fixed of a bin for a day: which vehicle, and right after which bin; None: nothing."""

    vehicle: str | None = None
    after: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What was told of bins.

    Attributes:
        said: slot -> sentences by kind: manual, report, alert.
        fixed: slot -> what is fixed of it for the day.
    """

    said: Mapping[str, Mapping[str, str]]
    fixed: Mapping[str, Fixed]


def told_of(connection: Connection, places: WastePlaces, foretold: Foretold, begins: datetime, day: date) -> Told:
    """What is asked for and not answered yet, and alarms.

    Args:
        begins: when the plan's work does; aware.
    """
    requests = open_requests(connection)
    says, fixed = asked_for(requests, day, places), fixed_on(requests, day)
    for place, one in sorted(fixed.items()):
        if one.after in places.slots and not _emptied_on(foretold, one.after, day):
            name = places.slots[place].name if place in places.slots else place
            says.setdefault(one.after, {}).setdefault("manual", f"{name} is to come right after it.")
    for alarm in (*bin_alarms(connection, list(WORDS), begins - ALARM_FOR, begins), *_blocked(foretold, begins)):
        if alarm.place in places.slots:
            says.setdefault(alarm.place, {}).setdefault("alert", alarm_words(alarm))
    return Told(said=says, fixed=fixed)


def asked_for(requests: Sequence[Mapping[str, Any]], day: date, places: WastePlaces) -> dict[str, dict[str, str]]:
    """Slot -> what is asked for of it or of its site, by kind; the first of each."""
    by_site: dict[str, list[str]] = {}
    for place, one in places.slots.items():
        by_site.setdefault(one.parent or "", []).append(place)
    found: dict[str, dict[str, str]] = {}
    for asked in requests:
        if asked["day"] is None or asked["day"] <= day:
            for place in [asked["place"], *by_site.get(asked["place"], ())]:
                found.setdefault(place, {}).setdefault(asked["kind"], asked["says"])
    return found


def fixed_on(requests: Sequence[Mapping[str, Any]], day: date) -> dict[str, Fixed]:
    """Slot -> what a dispatcher fixed of it for the day; the newest word counts."""
    found: dict[str, Fixed] = {}
    for asked in requests:
        if asked["day"] == day and (asked["vehicle"] or asked["after"]):
            before = found.get(asked["place"], Fixed())
            found[asked["place"]] = Fixed(
                vehicle=asked["vehicle"] or before.vehicle, after=asked["after"] or before.after
            )
    return found


def _emptied_on(foretold: Foretold, place: str, day: date) -> bool:
    """Whether a bin was emptied on the day itself."""
    one = foretold.state.bins[place]
    return bool(one.emptyings) and one.emptied_at >= local_instant(day, time()).timestamp()


def alarm_words(alarm: Alarm) -> str:
    """Such as "Its sensor told of fire or great heat, at 14:05 on Tue 3 Mar."; an alert's own words."""
    if alarm.says is not None:
        return alarm.says
    local = alarm.at.astimezone(LONDON)
    return f"{WORDS[alarm.code]}, at {local:%H:%M} on {local:%a} {local.day} {local:%b}."


def _blocked(foretold: Foretold, begins: datetime) -> list[Alarm]:
    """Sensors that something lies on, as far as nobody has emptied the bin since."""
    found = ((place, datetime.fromtimestamp(at, UTC)) for place, at in sorted(foretold.blocked.items()))
    return [
        Alarm(place=place, code="blocked", says=None, at=at)
        for place, at in found
        if at >= begins - ALARM_FOR and at.timestamp() > foretold.state.bins[place].emptied_at
    ]


def unmet(due: Mapping[str, Due], foretold: Foretold, day: date) -> dict[str, Due]:
    """Without bins that were emptied on the day itself: their duty is done."""
    return {place: one for place, one in due.items() if not _emptied_on(foretold, place, day)}
