"""Hourly weather of the two services as readings of a station: units, times, what is forecast, the same again."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hereabouts_ingest.profiles import load_profiles
from hereabouts_ingest.weather import met_office, open_meteo
from hereabouts_ingest.weather.run import import_weather
from hereabouts_platform.imports.report import ImportReport
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.registry import sync_profiles
from hereabouts_schemas.errors import InputError

OPEN_METEO: dict[str, Any] = {
    "latitude": 53.8, "longitude": -1.55, "generationtime_ms": 0.2, "utc_offset_seconds": 3600,
    "timezone": "Europe/London", "timezone_abbreviation": "BST", "elevation": 60.0,
    "hourly_units": {
        "time": "iso8601", "temperature_2m": "°C", "relative_humidity_2m": "%", "precipitation": "mm",
        "wind_speed_10m": "km/h", "surface_pressure": "hPa", "pressure_msl": "hPa", "cloud_cover": "%",
    },
    "hourly": {
        "time": ["2026-07-03T01:00", "2026-07-03T02:00", "2026-07-03T03:00"],
        "temperature_2m": [14.2, None, 13.9], "relative_humidity_2m": [80, 81, 82],
        "precipitation": [0.0, 0.4, 0.1], "wind_speed_10m": [18.0, 9.0, 3.6],
        "surface_pressure": [1001.5, 1001.6, 1001.7], "pressure_msl": [1009.1, 1009.2, 1009.3],
        "cloud_cover": [10, 20, 30],
    },
}  # fmt: skip


def parameter(unit: str) -> dict[str, Any]:
    return {"type": "Parameter", "unit": {"label": unit, "symbol": {"value": "UCUM", "type": unit}}}


MET_OFFICE: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-1.54, 53.81, 61.0]},
            "properties": {
                "requestPointDistance": 120.5,
                "modelRunDate": "2026-07-03T08:00Z",
                "timeSeries": [
                    {
                        "time": f"2026-07-03T0{hour}:00Z", "screenTemperature": 12.0 + hour, "windSpeed10m": 2.5,
                        "windDirectionFrom10m": 270, "screenRelativeHumidity": 80.5, "mslp": 101325,
                        "totalPrecipAmount": 0.2, "uvIndex": 1,
                    }
                    for hour in (7, 8, 9)
                ],
            },
        }
    ],
    "parameters": [
        {
            "screenTemperature": parameter("Cel"), "windSpeed10m": parameter("m/s"), "uvIndex": parameter("1"),
            "windDirectionFrom10m": parameter("deg"), "screenRelativeHumidity": parameter("%"),
            "mslp": parameter("Pa"), "totalPrecipAmount": parameter("mm"),
        }
    ],
}  # fmt: skip
LATER = datetime(2026, 7, 4, tzinfo=UTC)


@dataclass
class Desk:
    """Brings weather into one database with a station W1 in Leeds."""

    owner: Connection
    folder: Path

    def put(self, found: Any, *, fetched: datetime | None = LATER, place: str = "W1") -> ImportReport:
        path = self.folder / "weather.json"
        path.write_text(found if isinstance(found, str) else json.dumps(found))
        by = principal_named(self.owner, "system:command")
        return import_weather(self.owner, by, path, place, fetched=fetched)

    def readings(self, device: str) -> dict[tuple[str, str], list[tuple[str, float]]]:
        found: dict[tuple[str, str], list[tuple[str, float]]] = {}
        rows = self.owner.execute(
            "SELECT s.quantity, s.channel, r.time, r.value FROM reading r JOIN datastream s ON s.id = r.datastream_id"
            " JOIN deployment d ON d.id = s.deployment_id WHERE d.device_id = %s AND d.place_id = 'W1' ORDER BY r.time",
            (device,),
        )
        for quantity, channel, at, value in rows:
            found.setdefault((quantity, channel), []).append((f"{at:%H:%M}", value))
        return found


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        sync_profiles(owner, [profile.spec for profile in load_profiles().values()])
        owner.execute(
            "INSERT INTO place (id, kind, name, lon, lat) VALUES ('W1', 'weather_station', 'Leeds', -1.55, 53.8),"
            " ('H1', 'home', 'One', -1.55, 53.8), ('W2', 'weather_station', 'Kew', -0.29, 51.48),"
            " ('W3', 'weather_station', 'Nowhere', NULL, NULL)"
        )
        yield Desk(owner=owner, folder=tmp_path)


def test_open_meteo_by_its_own_units_and_offset(desk: Desk) -> None:
    report = desk.put(OPEN_METEO)

    assert (report.stored, report.refused_count) == (17, 0)
    assert report.notes == ("Not kept, as they are no quantity: cloud_cover.",)
    found = desk.readings("open_meteo:W1")
    assert found["air_temperature", ""] == [("00:00", 14.2), ("02:00", 13.9)]
    assert found["wind_speed", ""] == [("00:00", 5.0), ("01:00", 2.5), ("02:00", 1.0)]
    assert found["rainfall", ""] == [("23:00", 0.0), ("00:00", 0.4), ("01:00", 0.1)]
    assert found["air_pressure", "sea_level"][0] == ("00:00", 1009.1)
    assert found["air_pressure", ""][0] == ("00:00", 1001.5)
    periods = desk.owner.execute("SELECT quantity, period_s FROM datastream WHERE period_s IS NOT NULL").fetchall()
    assert periods == [("rainfall", 3600)]


def test_the_met_office_up_to_when_the_model_ran(desk: Desk) -> None:
    report = desk.put(MET_OFFICE)

    assert (report.stored, report.refused_by_cause) == (12, {"forecast": 6})
    assert [(row.line, row.reason) for row in report.refused] == [
        (4, "3 July 2026, 10:00 lies after 3 July 2026, 09:00, when the model ran: it is forecast, and no reading.")
    ]
    found = desk.readings("met_office:W1")
    assert found["air_temperature", ""] == [("07:00", 19.0), ("08:00", 20.0)]
    assert found["air_pressure", "sea_level"] == [("07:00", 1013.25), ("08:00", 1013.25)]
    assert found["rainfall", ""] == [("06:00", 0.2), ("07:00", 0.2)]


def test_hours_after_the_fetch_are_forecast(desk: Desk) -> None:
    report = desk.put(OPEN_METEO, fetched=datetime(2026, 7, 3, 1, 30, tzinfo=UTC))
    assert (report.stored, report.refused_by_cause) == (11, {"forecast": 6})
    assert desk.put(OPEN_METEO, fetched=datetime(2026, 7, 1, tzinfo=UTC)).stored == 0

    report = desk.put(OPEN_METEO)

    assert (report.stored, report.duplicate) == (6, 11)


def test_what_stands_stays(desk: Desk) -> None:
    desk.put(OPEN_METEO)
    again = desk.put(OPEN_METEO)
    assert (again.stored, again.duplicate, again.refused_count) == (0, 17, 0)
    other = deepcopy(OPEN_METEO)
    other["hourly"]["temperature_2m"][0] = 15.0

    report = desk.put(other)

    assert report.refused_by_cause == {"conflict": 1}
    assert desk.readings("open_meteo:W1")["air_temperature", ""][0] == ("00:00", 14.2)


def test_a_later_file_lengthens_the_stay_and_nothing_is_expected_beyond(desk: Desk) -> None:
    desk.put(OPEN_METEO)
    later = deepcopy(OPEN_METEO)
    later["hourly"]["time"] = ["2026-07-03T04:00", "2026-07-03T05:00", "2026-07-03T06:00"]

    assert desk.put(later).refused_count == 0

    stays = desk.owner.execute("SELECT place_id, from_at, to_at FROM deployment").fetchall()
    assert stays == [("W1", datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 7, 3, 6, tzinfo=UTC))]


def test_seconds_since_1970_need_no_offset(desk: Desk) -> None:
    found = deepcopy(OPEN_METEO)
    start = int(datetime(2026, 7, 3, tzinfo=UTC).timestamp())
    found["hourly_units"]["time"] = "unixtime"
    found["hourly"]["time"] = [start, start + 3600, start + 7200]
    desk.put(found)
    assert desk.readings("open_meteo:W1")["relative_humidity", ""][0] == ("00:00", 80.0)


def test_without_a_time_of_fetching_the_file_tells_when_it_was_written(desk: Desk) -> None:
    found = deepcopy(OPEN_METEO)
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    times = [hour - timedelta(hours=1), hour, hour + timedelta(hours=1)]
    found["hourly"]["time"] = [f"{at + timedelta(hours=1):%Y-%m-%dT%H:%M}" for at in times]
    report = desk.put(found, fetched=None)
    assert report.refused_by_cause == {"forecast": 6}
    assert "when the file was last written" in report.refused[0].reason


def broken(*path: Any, value: Any, of: dict[str, Any] = OPEN_METEO) -> dict[str, Any]:
    found = deepcopy(of)
    inner: Any = found
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return found


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (broken("hourly_units", value=None), "needs hourly and hourly_units"),
        (broken("hourly_units", "temperature_2m", value=None), "does not state its unit"),
        (broken("hourly_units", "temperature_2m", value="furlong"), "'furlong' is not known"),
        (broken("hourly_units", "temperature_2m", value="mm"), "cannot be converted"),
        (broken("utc_offset_seconds", value=None), "utc_offset_seconds"),
        (broken("utc_offset_seconds", value=1e300), "No clock is so far"),
        (broken("hourly", "time", 1, value="2026-07-03T03:00"), "hour by hour"),
        (broken("hourly", "time", 1, value="yesterday"), "no time"),
        (broken("hourly", "time", 0, value="0001-01-01T00:00"), "no time"),
        (broken("hourly", "precipitation", value=[1]), "every time"),
        (broken("parameters", value=None, of=MET_OFFICE), "Its units are missing"),
        (broken("features", value=[{}], of=MET_OFFICE), "needs a Point"),
        (broken("features", value=[], of=MET_OFFICE), "one point a file"),
        (broken("features", 0, "properties", "modelRunDate", value=None, of=MET_OFFICE), "modelRunDate"),
        (broken("features", 0, "properties", "timeSeries", value=[1], of=MET_OFFICE), "no hours"),
    ],
)
def test_a_file_that_does_not_say_enough_is_refused_whole(found: dict[str, Any], said: str) -> None:
    read = met_office.read if "type" in found else open_meteo.read
    with pytest.raises(InputError, match=said):
        read(found)


def test_only_a_station_with_a_position_near_the_file_has_weather(desk: Desk) -> None:
    places = {"W9": "is not known", "H1": "is a home", "W3": "has no position", "W2": "km from W2"}
    for place, said in places.items():
        with pytest.raises(InputError, match=said):
            desk.put(OPEN_METEO, place=place)
    for text, said in (("{", "no JSON"), ("[]", "neither Met Office")):
        with pytest.raises(InputError, match=said):
            desk.put(text)
    assert desk.owner.execute("SELECT count(*) FROM device").fetchone() == (0,)


def test_a_value_that_is_no_number_or_not_plausible_is_refused_by_itself(desk: Desk) -> None:
    found = broken("hourly", "temperature_2m", value=["warm", 99.0, 13.9])
    report = desk.put(found)
    assert report.refused_by_cause == {"range": 1, "wrong_shape": 1}
    assert [(row.line, row.reason[:22]) for row in report.refused] == [
        (2, "temperature_2m is 'war"),
        (3, "air_temperature 99 Cel"),
    ]
