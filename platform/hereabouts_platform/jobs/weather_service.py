"""A weather service that answers as Open-Meteo does, asked for the hours of one point.

Asked: `latitude`, `longitude`, `hourly`, `start_hour`, `end_hour`, `timezone=GMT`, and `apikey` where there is one. It
answers with `hourly.time` and an array as long for each variable, and their units in `hourly_units`.
Source: https://open-meteo.com/en/docs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec
import orjson

from hereabouts_platform.store.weather import Coming

TIMEOUT_S = 30.0
MOST_BYTES = 256 * 1024  # what ingest reads of a message
ASKED = ("temperature_2m", "relative_humidity_2m", "precipitation")
HOUR = timedelta(hours=1)


class WeatherAway(Exception):
    """A service did not tell; the message is a sentence without its address, which may hold a key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeatherService:
    """Which service is asked, for which stations.

    Attributes:
        url: the address of its hourly answers, without a question.
        stations: ids of the places of kind weather_station.
        key: what it wants to be shown, if anything.
    """

    url: str
    stations: tuple[str, ...]
    key: str | None = None


def ask(service: WeatherService, lon: float, lat: float, first: datetime, last: datetime) -> bytes:
    """The service's answer for a point and the hours `first` to `last`, both UTC and included, as it came.

    Raises:
        WeatherAway: it cannot be reached, answers an error, or says no hours.
    """
    question = {
        "latitude": f"{lat:.4f}",
        "longitude": f"{lon:.4f}",
        "hourly": ",".join(ASKED),
        "start_hour": f"{first:%Y-%m-%dT%H:%M}",
        "end_hour": f"{last:%Y-%m-%dT%H:%M}",
        "timezone": "GMT",
    }
    if service.key is not None:
        question["apikey"] = service.key
    import httpx  # noqa: PLC0415 - takes long to load; every command reads the settings, few ask for weather

    try:
        answer = httpx.get(service.url, params=question, timeout=TIMEOUT_S)
    except httpx.HTTPError as error:
        raise WeatherAway(f"could not be reached ({type(error).__name__})") from None
    if not answer.is_success:
        raise WeatherAway(f"answered {answer.status_code} {answer.reason_phrase}")
    if len(answer.content) > MOST_BYTES or not _has_hours(answer.content):
        raise WeatherAway("answered with something else than hours")
    return answer.content


def _has_hours(content: bytes) -> bool:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    hourly = found.get("hourly") if isinstance(found, dict) else None
    return isinstance(hourly, dict) and bool(hourly.get("time"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Units:
    temperature_2m: Literal["°C"]
    precipitation: Literal["mm"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Hourly:
    time: tuple[str, ...]
    temperature_2m: tuple[float | None, ...]
    precipitation: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    hourly: _Hourly
    hourly_units: _Units
    utc_offset_seconds: Literal[0] = 0


def coming_of(content: bytes, first: datetime) -> Coming:
    """What an answer tells of the hours from `first` on.

    Rainfall is that of the hour before its time, so it stands at that hour's start; of the last hour none is told.

    Raises:
        WeatherAway: its hours are not those asked for, or its units are others.
    """
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise WeatherAway("answered with something else than hours to come, in °C and mm") from None
    hourly = answer.hourly
    due = tuple(f"{first + n * HOUR:%Y-%m-%dT%H:%M}" for n in range(len(hourly.time)))
    if hourly.time != due or not len(due) == len(hourly.temperature_2m) == len(hourly.precipitation):
        raise WeatherAway("answered with other hours to come than those asked for")
    return Coming(first_at=first, temperature=hourly.temperature_2m, rain_mm=(*hourly.precipitation[1:], None))
