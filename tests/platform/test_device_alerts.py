"""The job of devices in a real store: who is silent and who is not, what opens, what clears, what stays untouched."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.rows import dict_row

from hereabouts_platform.jobs import health
from hereabouts_platform.jobs.run import run_job

NOW = datetime(2026, 3, 20, 14, 20, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEP = 30 * MINUTE

Town = Any
Row = dict[str, Any]


def run(town: Town, now: datetime = NOW) -> dict[str, Any]:
    report = run_job(town.url, "health", now)
    assert report.state == "done", report
    return dict(report.detail)


def alerts(town: Town, *, all_of_them: bool = False) -> dict[tuple[str, str], Row]:
    """Alerts by subject and hazard; open ones unless all are asked for."""
    which = "" if all_of_them else " WHERE cleared_at IS NULL"
    rows = town.owner.cursor(row_factory=dict_row).execute(f"SELECT * FROM alert{which} ORDER BY id").fetchall()
    return {(row["subject_id"], row["hazard"]): row for row in rows}


def health_of(town: Town, device: str) -> Row:
    cursor = town.owner.cursor(row_factory=dict_row)
    row = cursor.execute("SELECT * FROM device_health WHERE device_id = %s", (device,)).fetchone()
    assert row, f"{device} was not looked at"
    return row


def put_up(town: Town, number: int = 1, *quantities: str) -> tuple[str, dict[str, int]]:
    """A device that was registered long ago; its id and its datastreams."""
    home = town.place(f"H{number}")
    streams = town.sensor(home, *quantities)
    row = town.owner.execute("SELECT device_id FROM deployment WHERE place_id = %s", (home,)).fetchone()
    assert row
    town.owner.execute("UPDATE device SET created_at = '2020-01-01Z'")
    return row[0], streams


def hear(
    town: Town, device: str, arrivals: Sequence[datetime], *, source: int = 1, ahead: timedelta = timedelta(0),
    time_source: str = "network", first_count: int = 0, skip: frozenset[int] = frozenset(),
) -> None:  # fmt: skip
    """Messages of a device that arrived then, numbered one by one; those that are skipped never came."""
    for at in {arrivals[0], arrivals[-1]}:
        town.owner.execute("SELECT make_partition('uplink', %s)", (at,))
    for number, at in enumerate(arrivals):
        if number in skip:
            continue
        town.owner.execute(
            "INSERT INTO uplink VALUES (%s, %s, %s, %s, 'stored', %s, %s, %s, false, 1, %s, 'test/1')",
            (int(device[7:]), first_count + number, at, source, device, at + ahead, time_source, first_count + number),
        )
        town.owner.execute(
            "INSERT INTO ingest_count (source_id, hour, slot, received, stored)"
            " VALUES (%s, date_trunc('hour', %s), 0, 1, 1)"
            " ON CONFLICT (source_id, hour, slot) DO UPDATE SET received = ingest_count.received + 1",
            (source, at),
        )
    town.owner.execute(
        "INSERT INTO device_heard VALUES (%s, %s, %s) ON CONFLICT (device_id) DO UPDATE SET received_at = %s",
        (device, arrivals[-1], arrivals[-1], arrivals[-1]),
    )


def every(step: timedelta, from_at: datetime, to_at: datetime) -> list[datetime]:
    return [from_at + k * step for k in range((to_at - from_at) // step + 1)]


def test_a_silent_device_opens_an_alert_and_being_heard_clears_it(town: Town) -> None:
    device, _ = put_up(town)
    hear(town, device, every(STEP, NOW - 2 * DAY, NOW - 25 * HOUR))
    detail = run(town)
    assert (detail["devices"], detail["silent"], detail["opened"]) == (1, 1, 1)
    alert = alerts(town)[(device, "sensor_silent")]
    assert (alert["subject_kind"], alert["place_id"], alert["level"]) == ("device", None, "watch")
    assert alert["reason"] == (
        f"Test {device} has not been heard since 19 March 2026, 13:20. It is usually heard every 30 minutes."
    )
    assert run(town)["updated"] == 0
    assert run(town, NOW + 7 * DAY)["updated"] == 1
    assert alerts(town)[(device, "sensor_silent")]["level"] == "act"
    hear(town, device, [NOW + 7 * DAY + HOUR], first_count=100)
    assert run(town, NOW + 7 * DAY + HOUR + MINUTE)["cleared"] == 1
    assert alerts(town) == {}


def test_its_own_interval_counts_not_the_profiles(town: Town) -> None:
    """The profile says half an hour. One device reports every 12 hours, and is fine after two days."""
    device, _ = put_up(town)
    hear(town, device, every(12 * HOUR, NOW - 20 * DAY, NOW - 2 * DAY))
    assert run(town)["late"] == 1
    assert (health_of(town, device)["interval_s"], health_of(town, device)["gaps"]) == (43_200, 36)
    assert alerts(town) == {}
    run(town, NOW + 2 * DAY)
    assert (device, "sensor_silent") in alerts(town)


def test_a_device_in_a_drawer_or_just_put_up_is_not_silent(town: Town) -> None:
    town.owner.execute("INSERT INTO device (id, profile_id, created_at) VALUES ('device-90', 'test', '2020-01-01Z')")
    town.sensor(town.place("H2"), to_at="2026-03-01T00:00Z")  # was there
    town.sensor(town.place("H3"), from_at="2027-01-01T00:00Z")  # will be there
    town.sensor(town.place("H4"), from_at="2026-03-20T00:00Z")  # has just come
    town.owner.execute("UPDATE device SET created_at = '2020-01-01Z'")
    town.sensor(town.place("H5"))  # put up in 2020 and registered now
    town.owner.execute("UPDATE device SET created_at = %s WHERE created_at > '2020-01-02Z'", (NOW - HOUR,))
    detail = run(town)
    assert (detail["devices"], detail["waiting"], detail["opened"]) == (2, 2, 0)
    run(town, NOW + 2 * DAY)
    assert {hazard for _, hazard in alerts(town)} == {"sensor_silent"}
    assert len(alerts(town)) == 2


def test_taking_a_device_down_clears_what_stood_open_on_it(town: Town) -> None:
    device, _ = put_up(town)
    hear(town, device, every(STEP, NOW - 3 * DAY, NOW - 2 * DAY))
    run(town)
    assert set(alerts(town)) == {(device, "sensor_silent")}
    town.owner.execute("UPDATE deployment SET to_at = %s", (NOW,))
    detail = run(town, NOW + HOUR)
    assert (detail["devices"], detail["cleared"]) == (0, 1)
    (closed,) = alerts(town, all_of_them=True).values()
    assert closed["reason"] == f"The device {device} is at no place now, so nothing is expected of it."
    assert town.owner.execute("SELECT count(*) FROM device_health").fetchone() == (0,)


def test_silence_touches_no_other_alert(town: Town) -> None:
    device, streams = put_up(town)
    town.air(streams, 18.0, 88.0, NOW - 31 * DAY, NOW - 2 * DAY)
    hear(town, device, every(STEP, NOW - 4 * DAY, NOW - 2 * DAY))
    run_job(town.url, "assess", NOW - 2 * DAY)
    damp = alerts(town)[("H1", "damp_mould")]
    run(town)
    hear(town, device, [NOW + HOUR], first_count=500)
    run(town, NOW + HOUR)
    assert alerts(town) == {("H1", "damp_mould"): damp}


def test_a_feed_that_is_gone_is_one_alert_and_no_device_is_blamed(town: Town) -> None:
    devices = [put_up(town, number)[0] for number in range(12)]
    for device in devices:
        hear(town, device, every(STEP, NOW - 4 * DAY, NOW - 2 * DAY))
    detail = run(town)
    assert (detail["silent"], detail["opened"]) == (12, 1)
    (alert,) = alerts(town).values()
    assert (alert["subject_kind"], alert["subject_id"], alert["hazard"]) == ("source", "things_stack", "feed_silent")
    assert "12 devices were heard on it" in alert["reason"]
    for device in devices[:11]:
        hear(town, device, [NOW + MINUTE], first_count=500)
    run(town, NOW + 2 * MINUTE)
    assert alerts(town) == {}, "the twelfth has had no time since its feed came back"
    for device in devices[:11]:
        hear(town, device, every(HOUR, NOW + HOUR, NOW + 26 * HOUR), first_count=600)
    run(town, NOW + 26 * HOUR)
    assert set(alerts(town)) == {(devices[11], "sensor_silent")}


def test_an_import_hears_no_device(town: Town) -> None:
    device, _ = put_up(town)
    town.owner.execute("INSERT INTO device_heard (device_id, at) VALUES (%s, %s)", (device, NOW))
    assert run(town)["silent"] == 1
    assert "since it was put up on 1 January 2020" in alerts(town)[(device, "sensor_silent")]["reason"]


def test_loss_is_counted_from_the_frames_numbers(town: Town) -> None:
    device, _ = put_up(town)
    hear(town, device, every(STEP, NOW - 20 * HOUR, NOW), skip=frozenset({3, 4, 20, 31}))
    run(town)
    found = health_of(town, device)
    assert (found["expected"], found["lost"], found["messages"]) == (41, 4, 37)
    assert alerts(town) == {}


@pytest.fixture
def battery(town: Town) -> Any:
    """Sets the battery of a device that is being heard, and gives the open alert's level, if there is one."""
    device, _ = put_up(town)
    hear(town, device, every(STEP, NOW - DAY, NOW))
    stream = town.one(
        "INSERT INTO datastream (deployment_id, quantity, unit, kind)"
        " VALUES (1, 'battery_level', '%%', 'measurement') RETURNING id",
        (),
    )

    def level(percent: float) -> str | None:
        town.owner.execute("DELETE FROM reading WHERE datastream_id = %s", (stream,))
        town.read(stream, percent, NOW - HOUR, NOW)
        run(town)
        found = alerts(town).get((device, "battery_low"))
        return str(found["level"]) if found else None

    return level


