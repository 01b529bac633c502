"""The job that fetches the weather outside, for weather stations that have no sensor of their own.

What a service tells goes in as a message of the source `weather`: counted, told apart from copies, and kept as it came,
like any other. The job has no right on readings. Where there are bins, it asks for the days to come as well: those are
no readings, and are kept apart.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hereabouts_platform.access.policy import require
from hereabouts_platform.jobs.job import NOT_SET_UP, JobFailed, Work
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.weather_service import WeatherAway, WeatherService, ask, coming_of
from hereabouts_platform.store import weather as store
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.times import hour_of

HOUR = timedelta(hours=1)
LOOK_BACK = timedelta(days=30)  # for a station new to it, and after an absence; ingest believes 35 days
COMING = timedelta(days=7)  # after a week a forecast says little that the season does not
HOW = "No weather service is set up (HEREABOUTS_WEATHER_URL)."


def fetching(outside: Outside) -> Work:
    """Work that asks for each station all hours since the last one told; it says so where no service is set up."""

    def fetch(connection: Connection, principal: Principal, _window: datetime, now: datetime) -> Mapping[str, object]:
        """Each station by itself: what one was told is handed in, whatever becomes of the next."""
        require(principal, Action.WRITE, Resource.JOBS)
        service = outside.weather
        if service is None:
            return {NOT_SET_UP: HOW}
        found = {station.place_id: station for station in store.stations_of(connection, service.stations)}
        troubles = [f"{name} is no weather station with a position." for name in service.stations if name not in found]
        handed = waiting = hours = 0
        coming = store.coming_wanted(connection)
        for station in found.values():
            first, last = _missing(station.told_to, now)
            if first > last:
                continue
            try:
                answer = ask(service, station.lon, station.lat, first, last)
            except WeatherAway as error:
                troubles.append(f"Of {station.place_id} the weather service {error}.")
                continue
            with acting(connection, principal.id):
                taken = store.hand_in(connection, station.place_id, answer, now)
            handed, waiting = handed + taken, waiting + (not taken)
            hours += ((last - first) // HOUR + 1) if taken else 0
            if coming:
                troubles += _look_ahead(connection, principal, service, station, now)
        if troubles:
            raise JobFailed(_say(troubles, service))
        return {"stations": len(found), "handed_in": handed, "hours": hours, "waiting": waiting}

    return fetch


def _look_ahead(
    connection: Connection, principal: Principal, service: WeatherService, station: store.Station, now: datetime
) -> list[str]:
    """Ask for the days to come, and keep what is told; what was in the way, in sentences."""
    first = hour_of(now) + HOUR
    try:
        answer = ask(service, station.lon, station.lat, first, first + COMING - HOUR)
        coming = coming_of(answer, first)
    except WeatherAway as error:
        return [f"Of {station.place_id} the days to come are not known: the weather service {error}."]
    with acting(connection, principal.id):
        store.save_coming(connection, station.place_id, coming, now)
    return []


def _missing(told_to: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """The first and the last whole hour to ask for; the first lies after the last where none is missing."""
    last = hour_of(now)
    farthest = last - LOOK_BACK
    return (farthest if told_to is None else max(hour_of(told_to) + HOUR, farthest)), last


def _say(troubles: list[str], service: WeatherService) -> str:
    told = len(service.stations) - len(troubles)
    rest = f" {told} of {len(service.stations)} stations were asked." if told else ""
    more = f" And {len(troubles) - 3} more." if len(troubles) > 3 else ""
    return f"{' '.join(troubles[:3])}{more}{rest} The next run asks for the hours that are missing."
