"""A shift goes wrong: the job makes a draft, a dispatcher publishes it, the crew takes it; and what is in between."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import httpx
import pytest
from page_reading import Page, read
from people import clients
from small_fleet import Run, add_bin, drafts, put_fleet, visits

from hereabouts_schemas.access import Role
from hereabouts_schemas.times import LONDON


@pytest.fixture(scope="module")
def six() -> datetime:
    """When the shifts of yesterday began: all of that day is over, and a crew may still see it."""
    yesterday = datetime.now(LONDON).date() - timedelta(days=1)
    return datetime.combine(yesterday, time(6), LONDON).astimezone(UTC)


@pytest.fixture(scope="module")
def people(database_url: str, address: str, town, six: datetime, run: Run) -> Iterator[dict[str, httpx.Client]]:
    """A dispatcher and two tablets, once six bins that each take 45 minutes are planned for two vehicles."""
    put_fleet(town)
    assert run("plan", six - timedelta(hours=1))["plans"] == 1
    town.connection.execute("UPDATE crew SET shift_to = '13:00' WHERE id = 'blue'")  # it can stay longer
    roles = {"di": (Role.WASTE_MANAGER, ()), "red": (Role.WASTE_CREW, ("red",)), "blue": (Role.WASTE_CREW, ("blue",))}
    with clients(database_url, address) as make:
        yield {name: make(name, role, *crews) for name, (role, crews) in roles.items()}


def sheet(somebody: httpx.Client) -> dict:
    (found,) = somebody.get("/v1/rounds").json()["items"]
    return somebody.get(f"/v1/rounds/{found['id']}").json()


def tell(somebody: httpx.Client, stop: dict, kind: str) -> None:
    told = {"client_id": f"{stop['visit']}/{kind}", "kind": kind, "at": stop["leaves_at"]}
    assert somebody.post(f"/v1/visits/{stop['visit']}/outcomes", json=told).status_code == 201


def keys(page: Page) -> dict[str, str]:
    return {"key": next(str(one["value"]) for one in page.all("input") if one.get("name") == "key")}


def test_a_shift_goes_wrong_and_is_planned_again(
    people: dict[str, httpx.Client], run: Run, six: datetime, town
) -> None:
    di, red, blue = people["di"], people["red"], people["blue"]
    first, other = visits(sheet(red)), visits(sheet(blue))
    assert len(first) + len(other) == 6
    assert min(len(first), len(other)) >= 2
    tell(blue, other[0], "emptied")
    tell(red, first[0], "blocked")
    now = six + timedelta(minutes=75)
    assert run("replan", now) == {"under_way": 1, "drafts": 0, "withdrawn": 0}

    since = now.isoformat()
    out = {"says": "Gearbox.", "from_at": since}
    assert red.post("/v1/vehicles/v1/outage", json=out).status_code == 403
    assert di.post("/v1/vehicles/v99/outage", json=out).status_code == 404
    assert [di.post("/v1/vehicles/v1/outage", json=out).status_code for _ in range(2)] == [201, 200]
    add_bin(town, "fair", -1.52)
    asked = {"kind": "report", "says": "Bags beside it."}
    assert di.post("/v1/bins/fair/requests", json=asked).status_code == 201
    assert run("replan", now + timedelta(minutes=5))["drafts"] == 1
    assert run("replan", now + timedelta(minutes=10))["drafts"] == 0, "the same reasons"
    (draft,) = drafts(di)
    assert {(one["kind"], one["about"]) for one in draft["reasons"]} == {("out", "v1"), ("must", "fair")}
    changes = di.get(f"/v1/plans/{draft['id']}/changes").json()
    moved = [one["visit"] for one in changes["visits"] if one["was"] == "v1"]
    assert first[0]["key"] not in moved, "somebody was there"
    assert set(moved) == {stop["key"] for stop in first[1:]}
    page = read(di.get(f"/rounds?day={draft['day']}"))
    assert "A new plan is ready" in page.said()
    assert "RCV 1 is out of service since" in page.said()
    assert "Gearbox." in page.said()
    assert red.post(f"/v1/plans/{draft['id']}/publish").status_code == 403

    late = first[1]
    tell(red, late, "emptied")  # its tablet had no signal
    refused = di.post(f"/v1/plans/{draft['id']}/publish")
    assert (refused.status_code, "was reported on since" in refused.text) == (409, True)
    shown = read(di.post(f"/rounds/versions/{draft['id']}/publish", data=keys(page)), 409)
    assert "Not done. Too late for this draft" in shown.said()
    assert run("replan", now + timedelta(minutes=15))["drafts"] == 1
    (newer,) = drafts(di)
    states = {one["id"]: one["state"] for one in di.get("/v1/plans").json()["items"]}
    assert (states[draft["id"]], newer["id"] > draft["id"]) == ("discarded", True)
    published = di.post(f"/v1/plans/{newer['id']}/publish")
    assert (published.status_code, published.json()["state"]) == (200, "published"), published.text
    assert di.post(f"/v1/plans/{newer['id']}/publish").status_code == 409
    assert [one[3]["plan"] for one in town.audit() if "plan" in one[3]][-1] == newer["id"]

    after = sheet(red)
    assert [stop["key"] for stop in visits(after)] == [first[0]["key"], late["key"]]
    assert all(stop["done"] for stop in visits(after))
    assert run("replan", now + timedelta(minutes=20)) == {"under_way": 1, "drafts": 0, "withdrawn": 0}


def test_the_crew_is_told_and_takes_it(people: dict[str, httpx.Client], six: datetime) -> None:
    di, blue = people["di"], people["blue"]
    view = sheet(blue)
    assert (view["changed"], view["accepted_at"]) == (True, None)
    page = read(blue.get(f"/rounds/{view['id']}"))
    assert "Your round has changed See what" in page.said()
    assert "Seen, I take it" in page.said()
    day = f"/rounds?day={six.astimezone(LONDON).date().isoformat()}"
    assert "Change not taken yet" in read(di.get(day)).said()
    assert people["red"].post(f"/v1/rounds/{view['id']}/acceptance").status_code == 404
    assert blue.post(f"/rounds/{view['id']}/acceptance", data=keys(page)).status_code == 303
    assert blue.post(f"/v1/rounds/{view['id']}/acceptance").json() == {"again": True}
    assert "Taken by blue" in read(blue.get(f"/rounds/{view['id']}")).said()
    assert "The change is taken: blue" in read(di.get(day)).said()


def test_a_discarded_draft_is_not_made_again_and_a_vehicle_comes_back(
    people: dict[str, httpx.Client], run: Run, six: datetime, town
) -> None:
    di, now = people["di"], six + timedelta(minutes=110)
    add_bin(town, "green", -1.53)
    assert di.post("/v1/bins/green/requests", json={"kind": "manual", "says": "Fête."}).status_code == 201
    assert run("replan", now)["drafts"] == 1
    (draft,) = drafts(di)
    day = f"day={draft['day']}"
    page = read(di.get(f"/rounds?{day}"))
    answer = di.post(f"/rounds/versions/{draft['id']}/discard", data=keys(page))
    assert (answer.status_code, answer.headers["location"].endswith("told=discarded")) == (303, True)
    assert "The draft is discarded." in read(di.get(answer.headers["location"])).said()
    assert run("replan", now + timedelta(minutes=5))["drafts"] == 0
    assert "Say in a sentence why" in read(di.post(f"/rounds/vehicles/v2/out?{day}", data=keys(page)), 400).said()
    assert di.post(f"/rounds/vehicles/v1/back?{day}", data=keys(page)).status_code == 303
    assert di.delete("/v1/vehicles/v1/outage").json() == {"again": True}
    assert [one["outage"] for one in di.get("/v1/vehicles").json()["items"]] == [None, None]
