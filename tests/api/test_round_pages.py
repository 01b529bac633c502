"""The pages of rounds: a dispatcher's day, a crew's sheet worked by its buttons, and who sees which of them."""

from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from made_plan import made_plan
from page_reading import Page, read
from people import Client
from waste_people import Release

from hereabouts_api.pages.round_changes import say_changes
from hereabouts_api.plan_changes import Changes
from hereabouts_platform.planning.difference import difference
from hereabouts_schemas.access import Role
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.trouble import Trouble, TroubleKind
from hereabouts_schemas.work import Approach, RoundPlan, Window

TODAY = datetime.now(LONDON).date()


def first_plan() -> RoundPlan:
    """As made, with a must that is left, a window, and the side of the street; without a home."""
    made = made_plan(TODAY, on_van="b3")
    begins = made.rounds[0].stops[1].begins_at
    windows = (Window(from_at=begins, to_at=begins + timedelta(hours=2)),)
    market, park, lane, van = made.work.visits
    lane = replace(lane, id="lane/2", must=True, prize_p=0)
    visits = (replace(market, windows=windows, approach=Approach.CURB), park, lane, van)
    left = tuple(replace(one, visit="lane/2", says="No time in any shift.", unmet=True) for one in made.left)
    return replace(made, work=replace(made.work, visits=visits), left=left, roads="great_circle", attribution="")


def hrefs(page: Page) -> list[str]:
    return [str(one["href"]) for one in page.all("a")]


def sheet_of(somebody: httpx.Client, vehicle: str = "v1") -> str:
    found = somebody.get("/v1/rounds", params={"vehicle": vehicle}).json()["items"]
    return f"/rounds/{found[0]['id']}"


def form(page: Page) -> dict[str, str]:
    """The hidden fields of the form on a sheet."""
    return {str(one["name"]): str(one["value"]) for one in page.all("input") if one.get("type") == "hidden"}


def test_without_a_plan_the_page_says_what_to_do(dispatcher: httpx.Client, red: httpx.Client, release) -> None:
    page = read(dispatcher.get("/rounds"))
    assert f"hereabouts rounds plan --date {TODAY.isoformat()} --depot yard" in page.said()
    assert "ask your dispatcher" in read(red.get("/rounds")).said()
    assert read(dispatcher.get("/rounds?day=&depot=")).title == page.title
    assert "is no round 77" in read(dispatcher.get("/rounds/77"), 404).said()


def test_a_dispatcher_sees_the_day_and_what_had_to_be_done_and_is_not(
    dispatcher: httpx.Client, release: Release
) -> None:
    release(first_plan())
    page = read(dispatcher.get("/rounds"))
    said = page.said()
    assert "0 of 3 visits reported, 2 rounds. 1 left for another day." in said
    assert "1 that had to be done is in no round." in said
    assert said.index("Had to be done") < said.index("No time in any shift.")
    assert "One in ten such bins has overflowed by" in said
    assert "No map of roads: great circle." in said
    assert "1,600 litres of general, about 160 kg." in said
    assert "/rounds" in hrefs(page)
    assert not {"/homes", "/devices", "/sources"} & set(hrefs(page))
    assert "first of its day" in read(dispatcher.get("/rounds/versions/1")).said()
    assert "There is no plan of this day" in read(dispatcher.get("/rounds?day=2020-02-29")).said()


def test_others_see_as_much_as_the_api_shows_them(client: Client, red: httpx.Client, nobody: httpx.Client) -> None:
    path = sheet_of(red)
    blue, officer = client("tablet blue", Role.WASTE_CREW, "blue"), client("Ann", Role.HOUSING_MANAGER)
    reader = client("Ron", Role.READER)
    sheets = [href for href in hrefs(read(red.get("/rounds"))) if href[8:].isdigit()]
    assert sheets == [path]
    assert "Van" not in read(red.get("/rounds")).said()
    read(blue.get(path), 404)
    for address in ("/rounds", path):
        assert read(officer.get(address), 403).title.startswith("This key may not do that")
        assert nobody.get(address).headers["location"].startswith("/sign-in?next=/rounds")
    assert "/rounds" not in hrefs(read(officer.get("/homes")))
    shown = read(reader.get(path))
    assert shown.all("textarea") == []
    assert "/rounds" in hrefs(read(reader.get("/")))
    told = {"key": "k", "stop": "1", "kind": "emptied"}
    assert reader.post(f"{path}/outcomes", data=told).status_code == 403
    assert blue.post(f"{path}/outcomes", data=told).status_code == 404


