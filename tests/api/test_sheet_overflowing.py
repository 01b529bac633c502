"""A crew's pages where its day is not the plain one: a bin that overflows, no stops, what is left, past midnight."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from made_plan import made_plan
from page_reading import Page, read
from people import Client
from waste_people import Release

from hereabouts_schemas.access import Role
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.work import Round, RoundPlan

pytestmark = pytest.mark.one_engine

TODAY = datetime.now(LONDON).date()
HOUR = timedelta(hours=1)


def with_first(plan: RoundPlan, first: Round) -> RoundPlan:
    return replace(plan, rounds=(first, *plan.rounds[1:]))


def sheet_of(crew: httpx.Client) -> str:
    return f"/rounds/{crew.get('/v1/rounds', params={'day': TODAY.isoformat()}).json()['items'][0]['id']}"


def hidden(page: Page) -> dict[str, str]:
    return {str(one["name"]): str(one["value"]) for one in page.all("input") if one.get("type") == "hidden"}


def told_of(crew: httpx.Client, key: str) -> list[dict]:
    """What was reported on a visit, in order of time."""
    (number,) = (one["id"] for one in crew.get("/v1/visits").json()["items"] if one["key"] == key)
    return crew.get(f"/v1/visits/{number}").json()["outcomes"]


def test_one_press_tells_that_a_bin_overflowed_and_then_that_it_is_emptied(red: httpx.Client, release: Release) -> None:
    release(made_plan(TODAY))
    path = sheet_of(red)
    page = read(red.get(path))
    assert "Overflowing, emptied Not full, left Overflowing, not emptied" in page.said()
    given = {**hidden(page), "kind": "overflowing_emptied", "note": "Bags beside it."}
    for _ in range(2):  # pressed twice
        answer = red.post(f"{path}/outcomes", data=given)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=1")
    page = read(red.get(answer.headers["location"]))
    assert "Recorded: Market, Overflowing, emptied, " in page.said()
    assert "Next: stop 2 of 2 Park" in page.said()
    told = told_of(red, "b1")
    assert [(one["kind"], one["note"]) for one in told] == [("overflowing", None), ("emptied", "Bags beside it.")]
    found, emptied = (datetime.fromisoformat(one["at"]) for one in told)
    assert emptied - found == timedelta(seconds=1), "also in whole seconds the later one counts"
    assert told[0]["id"] < told[1]["id"]
    assert red.get(f"/v1{path}").json()["stops"][1]["outcome"]["kind"] == "emptied"
    read(red.post(f"{path}/outcomes", data={**given, "kind": "blocked"}), 409)


def test_a_page_that_said_not_emptied_tells_neither_of_both(red: httpx.Client) -> None:
    path = sheet_of(red)
    given = {**hidden(read(red.get(path))), "kind": "overflowing"}
    answer = red.post(f"{path}/outcomes", data=given)
    assert "Recorded: Park, Overflowing, not emptied, " in read(red.get(answer.headers["location"])).said()
    refused = read(red.post(f"{path}/outcomes", data={**given, "kind": "overflowing_emptied"}), 409)
    assert "kept already" in refused.said()
    assert [one["kind"] for one in told_of(red, "b2")] == ["overflowing"]
    again = {**hidden(read(red.get(f"{path}?stop=2"))), "kind": "emptied"}
    red.post(f"{path}/outcomes", data=again)
    assert [one["kind"] for one in told_of(red, "b2")] == ["overflowing", "emptied"]


def test_what_is_left_is_said_to_those_alone_who_may_see_it(
    client: Client, dispatcher: httpx.Client, red: httpx.Client, release: Release
) -> None:
    plan = made_plan(TODAY)
    stops = plan.rounds[0].stops
    left = (*plan.left, replace(plan.left[0], visit="b2"))
    release(with_first(replace(plan, left=left), replace(plan.rounds[0], stops=(*stops[:2], stops[3]))))
    for somebody in (dispatcher, client("Ron", Role.READER)):
        said = read(somebody.get("/rounds")).said()
        assert "2 left for another day" in said
        assert "Lane" in said
    said = read(red.get("/rounds")).said()
    assert "eft for another day" not in said, "it would see those alone that it once had"
    assert "Nothing is left" not in said


def test_a_round_without_stops_is_not_called_reported(
    dispatcher: httpx.Client, red: httpx.Client, release: Release
) -> None:
    plan = made_plan(TODAY)
    stops = plan.rounds[0].stops
    release(with_first(plan, replace(plan.rounds[0], stops=(stops[0], stops[-1]))))
    for somebody in (dispatcher, red):
        page = read(somebody.get("/rounds"))
        assert "No stops, 1 round." in page.said()
        assert "RCV 1, crew red No stops" in page.said()
        assert "0 of 0" not in page.said()
        assert page.all("progress") == []
    said = read(red.get(sheet_of(red))).said()
    assert "No stops" in said
    assert "This round has no stops left." in said
    assert "All reported" not in said


def running(day: date, begins_at: datetime) -> RoundPlan:
    """A plan of a day whose first round begins at an instant and takes two hours."""
    plan = made_plan(day)
    start, *between, end = plan.rounds[0].stops
    by = begins_at - start.begins_at
    moved = [
        replace(one, arrives_at=one.arrives_at + by, begins_at=one.begins_at + by, leaves_at=one.leaves_at + by)
        for one in (start, *between)
    ]
    home = begins_at + 2 * HOUR
    last = replace(end, arrives_at=home, begins_at=home, leaves_at=home)
    return with_first(plan, replace(plan.rounds[0], stops=(*moved, last)))


def test_past_midnight_a_crew_finds_the_round_that_it_is_on(
    dispatcher: httpx.Client, red: httpx.Client, release: Release
) -> None:
    now, before = datetime.now(UTC).replace(microsecond=0), TODAY - timedelta(days=1)

    def day_of(somebody: httpx.Client, path: str = "/rounds") -> str:
        return read(somebody.get(path)).title.split(", ")[0]

    said, said_before = (f"Rounds of {day.day} {day:%B %Y}" for day in (TODAY, before))
    release(running(TODAY, now + 3 * HOUR))
    release(running(before, now - 3 * HOUR))
    assert day_of(red) == said, "yesterday's is over"
    release(running(before, now - HOUR))
    assert day_of(red) == said_before
    assert day_of(red, "/rounds?depot=yard") == said_before
    assert day_of(dispatcher) == said
    links = [str(one["href"]) for one in read(red.get("/rounds")).all("a") if "rel" not in one]
    assert day_of(red, next(link for link in links if f"day={TODAY}" in link)) == said
    release(running(TODAY, now - HOUR / 2))
    assert day_of(red) == said, "it has set out anew"
