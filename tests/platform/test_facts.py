"""Facts are read from a real store: hourly means, the nearest weather, the last reading."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from hereabouts_platform.rules.room import RoomFacts
from hereabouts_platform.store import facts
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.facts import rooms_in_batches

NOW = datetime(2026, 3, 3, 14, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)

Town = Any


def rooms_of(town: Town, now: datetime = NOW) -> dict[str, RoomFacts]:
    with connect(town.url, DatabaseRole.JOBS) as connection:
        return {room.place_id: room for batch in rooms_in_batches(connection, now) for room in batch}


def test_hourly_means_of_the_last_31_days(town: Town) -> None:
    town.place("H1")
    town.place("H1/bedroom", "room", name="Bedroom", parent_id="H1")
    streams = town.sensor("H1/bedroom")
    town.air(streams, 19.0, 60.0, NOW - timedelta(days=40), NOW - 2 * HOUR)
    town.read(streams["relative_humidity"], 80.0, NOW - timedelta(minutes=80), NOW - timedelta(minutes=20))
    room = rooms_of(town)["H1/bedroom"]
    assert room.room == "Bedroom"
    assert len(room.humidity) == 31 * 24
    assert room.from_at + len(room.humidity) * HOUR == datetime(2026, 3, 3, 14, tzinfo=UTC)
    assert room.humidity[-3] == 60.0
    assert np.isnan(room.humidity[-2])
    assert room.humidity[-1] == 80.0
    assert room.temperature[-3] == 19.0
    assert np.isnan(room.temperature[-1])
    assert room.last_at == NOW - timedelta(minutes=50)
    assert room.weather is None
    assert room.f_rsi == 0.75


def test_the_hour_that_has_not_ended_is_left_out_but_heard(town: Town) -> None:
    streams = town.sensor(town.place("H1"))
    town.air(streams, 19.0, 60.0, NOW - timedelta(minutes=10), NOW - timedelta(minutes=5))
    room = rooms_of(town)["H1"]
    assert np.isnan(room.humidity).all()
    assert room.last_at == NOW - timedelta(minutes=10)
    assert room.room is None


def test_readings_after_now_are_not_looked_at(town: Town) -> None:
    streams = town.sensor(town.place("H1"))
    town.air(streams, 19.0, 60.0, NOW - timedelta(days=2), NOW + timedelta(days=2))
    room = rooms_of(town)["H1"]
    assert room.last_at is not None
    assert room.last_at < NOW


def test_several_sensors_count_alike_however_often_they_report(town: Town) -> None:
    town.place("H1")
    often, seldom = town.sensor("H1"), town.sensor("H1", "relative_humidity")
    start = NOW - timedelta(days=1)
    town.air(often, 19.0, 50.0, start, NOW)
    town.read(seldom["relative_humidity"], 70.0, start, NOW, step=HOUR)
    assert np.nanmean(rooms_of(town)["H1"].humidity[-20:]) == pytest.approx(60.0)


def test_a_place_is_one_series_over_a_change_of_sensor(town: Town) -> None:
    town.place("H1")
    change = NOW - timedelta(days=3)
    old = town.sensor("H1", to_at=change.isoformat(), f_rsi=0.5)
    new = town.sensor("H1", from_at=change.isoformat(), f_rsi=0.6)
    town.air(old, 19.0, 50.0, NOW - timedelta(days=6), change)
    town.air(new, 19.0, 70.0, change, NOW)
    room = rooms_of(town)["H1"]
    assert np.isfinite(room.humidity[-6 * 24 :]).all()
    assert room.f_rsi == 0.6


@pytest.mark.parametrize(("mount", "expected"), [({"f_rsi": 0.6}, 0.6), ({"f_rsi": "0.6"}, 0.75), ({"f_rsi": 7}, 0.75)])
def test_the_walls_factor_is_the_deployments(town: Town, mount: dict[str, object], expected: float) -> None:
    town.sensor(town.place("H1"), **mount)
    assert rooms_of(town)["H1"].f_rsi == expected


def test_the_nearest_station_that_is_heard_speaks(town: Town) -> None:
    week = NOW - timedelta(days=8)
    for name, lon, last in (("Near", -1.50, NOW), ("Nearest", -1.54, NOW - timedelta(days=6)), ("Far", -2.0, NOW)):
        stream = town.sensor(town.place(name, "weather_station", lon=lon, lat=53.8), "air_temperature")
        town.read(stream["air_temperature"], abs(lon), week, last)
    town.place("B1", "building", lon=-1.55, lat=53.8)
    town.place("H1", parent_id="B1")
    town.sensor(town.place("H1/hall", "room", parent_id="H1"))
    town.sensor(town.place("H2"))
    rooms = rooms_of(town)
    weather = rooms["H1/hall"].weather
    assert weather is not None
    assert (weather.station, weather.station_id, round(weather.distance_km, 1)) == ("Near", "Near", 3.3)
    assert weather.temperature[-1] == 1.5
    assert rooms["H2"].weather is None


def test_only_homes_and_rooms_with_both_quantities_are_assessed(town: Town) -> None:
    town.sensor(town.place("H1"), "air_temperature")
    town.sensor(town.place("H2"))
    town.sensor(town.place("S", "weather_station", lon=0.0, lat=52.0))
    town.sensor(town.place("D", "depot"))
    assert list(rooms_of(town)) == ["H2"]


def test_a_sensor_silent_for_longer_than_the_window_is_remembered(town: Town) -> None:
    streams = town.sensor(town.place("H1"))
    town.air(streams, 19.0, 60.0, NOW - timedelta(days=50), NOW - timedelta(days=45))
    town.sensor(town.place("H2"))
    rooms = rooms_of(town)
    assert rooms["H1"].last_at == NOW - timedelta(days=45, minutes=30)
    assert rooms["H2"].last_at is None


def test_batches_hold_every_room_once_in_order(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "ROOMS_AT_ONCE", 2)
    for name in "EACDB":
        town.sensor(town.place(name))
    with connect(town.url, DatabaseRole.JOBS) as connection:
        batches = [[room.place_id for room in batch] for batch in rooms_in_batches(connection, NOW)]
    assert batches == [["A", "B"], ["C", "D"], ["E"]]