def test_a_crew_that_signs_in_begins_at_its_rounds(address: str, red: httpx.Client) -> None:
    key = red.headers["authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=address) as phone:
        assert phone.post("/sign-in", data={"key": key}).headers["location"] == "/rounds"
        page = read(phone.get("/rounds"))
        assert {"/rounds"} == {href for href in hrefs(page) if href in ("/", "/homes", "/rounds")}


def test_a_crew_works_its_sheet_by_its_buttons(red: httpx.Client, dispatcher: httpx.Client) -> None:
    path = sheet_of(red)
    page = read(red.get(path))
    said = page.said()
    assert "Leave Yard" in said
    assert "Next: stop 1 of 2 Market" in said
    assert "Market is 90 % full." in said
    assert "Only from" in said
    assert "lies on your left" in said
    assert "geo:53.810000,-1.510000?q=53.810000,-1.510000(Market)" in hrefs(page)
    assert {one["value"] for one in page.all("button") if one.get("name") == "kind"} == {
        "emptied", "overflowing_emptied", "not_full", "overflowing", "contaminated", "blocked", "damaged", "missing",
        "hazard", "other",
    }  # fmt: skip
    for kind in ("gpx", "csv"):
        assert red.get(f"/v1{path}?f={kind}").status_code == 200

    given = {**form(page), "kind": "other", "note": " \r\n"}
    refused = read(red.post(f"{path}/outcomes", data=given), 400)
    assert "Not recorded. Say in a note what it is" in refused.said()
    given = {**form(refused), "kind": "blocked", "note": "A car <b>."}
    for _ in range(2):  # pressed twice
        answer = red.post(f"{path}/outcomes", data=given)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=1")
    page = read(red.get(answer.headers["location"]))
    assert "Recorded: Market, Blocked" in page.said()
    assert "Next: stop 2 of 2 Park" in page.said()
    assert "Leave Yard" not in page.said()
    assert "Blocked, " in page.said()
    assert "“A car <b>.”" in page.said()
    visit = red.get("/v1/visits").json()["items"]
    (number,) = (one["id"] for one in visit if one["key"] == "b1")
    assert len(red.get(f"/v1/visits/{number}").json()["outcomes"]) == 1
    assert "kept already" in read(red.post(f"{path}/outcomes", data={**given, "kind": "emptied"}), 409).said()

    again = read(red.get(f"{path}?stop=1"))
    assert "Reported at" in again.said()
    assert "Back to the next stop" in again.said()
    for stop in ("1", "2"):
        page = read(red.get(f"{path}?stop={stop}"))
        assert red.post(f"{path}/outcomes", data={**form(page), "kind": "emptied"}).status_code == 303
    assert "Every visit of this round is reported." in read(red.get(path)).said()
    day = read(dispatcher.get("/rounds")).said()
    assert "2 of 3 visits reported" in day
    assert "All reported 2 of 2 reported" in day


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [({"stop": "0"}, 400, "no visit of this round"), ({"kind": "eaten"}, 400, "Press one of the buttons"),
     ({"note": "n" * 2001}, 400, "at most 2,000"), ({"key": ""}, 400, "Load the page again")],
)  # fmt: skip
def test_a_form_that_cannot_be_kept_says_why(red: httpx.Client, changed: dict, status: int, says: str) -> None:
    given = {"key": "one", "stop": "1", "kind": "emptied", **changed}
    assert says in read(red.post(f"{sheet_of(red)}/outcomes", data=given), status).said()


