"""Shifts over the two nights of the year in which clocks change: planned, planned again, and shown."""

from datetime import datetime, timedelta

import httpx
import pytest
from page_reading import read
from small_fleet import Run, add_bin, visits

from hereabouts_schemas.times import LONDON


@pytest.fixture(scope="module", autouse=True)
def at_night(di: httpx.Client, town) -> None:
    town.connection.execute("UPDATE crew SET shift_from = '23:30', shift_to = '05:00'")


@pytest.mark.parametrize(
    ("begins", "hours"),
    [("2026-10-24T23:30", 6.5), ("2026-10-25T23:30", 5.5), ("2027-03-27T23:30", 4.5)],
    ids=["back", "the next night", "forward"],
)
def test_a_night_shift_has_the_hours_that_the_night_has(
    di: httpx.Client, run: Run, town, begins: str, hours: float
) -> None:
    leaves = datetime.fromisoformat(begins).replace(tzinfo=LONDON)
    day = leaves.date().isoformat()
    assert run("plan", leaves - timedelta(minutes=30))["plans"] == 1
    (plan,) = di.get(f"/v1/plans?day={day}").json()["items"]
    shifts = [one["shift"] for one in di.get(f"/v1/plans/{plan['id']}").json()["work"]["vehicles"]]
    lasts = [datetime.fromisoformat(one["to_at"]) - datetime.fromisoformat(one["from_at"]) for one in shifts]
    assert lasts == [timedelta(hours=hours)] * 2
    rounds = di.get(f"/v1/rounds?day={day}").json()["items"]
    views = [di.get(f"/v1/rounds/{one['id']}").json() for one in rounds]
    assert sorted(stop["key"] for view in views for stop in visits(view))[:6] == [f"b{n}" for n in range(6)]
    assert all(datetime.fromisoformat(view["ends_at"]).astimezone(LONDON).hour < 5 for view in views)
    assert "23:" in read(di.get(f"/rounds?day={day}")).said()
    assert "by Hereabouts itself; published" in read(di.get(f"/rounds/versions/{plan['id']}")).said()

    name = f"fair-{day}"
    add_bin(town, name, -1.52)
    assert di.post(f"/v1/bins/{name}/requests", json={"kind": "report", "says": "Bags."}).status_code == 201
    assert run("replan", leaves + timedelta(minutes=5))["drafts"] == 1
