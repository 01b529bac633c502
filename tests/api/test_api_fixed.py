"""What a dispatcher fixes of a day: who goes to a bin, and behind which one; before the shift and in mid-shift."""

from datetime import UTC, datetime, time, timedelta

import httpx
import pytest
from page_reading import read
from small_fleet import Run, drafts, visits

from hereabouts_schemas.times import LONDON

TODAY = datetime.now(LONDON).date()
SIX = datetime.combine(TODAY, time(6), LONDON).astimezone(UTC)
FIXED = {"kind": "manual", "says": "As agreed.", "day": TODAY.isoformat()}


@pytest.fixture(scope="module", autouse=True)
def site(di: httpx.Client, town) -> None:
    town.place("site", "bin_site", lon=-1.51, lat=53.81)


def ask(di: httpx.Client, place: str, **fixed: str) -> httpx.Response:
    return di.post(f"/v1/bins/{place}/requests", json={**FIXED, **fixed})


def rounds(di: httpx.Client) -> dict[str, list[str]]:
    """Vehicle -> the bins of its round that stands, in order."""
    found = di.get("/v1/rounds?state=published").json()["items"]
    views = (di.get(f"/v1/rounds/{one['id']}").json() for one in found)
    return {view["vehicle"]: [stop["key"] for stop in visits(view)] for view in views}


@pytest.mark.parametrize(
    ("place", "asked", "field"),
    [
        ("b1", {**FIXED, "vehicle": "v9"}, "vehicle"),
        ("b1", {**FIXED, "vehicle": "v1", "kind": "report"}, "vehicle"),
        ("b1", {**FIXED, "vehicle": "v1", "day": None}, "day"),
        ("b1", {**FIXED, "after": "b1"}, "after"),
        ("b1", {**FIXED, "after": "site"}, "after"),
        ("b1", {**FIXED, "after": "no such bin"}, "after"),
        ("site", {**FIXED, "after": "b1"}, "place"),
        ("site", {**FIXED, "vehicle": "v1"}, "place"),
    ],
)
def test_what_cannot_be_fixed_is_refused_by_its_field(
    di: httpx.Client, place: str, asked: dict[str, str | None], field: str
) -> None:
    answer = di.post(f"/v1/bins/{place}/requests", json=asked)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field), answer.text
    assert di.get("/v1/bins/requests").json()["items"] == []


def test_the_page_says_what_is_missing_and_takes_it(di: httpx.Client) -> None:
    given = {"key": "k1", "place": "b0", "says": "The new lift.", "kind": "manual", "vehicle": "v2"}
    page = read(di.post("/rounds/requests", data=given), 400)
    assert "Say on which day" in page.said()
    offered = {one["value"] for one in page.all("option")}
    assert {"v1", "v2"} <= offered, "before the day is planned"
    assert {"v2"} == {one["value"] for one in page.all("input") if one.get("id") == "ask-vehicle"}
    assert di.post("/rounds/requests", data={**given, "day": TODAY.isoformat()}).status_code == 303
    assert ", by v2 only" in read(di.get("/rounds")).said()


def test_vehicle_and_order_hold_in_the_plan_of_the_day_and_in_mid_shift(di: httpx.Client, run: Run) -> None:
    assert ask(di, "b1", vehicle="v1").status_code == 201
    assert ask(di, "b3", after="b5").status_code == 201
    assert [(one["vehicle"], one["after"]) for one in di.get("/v1/bins/requests").json()["items"]] == [
        ("v2", None), ("v1", None), (None, "b5"),
    ]  # fmt: skip
    assert run("plan", SIX - timedelta(hours=1))["plans"] == 1
    before = rounds(di)
    assert sorted(before["v1"] + before["v2"]) == [f"b{n}" for n in range(6)]
    assert "b0" in before["v2"]
    assert "b1" in before["v1"]
    (order,) = (one for one in before.values() if "b3" in one)
    assert order.index("b3") == order.index("b5") + 1

    now = SIX + timedelta(minutes=5)
    longer = max(before, key=lambda vehicle: len(before[vehicle]))
    other = ({"v1", "v2"} - {longer}).pop()
    late = before[longer][2]  # right after the next two, or fixed to come right after the second of them
    assert run("replan", now)["drafts"] == 0
    assert ask(di, before[longer][0], vehicle=other).status_code == 201
    assert run("replan", now)["drafts"] == 0, "the crew is on its way there"
    assert ask(di, late, vehicle=other).status_code == 201
    assert run("replan", now)["drafts"] == 1
    (draft,) = drafts(di)
    assert [(one["kind"], one["about"]) for one in draft["reasons"]] == [("fixed", late)]
    assert di.post(f"/v1/plans/{draft['id']}/publish").status_code == 200
    after = rounds(di)
    assert late in after[other]
    assert after[longer][0] == before[longer][0]
    assert run("replan", now)["drafts"] == 0