def test_a_bin_is_asked_for_and_stays_on_the_page_until_a_crew_was_there(
    dispatcher: httpx.Client, red: httpx.Client
) -> None:
    page = read(dispatcher.get("/rounds?bin=b3"))
    (place,) = (one for one in page.all("input") if one.get("name") == "place")
    assert place["value"] == "b3"
    given = {**form(page), "place": " b3 ", "says": "Fair on the green.", "kind": "manual", "day": ""}
    for wrong, status, says in (
        ({"place": "b99"}, 404, "There is no bin"),
        ({"place": ""}, 400, "Which bin?"),
        ({"says": " "}, 400, "Say in a sentence"),
        ({"day": "soon"}, 400, "Give a day"),
        ({"day": "2020-02-29"}, 400, "Give a day from"),
        ({"day": "9999-12-31"}, 400, "at most a year ahead"),
        ({"kind": "no"}, 400, "Choose one"),
    ):
        shown = read(dispatcher.post("/rounds/requests", data={**given, **wrong}), status)
        assert says in shown.said()
    assert red.post("/rounds/requests", data={**given, "key": "r"}).status_code == 403
    for _ in range(2):
        answer = dispatcher.post("/rounds/requests?depot=yard", data=given)
        assert (answer.status_code, answer.headers["location"]) == (303, "/rounds?depot=yard&asked=yes")
    said = read(dispatcher.get(answer.headers["location"])).said()
    assert "Asked for. The next plan takes it in" in said
    assert said.count("Lane Fair on the green.") == 1
    told = {**given, "says": "Bags beside it.", "kind": "report", "key": "r"}
    assert red.post("/rounds/requests", data=told).status_code == 303
    seen = read(red.get("/rounds"))
    assert "Bags beside it." in seen.said(), "it told us so itself"
    assert "Fair on the green." not in seen.said(), "the bin is on another's round"
    assert not any("withdrawal" in str(one["action"]) for one in seen.all("form"))
    path = [
        str(one["action"]) for one in read(dispatcher.get("/rounds")).all("form") if "/withdrawal" in str(one["action"])
    ][-1]
    why = {"key": "w", "says": " It went with the fair. "}
    assert red.post(path, data=why).status_code == 403
    refused = read(dispatcher.post(path, data={**why, "says": ""}), 400)
    assert "Not withdrawn. Say in a sentence why." in refused.said()
    answer = dispatcher.post(path, data=why)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/rounds?{path.partition('?')[2]}&withdrawn=yes")
    said = read(dispatcher.get(answer.headers["location"])).said()
    assert "Withdrawn. No plan takes it in any more" in said
    assert "A round that has the stop already keeps it, also when it is planned again in mid-shift" in said
    assert "Bags beside it." not in said
    assert read(dispatcher.post(path, data={**why, "says": "Another reason."}), 409)


def test_a_new_version_shows_its_difference_and_the_old_sheet_leads_to_it(
    dispatcher: httpx.Client, red: httpx.Client, release: Release
) -> None:
    old = sheet_of(red)
    plan = made_plan(TODAY, on_van="b2")
    market, _, lane, van = plan.work.visits
    first, second = plan.rounds
    newer = replace(
        plan,
        work=replace(plan.work, visits=(market, lane, van)),
        rounds=(replace(first, stops=(*first.stops[:2], first.stops[3])), second),
    )
    number = release(newer)
    said = read(dispatcher.get(f"/rounds/versions/{number}")).said()
    assert "What it changes of version 1" in said
    assert "To another vehicle: 1 Van's: from RCV 1 to Van" in said
    assert "In no round any more: 1 Lane, which was with Van: Half full." in said
    assert "1.0 km less driven" in said
    page = read(red.get(old))
    assert "This round does not stand any more." in page.said()
    assert page.all("textarea") == []
    assert sheet_of(red) in hrefs(page)
    page = read(dispatcher.get("/rounds"))
    assert "© OpenStreetMap contributors, ODbL" in page.said()
    assert "great circle" not in page.said()
    assert "https://www.openstreetmap.org/copyright" in hrefs(page)


def test_what_nobody_can_do_any_more_is_told_apart_from_what_can_wait() -> None:
    old = first_plan()
    gone = [replace(old.left[0], visit="b2", says="It can wait."), replace(old.left[0], visit="b3", says="Van is out.")]
    new = replace(
        old,
        rounds=(replace(old.rounds[0], stops=(*old.rounds[0].stops[:2], old.rounds[0].stops[3])),),
        left=(*old.left, replace(gone[0], unmet=False), gone[1]),
    )
    said = say_changes(Changes(this={}, old={}, plans=(old, new), difference=difference(old, new)))
    assert said["unmet"] == [("Van's", "Van", "Van is out.")]
    assert said["dropped"] == [("Park", "RCV 1", "It can wait.")]


