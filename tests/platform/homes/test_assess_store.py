"""The assessment through a real store: going on as readings come, change and go is starting again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from hereabouts_platform.jobs.run import run_job

START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Town = Any
Rows = list[tuple[Any, ...]]


def put(town: Town, stream: int, hours: range, value: float, chance: np.random.Generator) -> None:
    """Readings every half hour, none of them like the one before."""
    times = [START + HOUR * hour + timedelta(minutes=minute) for hour in hours for minute in (5, 35)]
    town.owner.execute(
        "INSERT INTO reading (datastream_id, batch_id, time, value) SELECT %s, 1, t, v"
        " FROM unnest(%s::timestamptz[], %s::float8[]) AS u (t, v)"
        " ON CONFLICT (datastream_id, time) DO UPDATE SET value = excluded.value",
        (stream, times, [float(one) for one in value + chance.normal(0, 0.8, len(times))]),
    )
    touch(town, stream, hours)


def touch(town: Town, stream: int, hours: range) -> None:
    """As the batches that ingest writes would have it noted."""
    town.owner.execute(
        "INSERT INTO rollup_pending (datastream_id, from_at, to_at) VALUES (%s, %s, %s)",
        (stream, START + HOUR * hours[0], START + HOUR * (hours[-1] + 1)),
    )


def take_away(town: Town, stream: int, hours: range) -> None:
    """As a replay does that finds the readings were another's."""
    span = (stream, START + HOUR * hours[0], START + HOUR * (hours[-1] + 1))
    town.owner.execute(
        "INSERT INTO reading_revision (datastream_id, time, old_value, old_batch_id, new_value, cause, principal_id)"
        " SELECT datastream_id, time, value, 1, NULL, 'test', 1 FROM reading"
        " WHERE datastream_id = %s AND time >= %s AND time < %s",
        span,
    )
    town.owner.execute("DELETE FROM reading WHERE datastream_id = %s AND time >= %s AND time < %s", span)
    touch(town, stream, hours)


def said(town: Town) -> tuple[Rows, Rows]:
    """Every day of every room, and every state that is kept."""
    days = town.owner.execute("SELECT * FROM room_day ORDER BY place_id, day").fetchall()
    states = town.owner.execute(
        "SELECT place_id, day, state FROM room_state WHERE day >= %s ORDER BY place_id, day",
        ((START + 6 * DAY).date(),),
    ).fetchall()
    return days, states


def assess(town: Town, hour: float) -> dict[str, Any]:
    report = run_job(town.url, "assess", START + hour * HOUR)
    assert report.state == "done", report
    return dict(report.detail)


def test_going_on_is_starting_again(town: Town) -> None:
    """Late, changed and deleted readings, late weather, a sentinel, at odd hours: in the end nothing tells."""
    chance = np.random.default_rng(7)
    for month in (START, START + 31 * DAY):
        town.owner.execute("SELECT make_partition('reading', %s)", (month,))
    outdoor = town.sensor(town.place("Roof", "weather_station", lon=-1.5, lat=53.8))
    home = town.place("H1", lon=-1.51, lat=53.8)
    rooms = [
        town.sensor(town.place(f"H1/{name}", "room", name=name, parent_id="H1"), f_rsi=0.6) for name in ("Bath", "Bed")
    ]
    other = town.sensor(town.place("H2", lon=-1.4, lat=53.8))
    streams = [*((one, 17.0, 76.0) for one in rooms), (other, 19.0, 50.0), (outdoor, 4.0, 88.0)]

    def come(hours: range) -> None:
        for sensor, temperature, humidity in streams:
            put(town, sensor["air_temperature"], hours, temperature, chance)
            put(town, sensor["relative_humidity"], hours, humidity, chance)

    come(range(150))
    assess(town, 150.2)
    come(range(150, 205))
    assess(town, 205.2)
    put(town, rooms[0]["relative_humidity"], range(100, 130), 93.0, chance)  # changed
    take_away(town, rooms[1]["air_temperature"], range(60, 90))  # deleted
    assess(town, 206.2)
    put(town, outdoor["air_temperature"], range(20, 70), -3.0, chance)  # weather, put right
    put(town, other["relative_humidity"], range(40), 55.0, chance)
    town.owner.execute(  # a sentinel among good readings
        "UPDATE reading SET value = 120 WHERE datastream_id = %s AND time = %s",
        (other["air_temperature"], START + 30 * HOUR + timedelta(minutes=5)),
    )
    touch(town, other["air_temperature"], range(30, 31))
    detail = assess(town, 206.9)
    come(range(207, 240))
    assess(town, 240.2)
    gone_on = said(town)
    assert (detail["rooms"], len(gone_on[0])) == (3, 3 * 15)  # from the first of the month on
    town.owner.execute("DELETE FROM room_state; DELETE FROM room_day")
    assess(town, 240.3)
    again = said(town)
    assert gone_on[0] == again[0]
    assert gone_on[1] == again[1]
    temperature = dict(
        town.owner.execute("SELECT day - %s, temperature_day FROM room_day WHERE place_id = 'H2'", (START.date(),))
    )
    assert 18 < temperature[1] < 20
    assert home
