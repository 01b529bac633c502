"""What speaks for a visit beside a bin's level: what people ask for, alarms, duties."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

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


def told_of(
    connection: Connection, places: WastePlaces, foretold: Foretold, begins: datetime, day: date
) -> dict[str, dict[str, str]]:
    """Slot -> sentences by kind: manual, report, alert.

    Args:
        begins: when the plan's work does; aware.
    """
    says = requests_of(connection, day, places)
    for alarm in (*bin_alarms(connection, list(WORDS), begins - ALARM_FOR, begins), *_blocked(foretold, begins)):
        if alarm.place in places.slots:
            says.setdefault(alarm.place, {}).setdefault("alert", alarm_words(alarm))
    return says


def requests_of(connection: Connection, day: date, places: WastePlaces) -> dict[str, dict[str, str]]:
    """Slot -> what is asked for of it or of its site and not answered yet, by kind; the first of each."""
    by_site: dict[str, list[str]] = {}
    for place, one in places.slots.items():
        by_site.setdefault(one.parent or "", []).append(place)
    found: dict[str, dict[str, str]] = {}
    for asked in open_requests(connection):
        if asked["day"] is None or asked["day"] <= day:
            for place in [asked["place"], *by_site.get(asked["place"], ())]:
                found.setdefault(place, {}).setdefault(asked["kind"], asked["says"])
    return found


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
    morning, bins = local_instant(day, time()).timestamp(), foretold.state.bins
    return {
        place: one for place, one in due.items() if not (bins[place].emptyings and bins[place].emptied_at >= morning)
    }