def test_whose_homes_are_on_a_round_or_left_goes_to_the_audit(
    admin: httpx.Client, dispatcher: httpx.Client, release: Release, town
) -> None:
    number = release(made_plan(TODAY))
    read(admin.get(f"/rounds/versions/{number}"))
    assert town.audit()[-1][3] == {"what": "version", "homes": ["h1"]}
    assert "so they are not compared here" not in read(admin.get(f"/rounds/versions/{number}")).said()
    read(admin.get("/rounds"))
    assert town.audit()[-1][3] == {"what": "rounds page", "homes": ["h1"]}
    assert "Van's" not in read(dispatcher.get("/rounds")).said()


def test_a_map_that_only_some_vehicles_have_is_said(
    dispatcher: httpx.Client, red: httpx.Client, release: Release
) -> None:
    number = release(replace(made_plan(TODAY, on_van="b2"), roads="great_circle, osrm"))
    for page in (dispatcher.get("/rounds"), dispatcher.get(f"/rounds/versions/{number}"), red.get(sheet_of(red))):
        said = read(page).said()
        assert "No map of roads for some of the vehicles: great circle." in said
        assert "On the roads of a map, by OSRM." in said
        assert "great_circle" not in said


def test_what_has_to_be_looked_at_is_told_to_dispatchers_and_of_homes_to_who_may_see_them(
    admin: httpx.Client,
    dispatcher: httpx.Client,
    client: Client,
    release: Release,
    town,
) -> None:
    red = client("tablet red", Role.WASTE_CREW, "red")
    troubles = (
        Trouble(kind=TroubleKind.NO_MAP, about="van", says="There is no map for van."),
        Trouble(kind=TroubleKind.FAR, about="h1", says="Flat 1 (h1) lies 40 m away."),
        Trouble(kind=TroubleKind.FAR, about="b1", says="Market (b1) lies 30 m away."),
        Trouble(kind=TroubleKind.FAR, about="", says="And 37 more.", count=37),
    )
    number = release(replace(made_plan(TODAY), roads="great_circle, osrm", troubles=troubles))

    def told(somebody: httpx.Client) -> list[dict] | None:
        found = next(one for one in somebody.get("/v1/plans").json()["items"] if one["id"] == number)
        return found["troubles"]

    assert [(one["about"], one["home"]) for one in told(admin) or ()] == [
        ("van", None), ("h1", "h1"), ("b1", None), ("", None)
    ]  # fmt: skip
    assert town.audit()[-1][3] == {"what": "to be looked at", "homes": ["h1"]}
    assert [one["about"] for one in told(dispatcher) or ()] == ["van", "b1", ""]
    assert "Look at lon and lat" in (told(dispatcher) or [])[1]["cure"]
    assert told(red) is None
    assert [one["about"] for one in admin.get(f"/v1/plans/{number}").json()["troubles"]] == ["van", "h1", "b1", ""]
    assert dispatcher.get(f"/v1/plans/{number}").status_code == 404, "it leads to a home"

    for path in ("/rounds", f"/rounds/versions/{number}"):
        said = read(dispatcher.get(path)).said()
        assert "To be looked at: 39 No map of roads: 1. Bring one in: hereabouts roads import." in said
        assert "Far from any street: 38. It is taken to the nearest street" in said
        assert "Market (b1) lies 30 m away. And 37 more." in said
        assert "Flat 1" not in said
        assert "To be looked at: 40" in read(admin.get(path)).said()
        for other in (red, client("Ron", Role.READER)):
            assert "To be looked at" not in read(other.get(path)).said()
    sheet = read(red.get(sheet_of(red))).said()
    assert "No map of roads for van: great circle." in sheet
    assert admin.get("/v1/rounds?vehicle=v1").json()["items"][0]["no_map"] == ["van"]
    assert "van" in admin.get("/v1/rounds?f=csv").text.splitlines()[1].split(",")
