"""What is known of one room: the facts that a rule on indoor climate is given."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hereabouts_platform.climate.vapour import Floats

HOUR = timedelta(hours=1)
DEFAULT_F_RSI = 0.75  # what UK practice asks of a dwelling's walls (ISO 13788); used where nobody measured


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Weather:
    """Outdoor air temperature, degC, for the same hours as the room's.

    Attributes:
        station: the name people know the weather station by.
        station_id: its place.
        distance_km: how far it is from the home, as the crow flies.
    """

    station: str
    station_id: str
    distance_km: float
    temperature: Floats


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RoomFacts:
    """One room, or a home where no room is named.

    Attributes:
        place_id: the place's id.
        room: what the room is called; None where the place is the home itself.
        from_at: start of the first hour, a full hour in UTC.
        temperature: means of consecutive hours, degC; NaN where there was no reading.
        humidity: means of the same hours, % relative humidity; NaN where there was no reading.
        last_at: when humidity was last read; None when it never was.
        f_rsi: temperature factor of the coldest surface, 0 to 1.
        weather: outdoors over the same hours; None where no station is near.
    """

    place_id: str
    room: str | None
    from_at: datetime
    temperature: Floats
    humidity: Floats
    last_at: datetime | None
    f_rsi: float = DEFAULT_F_RSI
    weather: Weather | None = None


def full_hour(at: datetime) -> datetime:
    """The full hour at or before `at`."""
    return at.replace(minute=0, second=0, microsecond=0)
