"""Photos of visits and requests for them, over the API and on the pages, and bins found by what people call them."""

from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest
from made_plan import made_plan, published, put_places
from page_reading import Page, read
from people import Client, clients

from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.plans import keep_draft, publish
from hereabouts_platform.store.visit_requests import open_requests
from hereabouts_schemas.access import Role
from hereabouts_schemas.times import LONDON

TODAY = datetime.now(LONDON).date()
PICTURE = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0picture\xff\xd9"
SENT = b"\xff\xd8\xff\xe1\0\x0dhttp: 53.8N" + PICTURE
KEPT = b"\xff\xd8" + PICTURE
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture(scope="module")
def client(database_url: str, address: str, town) -> Iterator[Client]:
    """Makes somebody with a role (and crews), on a day of which a plan with a home stands, and gives their client."""
    put_places(town.connection)
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        by = principal_named(jobs, "system:jobs")
        with acting(jobs, by.id):
            publish(jobs, by, keep_draft(jobs, by, published(made_plan(TODAY)), "yard").id, lambda _: [])
    with clients(database_url, address) as make:
        yield make


@pytest.fixture(scope="module")
def red(client: Client) -> httpx.Client:
    return client("tablet red", Role.WASTE_CREW, "red")


def hrefs(page: Page) -> list[str]:
    return [str(one["href"]) for one in page.all("a")]


def visits_of(somebody: httpx.Client) -> dict[str, int]:
    return {one["key"]: one["id"] for one in somebody.get("/v1/visits").json()["items"]}