def test_a_battery_calls_when_it_is_low_and_rests_when_it_is_well_again(battery: Any) -> None:
    found = [(percent, battery(percent)) for percent in (25.0, 20.0, 9.0, 25.0, 30.0, 25.0)]
    assert found == [(25.0, None), (20.0, "watch"), (9.0, "act"), (25.0, "act"), (30.0, None), (25.0, None)]


def test_a_frozen_sensor_is_told_from_a_live_one(town: Town) -> None:
    frozen, streams = put_up(town, 1)
    alive, moving = put_up(town, 2)
    for device in (frozen, alive):
        hear(town, device, every(STEP, NOW - 20 * HOUR, NOW))
    town.read(streams["air_temperature"], 19.3, NOW - 8 * DAY, NOW)
    town.read(streams["relative_humidity"], 61.4, NOW - 8 * DAY, NOW)
    town.air(moving, 19.3, 61.4, NOW - 8 * DAY, NOW)
    town.owner.execute("UPDATE reading SET value = value + 2 WHERE datastream_id = ANY (%s) AND time > %s",
                       (list(moving.values()), NOW - 20 * HOUR))  # fmt: skip
    run(town)
    assert set(alerts(town)) == {(frozen, "sensor_stuck")}
    assert [one["quantity"] for one in health_of(town, frozen)["stuck"]] == ["air_temperature", "relative_humidity"]
    assert run(town, NOW + 10 * MINUTE)["updated"] == 0
    town.owner.execute("UPDATE reading SET value = value + 2 WHERE time > %s", (NOW - 20 * HOUR,))
    assert run(town, NOW + 20 * MINUTE)["cleared"] == 1


