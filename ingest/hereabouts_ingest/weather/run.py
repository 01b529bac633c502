"""A weather service's hourly file into the store, as readings of a weather station: by the door of `import readings`.

Only what has been is a reading. An hour after the model ran (Met Office), or after the file was fetched (Open-Meteo),
is forecast, and is refused as such. What stands already stays: an hour that a later file tells otherwise is refused.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa

from hereabouts_ingest.weather import met_office, open_meteo
from hereabouts_ingest.weather.hours import HOUR, WeatherFile
from hereabouts_platform.access.policy import require
from hereabouts_platform.geography.sphere import great_circle_km
from hereabouts_platform.imports.reading_files import CHUNK_VALUES, ReadingFile, Rows
from hereabouts_platform.imports.reading_layout import LONG, Layout
from hereabouts_platform.imports.readings import import_reading_file
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store import imports as store
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.places import Row, find_place
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.device import Deployment, device_id
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.place import PlaceKind

PROFILE = "plain"
FARTHEST_KM = 25.0  # a service answers for the middle of its grid cell, at most so far from the point asked for
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_S = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """One value as a reading: the line of its hour, quantity and channel, time and value."""

    line: int
    quantity: str
    channel: str
    at: datetime
    value: float


def import_weather(
    connection: Connection,
    principal: Principal,
    path: Path,
    place: str,
    *,
    fetched: datetime | None = None,
    sink: Sink | None = None,
) -> ImportReport:
    """Store the hours of a Met Office or Open-Meteo file as readings of a weather station.

    Args:
        connection: role owner, not in a transaction.
        principal: who imports; must be allowed to write readings and devices.
        path: the JSON.
        place: id of the weather station.
        fetched: when the file was fetched; without it, when it was last written.
        sink: is handed every refused value.

    Raises:
        InputError: the file or the place cannot be used.
        NotAllowed: `principal` may not.
    """
    require(principal, Action.WRITE, Resource.READINGS)
    require(principal, Action.WRITE, Resource.DEVICES)
    data = _bytes(path)
    weather = _read(path, data)
    station = _station(connection, principal, place)
    _check_distance(weather, station)
    limit, how_known = _limit(weather, path, fetched)
    tally = Tally(sink)
    told = list(_observed(weather, limit, how_known, tally))
    if told:
        device = _device(connection, principal, weather, place, max(value.at for value in told) + HOUR)
        file = _as_file(path, data, told, device)
        report = import_reading_file(connection, principal, file, tally)
        with acting(connection, principal.id):
            store.set_period(connection, device, "rainfall", HOUR_S)
    else:
        report = tally.report()
    return report


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("file", str(path), f"{error.strerror}. Give a file that can be read.") from None


def _read(path: Path, data: bytes) -> WeatherFile:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError("file", path.name, f"It is no JSON ({error}). Fetch it again.") from None
    if isinstance(found, dict) and found.get("type") == "FeatureCollection":
        return met_office.read(found)
    if isinstance(found, dict) and "hourly" in found:
        return open_meteo.read(found)
    cure = "It is neither Met Office site-specific hourly nor Open-Meteo hourly JSON of one point. Fetch one of these."
    raise InputError("file", path.name, cure)


def _station(connection: Connection, principal: Principal, place: str) -> Row:
    with acting(connection, principal.id):
        station = find_place(connection, place)
    if station is None or station["kind"] != PlaceKind.WEATHER_STATION or station["lon"] is None:
        what = "is not known" if station is None else f"is a {station['kind']}" if station["lon"] else "has no position"
        cure = f"It {what}. Import it first: `hereabouts import places`, kind weather_station, with lon and lat."
        raise InputError("place", place, cure)
    return station


def _check_distance(weather: WeatherFile, station: Row) -> None:
    away = float(great_circle_km(weather.lon, weather.lat, station["lon"], station["lat"]))
    if away > FARTHEST_KM:
        said = f"{weather.lon:g}, {weather.lat:g}"
        raise InputError(
            "file", said, f"That is {away:.0f} km from {station['id']}. Is it the file of another station?"
        )


def _limit(weather: WeatherFile, path: Path, fetched: datetime | None) -> tuple[datetime, str]:
    """Until when the hours have been, and how that is known."""
    if weather.run is not None:
        return weather.run, "when the model ran"
    now = datetime.now(UTC)
    if fetched is not None:
        return min(fetched, now), "when it was fetched"
    return min(datetime.fromtimestamp(path.stat().st_mtime, UTC), now), "when the file was last written"


def _observed(weather: WeatherFile, limit: datetime, how_known: str, tally: Tally) -> Iterator[_Told]:
    """The values that have been; what is forecast or no number goes to the tally."""
    for index, name, cell in weather.unreadable:
        tally.refuse(index + 2, Cause.WRONG_SHAPE, f"{name} is {cell!r}, which is no number.")
    forecast = f"after {say_time(limit)}, {how_known}: it is forecast, and no reading."
    for index, at in enumerate(weather.times):
        for course in weather.courses:
            value, variable = course.values[index], course.variable
            if math.isnan(value):
                continue
            if at > limit:
                tally.refuse(index + 2, Cause.FORECAST, f"{say_time(at)} lies {forecast}")
                continue
            begins = at - HOUR if variable.over_hour else at
            yield _Told(
                line=index + 2, quantity=variable.quantity, channel=variable.channel, at=begins, value=value
            )  # fmt: skip
    if weather.others:
        tally.notes.append(f"Not kept, as they are no quantity: {', '.join(weather.others)}.")


def _device(connection: Connection, principal: Principal, weather: WeatherFile, place: str, to_at: datetime) -> str:
    """The service as a device at the station, from the beginning until the last hour that it has told of.

    It ends there because nothing is expected of it between two files: it is never silent.
    """
    name = device_id(f"{weather.service}:{place}")
    with acting(connection, principal.id):
        store.take_turn(connection)
        if PROFILE not in store.profile_ids(connection):
            raise InputError(
                "profile", PROFILE, "The profiles are not in the store yet. Run `hereabouts migrate` first."
            )
        if name not in store.known_devices(connection, [name]):
            store.save_devices(connection, [(name, PROFILE)])
        known = store.known_deployments(connection, [name])
        mount: dict[str, object] = {"service": weather.service, "lon": weather.lon, "lat": weather.lat}
        if not known:
            first = Deployment(id=0, device_id=name, place_id=place, from_at=BEGINNING, to_at=to_at, mount=mount)
            store.add_deployments(connection, [first])
        elif len(known) == 1 and known[0].place_id == place and known[0].to_at is not None and known[0].to_at < to_at:
            only = known[0]
            longer = Deployment(
                id=only.id, device_id=name, place_id=place, from_at=only.from_at, to_at=to_at, mount=only.mount
            )
            store.change_deployments(connection, [longer])
    return name


def _as_file(path: Path, data: bytes, told: list[_Told], device: str) -> ReadingFile:
    """As `import readings` has it, long: each hour counts as a line, the first as line 2."""

    def chunks() -> Iterator[Rows]:
        for start in range(0, len(told), CHUNK_VALUES):
            part = told[start : start + CHUNK_VALUES]
            columns = {
                "device": pa.array([device] * len(part)),
                "quantity": pa.array([one.quantity for one in part]),
                "channel": pa.array([one.channel for one in part]),
                "time": pa.array([one.at for one in part], pa.timestamp("us", tz="UTC")),
                "value": pa.array([one.value for one in part], pa.float64()),
            }
            yield Rows(lines=np.array([one.line for one in part], dtype=np.int64), columns=columns)

    return ReadingFile(
        name=path.name,
        sha256=sha256(data).hexdigest(),
        layout=Layout(columns=(*LONG, "channel"), wide=()),
        total=len(told),
        mentions_levels=False,
        chunks=chunks,
    )