def test_a_photo_is_kept_once_without_where_it_was_taken(client: Client, red: httpx.Client, town) -> None:
    dispatcher, blue = client("Di", Role.WASTE_MANAGER), client("tablet blue", Role.WASTE_CREW, "blue")
    number = visits_of(red)["b1"]
    path = f"/v1/visits/{number}/photos"
    made = red.post(path, params={"client_id": "p/1"}, content=SENT, headers=JPEG)
    assert (made.status_code, made.json()["again"]) == (201, False)
    again = red.post(path, params={"client_id": "p/1"}, content=SENT, headers=JPEG)
    assert (again.status_code, again.json()) == (200, {"id": made.json()["id"], "again": True})
    for params, content, headers, field in (
        ({"client_id": "p/1"}, KEPT.replace(b"picture", b"another"), JPEG, "client_id"),
        ({"client_id": "p/2"}, b"<script>", JPEG, "Content-Type"),
        ({"client_id": "p/2"}, b"%PDF-", {"Content-Type": "application/pdf"}, "Content-Type"),
        ({"client_id": "p/2"}, SENT[:-2], JPEG, "body"),
        ({"client_id": "p/2", "at": "2999-01-01T00:00:00Z"}, SENT, JPEG, "at"),
        ({"client_id": "p/2", "at": "0001-01-01T00:00:00+14:00"}, SENT, JPEG, "at"),
    ):
        refused = red.post(path, params=params, content=content, headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    view = dispatcher.get(f"/v1/visits/{number}").json()
    assert view["outcomes"] == [], "no report came, and the photo is there"
    (photo,) = view["photos"]
    assert (photo["client_id"], photo["by"], photo["bytes"]) == ("p/1", "tablet red", len(KEPT))
    for somebody in (red, dispatcher):
        got = somebody.get(f"{path}/{photo['id']}")
        assert (got.content, got.headers["content-type"]) == (KEPT, "image/jpeg")
    for answer in (blue.get(f"{path}/{photo['id']}"), blue.post(path, params={"client_id": "b"}, content=SENT,
                                                               headers=JPEG)):  # fmt: skip
        assert answer.status_code == 404
    home = visits_of(blue)["h1"]
    made = blue.post(f"/v1/visits/{home}/photos", params={"client_id": "b"}, content=SENT, headers=JPEG).json()
    assert blue.get(f"/v1/visits/{home}/photos/{made['id']}").status_code == 200
    assert [row[3].get("homes") for row in town.audit()[-2:]] == [["h1"], ["h1"]]
    assert dispatcher.get(f"/v1/visits/{home}/photos/{made['id']}").status_code == 404


def test_a_photo_that_comes_with_a_report_and_each_of_them_without_the_other(red: httpx.Client) -> None:
    (number,) = (one["id"] for one in red.get("/v1/rounds").json()["items"])
    given = {"key": "k1", "stop": "2", "kind": "other", "note": ""}
    photo = {"photo": ("IMG_1.jpg", SENT, "image/jpeg")}
    answer = read(red.post(f"/rounds/{number}/outcomes", data=given, files=photo), 400)
    assert "Not recorded. Say in a note what it is" in answer.said()
    assert "The photo is kept." in answer.said()
    stop = red.get(f"/v1/rounds/{number}").json()["stops"][2]
    assert f"/v1/visits/{stop['visit']}/photos/{stop['photos'][0]}" in hrefs(answer)
    broken = {"photo": ("IMG_2.heic", b"nothing", "")}
    for _ in range(2):  # pressed twice
        told = {**given, "key": "k2", "note": "A sofa."}
        answer = read(red.post(f"/rounds/{number}/outcomes", data=told, files=broken), 400)
        assert "Recorded: Park, Something else" in answer.said()
        assert "The photo is not kept. It says that it is HEIC" in answer.said()
    assert red.post(f"/rounds/{number}/outcomes", data={**told, "key": "k3"}, files={"photo": ("", b"")}).is_redirect
    seen = red.get(f"/v1/visits/{stop['visit']}").json()
    assert (len(seen["outcomes"]), len(seen["photos"])) == (2, 1)


def test_what_is_asked_for_is_listed_until_it_is_answered_or_withdrawn(
    client: Client, red: httpx.Client, database_url: str, town
) -> None:
    dispatcher, blue = client("Di", Role.WASTE_MANAGER), client("tablet blue", Role.WASTE_CREW, "blue")
    numbers = [
        dispatcher.post(f"/v1/bins/{place}/requests", json={"kind": kind, "says": f"{place}?"}).json()["id"]
        for place, kind in (("b1", "manual"), ("b2", "report"), ("b3", "report"))
    ]

    def listed(somebody: httpx.Client, **asked: object) -> list[tuple[str, str]]:
        items = somebody.get("/v1/bins/requests", params=asked).json()["items"]
        return [(one["place"], one["state"]) for one in items]

    assert listed(dispatcher) == [("b1", "open"), ("b2", "open"), ("b3", "open")]
    assert listed(red) == [("b1", "open"), ("b2", "open")], "what is on its round"
    assert listed(blue) == []
    assert listed(dispatcher, kind="report", place="b3") == [("b3", "open")]
    first = dispatcher.get("/v1/bins/requests?limit=2").json()
    assert listed(dispatcher, cursor=first["next"]) == [("b3", "open")]
    assert (first["items"][0]["name"], first["items"][0]["by"]) == ("Market", "Di")

    path, why = f"/v1/bins/requests/{numbers[0]}/withdrawal", {"says": "The wrong bin."}
    assert red.post(path, json=why).status_code == 403
    assert [dispatcher.post(path, json=why).status_code for _ in range(2)] == [201, 200]
    assert town.audit()[-1][3] == {"request": numbers[0], "place": "b1", "withdrawn": True}
    assert dispatcher.post(path, json={"says": "Another reason."}).status_code == 409
    assert dispatcher.post("/v1/bins/requests/99999/withdrawal", json=why).status_code == 404
    (gone,) = dispatcher.get("/v1/bins/requests?state=withdrawn").json()["items"]
    assert (gone["withdrawn_says"], gone["withdrawn_by"]) == ("The wrong bin.", "Di")
    with connect(database_url, DatabaseRole.JOBS) as jobs, acting(jobs, 1):
        assert [one["place"] for one in open_requests(jobs)] == ["b2", "b3"], "nobody is sent for what was withdrawn"

    at = datetime.now(LONDON).isoformat()
    visit = visits_of(red)["b2"]
    assert red.post(f"/v1/visits/{visit}/outcomes", json={"client_id": "o", "kind": "emptied", "at": at}).is_success
    assert listed(red, state="answered") == [("b2", "answered")]
    late = f"/v1/bins/requests/{numbers[1]}/withdrawal"
    assert "a crew has been there" in dispatcher.post(late, json=why).json()["detail"]


def test_a_dispatcher_finds_a_bin_by_what_people_call_it(client: Client, red: httpx.Client, town) -> None:
    dispatcher = client("Di", Role.WASTE_MANAGER)
    town.place("s9", "bin_site", name="Chip shop, High Street", lon=-1.5, lat=53.8)
    town.place("s9/1", "bin_slot", name="Litter", parent="s9")
    page = read(dispatcher.get("/rounds", params={"find": "the bin by the chip SHOP"}))
    assert "Litter, Chip shop, High Street s9/1 In no plan of this day. Ask for a visit" in page.said()
    assert any(href.endswith("bin=s9%2F1#ask") for href in hrefs(page))
    assert "On this day: RCV 1, about" in read(dispatcher.get("/rounds?find=mark")).said()
    assert "On this day: left. Half full." in read(dispatcher.get("/rounds?find=lane")).said()
    assert "No bin has “nowhere <b>”" in read(dispatcher.get("/rounds", params={"find": "nowhere <b>"})).said()
    assert "Find a bin" not in read(red.get("/rounds?find=mark")).said(), "a crew looks no places up"
    found = dispatcher.get("/v1/places", params={"q": "street chip litter"}).json()["items"]
    assert [one["id"] for one in found] == ["s9/1"]
