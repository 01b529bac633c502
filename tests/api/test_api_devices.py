"""How devices are, in the list and on their page: loss, battery, clock, what stands still, who needs somebody first."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from psycopg.types.json import Jsonb

from hereabouts_platform.jobs.run import run_job
from hereabouts_schemas.access import Role

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def devices(town: Any) -> None:
    """Sixty devices in one home: one silent, one with a low battery, one late, one spare, the others well."""
    town.place("elm", name="12 Elm Court")
    for number in range(60):
        device = f"d{number:02d}"
        heard = datetime.now(UTC)  # not when this file was read: a whole run of the tests lies between
        town.device(device, heard=heard - (2 * HOUR if device == "d30" else HOUR / 30))
        if device != "d59":
            town.deploy(device, town.place(f"elm/{number}", "room", parent="elm"), NOW - 900 * HOUR)
        if number < 50:
            town.healthy(device, interval_s=600)
    found = {
        "expected": 64, "lost": 16, "battery_quantity": "battery_voltage", "battery_value": 2.52, "battery_at": NOW,
        "battery_percent": 4.0, "battery_state": "empty", "clock_source": "device", "clock_offset_s": 75.0,
        "clock_bad": 3, "stuck": Jsonb([{"quantity": "co2", "channel": "", "since": NOW.isoformat()}]),
    }  # fmt: skip
    town.connection.execute("DELETE FROM device_health WHERE device_id = 'd40'")
    town.healthy("d40", interval_s=600, **found)
    for device, hazard, level in (("d20", "sensor_silent", "watch"), ("d40", "battery_low", "act")):
        town.connection.execute(
            "INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version,"
            " opened_at, updated_at, changed_by)"
            " VALUES ('device', %s, %s, %s, %s, '{}', 'device_health', '1', %s, %s, 1)",
            (device, hazard, level, f"The device {device} calls.", NOW, NOW),
        )


@pytest.mark.usefixtures("devices")
def test_a_device_says_what_was_found_of_it(admin: httpx.Client) -> None:
    items = {item["id"]: item for item in admin.get("/v1/devices?limit=1000").json()["items"]}
    found = items["d40"]
    assert found["loss"] == {"expected": 64, "lost": 16, "percent": 25.0}
    assert (found["battery"]["percent"], found["battery"]["state"]) == (4.0, "empty")
    assert (found["battery"]["raw"]["quantity"], found["battery"]["raw"]["value"]) == ("battery_voltage", 2.52)
    assert found["clock"] == {"source": "device", "ahead_s": 75.0, "not_believed": 3, "messages": 64}
    assert [one["quantity"] for one in found["stuck"]] == ["co2"]
    assert (found["interval_s"], found["interval_gaps"]) == (600, 63)
    unseen = items["d55"]
    assert (unseen["interval_s"], unseen["interval_gaps"], unseen["assessed_at"], unseen["loss"]) == (
        900,
        0,
        None,
        None,
    )
    assert unseen["battery"] == {"percent": None, "state": "cannot_say", "raw": None}


def order_of(text: str) -> list[str]:
    """Devices in the order in which the page names each first."""
    names = [f"d{number:02d}" for number in range(60) if f">d{number:02d}<" in text]
    return sorted(names, key=lambda name: text.index(f">{name}<"))


@pytest.mark.usefixtures("devices")
def test_those_that_need_somebody_stand_first_and_every_deployed_one_stands_once(admin: httpx.Client) -> None:
    first = admin.get("/devices").text
    assert "59 devices are deployed." in first
    shown = order_of(first)
    assert shown[:4] == ["d40", "d20", "d30", "d00"]
    assert "4 % (2.52 V)" in first
    assert "16 of 64 (25 %)" in first
    assert first.index("Need somebody") < first.index('<h2 id="group-2">Late') < first.index("All others")
    following = first.split("/devices?cursor=")[1].split('"')[0]
    second = admin.get(f"/devices?cursor={following}").text
    assert sorted(shown + order_of(second)) == [f"d{number:02d}" for number in range(59)]
    assert "Need somebody" not in second


@pytest.mark.usefixtures("devices")
def test_the_first_page_leads_there_and_device_alerts_do_not_crowd_it(admin: httpx.Client) -> None:
    page = admin.get("/").text
    assert '<a href="/devices">2 devices need somebody.</a>' in page
    assert "The device d40 calls." not in page


@pytest.mark.usefixtures("devices")
def test_looking_at_devices_in_homes_is_in_the_audit(address: str, make_key: Any, town: Any) -> None:
    headers = {"Authorization": f"Bearer {make_key('fitter', Role.READER)}"}
    assert httpx.get(f"{address}/devices", headers=headers).status_code == 200
    (seen,) = [row for row in town.audit() if row[0] == "fitter"]
    assert seen == ("fitter", "read", "devices", {"what": "page", "homes": ["elm"]})


@pytest.mark.usefixtures("devices")
def test_the_api_sees_what_the_job_writes(admin: httpx.Client, database_url: str, town: Any) -> None:
    town.connection.execute("SELECT make_partition('uplink', %s)", (NOW,))
    report = run_job(database_url, "health", NOW)
    assert report.state == "done", json.dumps(report.detail)
    (item,) = [item for item in admin.get("/v1/devices?limit=1000").json()["items"] if item["id"] == "d55"]
    assert datetime.fromisoformat(item["assessed_at"]) == NOW