def test_a_clock_that_is_ahead_is_wrong_if_it_is_the_devices_own(town: Town) -> None:
    wrong, _ = put_up(town, 1)
    gateway, _ = put_up(town, 2)
    hear(town, wrong, every(STEP, NOW - 20 * HOUR, NOW), ahead=3 * MINUTE, time_source="device")
    hear(town, gateway, every(STEP, NOW - 20 * HOUR, NOW), ahead=3 * MINUTE, time_source="gateway")
    run(town)
    assert set(alerts(town)) == {(wrong, "clock_wrong")}
    assert "is 3 minutes ahead" in alerts(town)[(wrong, "clock_wrong")]["reason"]
    assert [health_of(town, d)["clock_offset_s"] for d in (wrong, gateway)] == [180.0, 180.0]


def test_a_vendor_that_delivers_hours_late_has_no_wrong_clock(town: Town) -> None:
    device, _ = put_up(town)
    hear(town, device, every(STEP, NOW - 20 * HOUR, NOW), ahead=-5 * HOUR, time_source="device")
    run(town)
    assert alerts(town) == {}
    assert health_of(town, device)["clock_offset_s"] == -18_000.0


def test_devices_are_read_in_batches_without_missing_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        put_up(town, number)
    whole = health.devices_in_batches
    monkeypatch.setattr(health, "devices_in_batches", lambda *asked: whole(*asked, at_once=3))
    assert run(town)["devices"] == 7
    assert town.owner.execute("SELECT count(*) FROM device_health").fetchone() == (7,)
