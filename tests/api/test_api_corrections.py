"""A later report on a visit corrects an earlier one from wherever the crew is by then, or says that it came back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from people import clients
from small_fleet import Run, put_fleet, visits

from hereabouts_platform.store.replans import reports_on
from hereabouts_schemas.access import Role
from hereabouts_schemas.times import LONDON

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def people(database_url: str, address: str, town) -> Iterator[dict[str, httpx.Client]]:
    put_fleet(town)
    town.connection.execute("UPDATE crew SET shift_from = '00:00', shift_to = '12:00'")
    with clients(database_url, address) as make:
        yield {
            "di": make("di", Role.WASTE_MANAGER),
            "red": make("red", Role.WASTE_CREW, "red"),
            "blue": make("blue", Role.WASTE_CREW, "blue"),
        }


def test_where_and_when_a_crew_was_there_is_its_first_report_and_what_came_of_it_the_last(
    people: dict[str, httpx.Client], run: Run, town
) -> None:
    day = NOW.astimezone(LONDON).replace(hour=0, minute=0, second=0)
    assert run("plan", day - timedelta(minutes=30))["plans"] == 1
    sheets = {name: people[name].get("/v1/rounds").json()["items"] for name in ("red", "blue")}
    ((who, (found,)),) = [one for one in sheets.items() if one[1]]  # one crew does it all
    stops = [stop["visit"] for stop in visits(people[who].get(f"/v1/rounds/{found['id']}").json())]
    keys = dict(town.connection.execute("SELECT id, key FROM visit").fetchall())
    told = [
        (who, stops[0], "emptied", 0), (who, stops[1], "blocked", 2), (who, stops[2], "emptied", 4),
        ("di", stops[0], "blocked", 6),  # corrected by the office
        (who, stops[1], "emptied", 8),  # it came back for it
        (who, stops[2], "emptied", 10),  # pressed once more
    ]  # fmt: skip
    for number, (name, visit, kind, minute) in enumerate(told):
        at = (NOW - timedelta(minutes=20 - minute)).isoformat()
        body = {"client_id": f"c/{number}", "kind": kind, "at": at}
        assert people[name].post(f"/v1/visits/{visit}/outcomes", json=body).status_code == 201
    reports = reports_on(town.connection, found["plan"])
    was = [(one.visit, one.took, one.vehicle, (one.at - NOW) // timedelta(minutes=1) + 20) for one in reports]
    assert was == [
        (keys[stops[0]], False, found["vehicle"], 0),
        (keys[stops[2]], True, found["vehicle"], 4),
        (keys[stops[1]], True, found["vehicle"], 8),
    ]
