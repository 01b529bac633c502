"""A plan is published and worked: who sees which round, in which forms, and what crews report of it."""

import csv
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import httpx
import pytest
from made_plan import made_plan, published, put_places
from people import clients

from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.outcomes import outcomes_since
from hereabouts_platform.store.plans import keep_draft, publish
from hereabouts_platform.store.visit_requests import open_requests
from hereabouts_schemas.access import Role
from hereabouts_schemas.errors import NotNow
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.work import RoundPlan

TODAY = datetime.now(LONDON).date()
WAY = {"type": "LineString", "coordinates": [[-1.5, 53.8], [-1.51, 53.81]]}
GPX = "{http://www.topografix.com/GPX/1/1}"


@dataclass(frozen=True)
class Wrong:
    says: str


def fine(_: RoundPlan) -> list[Wrong]:
    return []


@pytest.fixture(scope="module")
def release(database_url: str, town) -> Callable[..., int]:
    """Keeps a plan and publishes it, as a job does."""
    put_places(town.connection)

    def run(plan: RoundPlan, check: Callable[[RoundPlan], list[Wrong]] = fine) -> int:
        with connect(database_url, DatabaseRole.JOBS) as jobs:
            by = principal_named(jobs, "system:jobs")
            with acting(jobs, by.id):
                kept = keep_draft(jobs, by, published(plan), "yard", ways={"v1": WAY})
            with acting(jobs, by.id):
                return publish(jobs, by, kept.id, check).id

    return run


@pytest.fixture(scope="module")
def plan(release: Callable[..., int]) -> int:
    return release(made_plan(TODAY))


@pytest.fixture(scope="module")
def client(database_url: str, address: str, plan: int) -> Iterator[Callable[..., httpx.Client]]:
    """Makes somebody with a role (and crews) and gives a client with their key."""
    with clients(database_url, address) as make:
        yield make


@contextmanager
def jobs_of(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.JOBS) as jobs, acting(jobs, 1):
        yield jobs


def test_who_sees_which_round(admin: httpx.Client, client: Callable[..., httpx.Client], town) -> None:
    everything = admin.get("/v1/rounds", params={"day": TODAY.isoformat(), "depot": "yard"}).json()["items"]
    assert [(one["vehicle"], one["crew"], one["visits"]) for one in everything] == [("v2", "blue", 1), ("v1", "red", 2)]
    dispatcher, red, blue = (
        client(name, role, *crews)
        for name, role, crews in (
            ("Di", Role.WASTE_MANAGER, ()),
            ("tablet red", Role.WASTE_CREW, ("red",)),
            ("tablet blue", Role.WASTE_CREW, ("blue",)),
        )
    )
    rounds = {one["vehicle"]: one["id"] for one in everything}
    for somebody, seen, visits in ((dispatcher, {"v1"}, {"b1", "b2", "b3"}), (red, {"v1"}, {"b1", "b2"}),
                                   (blue, {"v2"}, {"h1"})):  # fmt: skip
        assert {one["vehicle"] for one in somebody.get("/v1/rounds").json()["items"]} == seen
        assert {one["key"] for one in somebody.get("/v1/visits").json()["items"]} == visits
        for vehicle, number in rounds.items():
            assert somebody.get(f"/v1/rounds/{number}").status_code == (200 if vehicle in seen else 404)
    assert town.audit()[-1][0] == "tablet blue"
    assert town.audit()[-1][3] == {"what": "view", "homes": ["h1"]}
    assert admin.get("/v1/plans").json()["items"][0]["version"] == 1
    whole = admin.get(f"/v1/plans/{everything[0]['plan']}")
    assert whole.content == published(made_plan(TODAY))
    assert town.audit()[-1][3] == {"what": "plan", "homes": ["h1"]}
    for somebody in (dispatcher, red):
        assert somebody.get(f"/v1/plans/{everything[0]['plan']}").status_code == 404, "it leads to a home"
    assert {one["id"] for one in dispatcher.get("/v1/places").json()["items"]} == {"yard", "b1", "b2", "b3"}
    assert [one["id"] for one in dispatcher.get("/v1/vehicles?limit=1").json()["items"]] == ["v1"]
    crews = dispatcher.get("/v1/crews?limit=1").json()
    assert [
        crews["items"][0]["id"],
        dispatcher.get("/v1/crews", params={"cursor": crews["next"]}).json()["items"][0]["id"],
    ] == ["blue", "red"]
    for path in ("/v1/vehicles", "/v1/places", "/v1/cases"):
        assert red.get(path).status_code == 403


def test_a_round_in_every_form_names_the_map(admin: httpx.Client, plan: int) -> None:
    (number,) = (one["id"] for one in admin.get("/v1/rounds?vehicle=v1").json()["items"])
    view = admin.get(f"/v1/rounds/{number}").json()
    assert [(stop["kind"], stop["key"]) for stop in view["stops"]] == [
        ("start", None), ("visit", "b1"), ("visit", "b2"), ("end", None)
    ]  # fmt: skip
    assert view["stops"][1]["reason"] == {"kind": "fullness", "says": "Market is 90 % full."}
    assert view["geometry"] == WAY
    assert "OpenStreetMap" in view["attribution"]
    gpx = admin.get(f"/v1/rounds/{number}?f=gpx")
    root = ET.fromstring(gpx.content)  # noqa: S314 - our own
    assert [point.findtext(f"{GPX}name") for point in root.iter(f"{GPX}rtept")] == ["Yard", "Market", "Park", "Yard"]
    rights = root.find(f"{GPX}metadata/{GPX}copyright")
    assert rights is not None
    assert "OpenStreetMap" in rights.attrib["author"]
    assert len(list(root.iter(f"{GPX}trkpt"))) == 2
    lines = list(csv.DictReader(admin.get(f"/v1/rounds/{number}?f=csv").text.splitlines()))
    assert [line["says"] for line in lines] == ["", "Market is 90 % full.", "Park is 90 % full.", ""]
    assert {line["attribution"] for line in lines} == {view["attribution"]}
    shown = admin.get("/v1/rounds?vehicle=v1&f=geojson").json()
    assert [one["geometry"]["type"] for one in shown["features"]] == ["LineString"] + ["Point"] * 4
    assert shown["attribution"] == [view["attribution"]]
    assert "OpenStreetMap" in admin.get("/v1/rounds?f=csv").text
    left = admin.get("/v1/visits?left=true").json()["items"]
    assert [(one["key"], one["left_says"], one["overflow_p90_at"] < one["overflow_p50_at"]) for one in left] == [
        ("b3", "Half full.", True)
    ]


def test_a_shift_is_reported_late_twice_and_out_of_order(
    admin: httpx.Client, client: Callable[..., httpx.Client], database_url: str, plan: int
) -> None:
    red = client("tablet red", Role.WASTE_CREW, "red")
    visits = {one["key"]: one["id"] for one in admin.get("/v1/visits").json()["items"]}
    begun = datetime.now(UTC) - timedelta(hours=2)
    first = {"client_id": "p/2", "kind": "not_full", "at": (begun + timedelta(minutes=9)).isoformat()}
    made = red.post(f"/v1/visits/{visits['b1']}/outcomes", json=first)
    assert (made.status_code, made.json()["again"]) == (201, False)
    again = red.post(f"/v1/visits/{visits['b1']}/outcomes", json=first)
    assert (again.status_code, again.json()) == (200, {"id": made.json()["id"], "again": True})
    other = red.post(f"/v1/visits/{visits['b1']}/outcomes", json={**first, "kind": "emptied"})
    assert (other.status_code, other.json()["errors"][0]["field"]) == (400, "client_id")

    def told(client_id: str, visit: int, kind: str, minutes: int, **more: object) -> dict[str, object]:
        at = (begun + timedelta(minutes=minutes)).isoformat()
        return {"client_id": client_id, "visit": visit, "kind": kind, "at": at, **more}

    batch = [
        told("p/1", visits["b2"], "emptied", 1, lon=-1.52, lat=53.82, photo="ph/1"),
        told("p/9", 999_999, "emptied", 2),
        told("p/3", visits["h1"], "emptied", 2),  # another crew's
        told("p/4", visits["b1"], "other", 3),
        told("p/5", visits["b1"], "blocked", 2, note="A car."),
        told("p/6", visits["b1"], "emptied", 60 * 24),
        {**first, "visit": visits["b1"]},
    ]
    done = red.post("/v1/outcomes", json={"outcomes": batch}).json()
    assert (done["kept"], done["refused"]) == (3, 4)
    assert [one["problem"] and one["problem"]["status"] for one in done["results"]] == [
        None,
        404,
        404,
        400,
        None,
        400,
        None,
    ]
    assert [one["again"] for one in done["results"]] == [False] * 6 + [True]
    assert red.post("/v1/outcomes", json={"outcomes": []}).status_code == 400

    (number,) = (one["id"] for one in red.get("/v1/rounds").json()["items"])
    went = red.get(f"/v1/rounds/{number}/actual").json()
    assert [(one["key"], one["actual_number"], one["outcome"]) for one in went["stops"]] == [
        ("b1", 2, "not_full"), ("b2", 1, "emptied")
    ]  # fmt: skip
    counted = (went["planned"], went["reported"], went["emptied"], went["not_emptied"], went["out_of_order"])
    assert counted == (2, 2, 1, 1, 2)
    assert red.get("/v1/rounds").json()["items"][0]["done"] == 2
    reports = admin.get(f"/v1/visits/{visits['b1']}").json()["outcomes"]
    assert [(one["kind"], one["by"]) for one in reports] == [("blocked", "tablet red"), ("not_full", "tablet red")]
    with jobs_of(database_url) as jobs:
        assert len(outcomes_since(jobs, begun)) == 3


def test_a_report_of_a_wrong_shape_does_not_hold_back_the_others(
    client: Callable[..., httpx.Client], plan: int
) -> None:
    """A phone's queue would be stuck behind it for good."""
    red = client("tablet red", Role.WASTE_CREW, "red")
    visit = next(one["id"] for one in red.get("/v1/visits").json()["items"] if one["key"] == "b1")
    good = {"client_id": "s/1", "visit": visit, "kind": "blocked", "at": datetime.now(UTC).isoformat()}
    wrong = [{**good, "client_id": "s/2", "lat": 91}, {"visit": visit, "kind": "fine"}, "emptied", {**good, "x": 1}]
    answer = red.post("/v1/outcomes", json={"outcomes": [wrong[0], wrong[1], good, wrong[2], wrong[3]]})
    assert answer.status_code == 200
    done = answer.json()
    assert (done["kept"], done["refused"]) == (1, 4)
    lat, kind, kept, word, more = done["results"]
    assert (lat["client_id"], lat["visit"], lat["problem"]["status"]) == ("s/2", visit, 400)
    assert "lat: '91' cannot be used" in lat["problem"]["detail"]
    assert (kind["client_id"], kind["visit"]) == (None, visit)
    assert "client_id: nothing was given" in kind["problem"]["detail"]
    assert kept["problem"] is None
    assert (word["client_id"], word["visit"]) == (None, None)
    assert "x: '1' cannot be used" in more["problem"]["detail"]
    odd = b'{"outcomes": [{"client_id": "\\ud800", "visit": 1000000000000000000000, "kind": "fine"}]}'
    (result,) = red.post("/v1/outcomes", content=odd, headers={"Content-Type": "application/json"}).json()["results"]
    assert (result["client_id"], result["visit"]) == ("?", None)


def test_a_phone_with_a_wrong_clock_is_told_so(client: Callable[..., httpx.Client], plan: int) -> None:
    """What is reported stays for good: a year that cannot be read would keep everybody from the visit."""
    red = client("tablet red", Role.WASTE_CREW, "red")
    visit = next(one["id"] for one in red.get("/v1/visits").json()["items"] if one["key"] == "b1")
    seen = len(red.get(f"/v1/visits/{visit}").json()["outcomes"])
    days = (TODAY - timedelta(days=2)).isoformat()
    for at in ("1970-01-01T00:00:00Z", f"{days}T12:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        told = {"client_id": f"w/{at}", "visit": visit, "kind": "emptied", "at": at}
        (result,) = red.post("/v1/outcomes", json={"outcomes": [told]}).json()["results"]
        assert result["problem"]["status"] == 400, at
        assert "Set the phone's clock" in result["problem"]["detail"]
    blank = {"client_id": "w/5", "kind": "other", "at": datetime.now(UTC).isoformat(), "note": "  "}
    assert red.post(f"/v1/visits/{visit}/outcomes", json=blank).json()["errors"][0]["field"] == "note"
    assert len(red.get(f"/v1/visits/{visit}").json()["outcomes"]) == seen


def test_a_batch_sent_again_before_its_answer_came_in_any_order(client: Callable[..., httpx.Client], plan: int) -> None:
    red = client("tablet red", Role.WASTE_CREW, "red")
    visit = next(one["id"] for one in red.get("/v1/visits").json()["items"] if one["key"] == "b1")
    at = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
    batch = [{"client_id": f"q/{n:02}", "visit": visit, "kind": "blocked", "at": at} for n in range(60)]
    with ThreadPoolExecutor(4) as together:
        sent = [batch, batch[::-1]] * 3
        answers = list(together.map(lambda told: red.post("/v1/outcomes", json={"outcomes": told}), sent))
    assert [answer.status_code for answer in answers] == [200] * 6
    told = [{one["client_id"]: one["id"] for one in answer.json()["results"]} for answer in answers]
    assert all(one == told[0] for one in told)
    assert [one["client_id"] for one in answers[1].json()["results"]] == [one["client_id"] for one in batch[::-1]]


def test_words_and_times_of_dispatchers_are_said(client: Callable[..., httpx.Client], plan: int) -> None:
    dispatcher = client("Di", Role.WASTE_MANAGER)
    for path, body, field in (
        ("/v1/bins/b3/requests", {"kind": "manual", "says": "  "}, "says"),
        ("/v1/bins/b3/requests", {"kind": "manual", "says": "Fair.", "day": "2020-02-29"}, "day"),
        ("/v1/vehicles/v1/outage", {"says": " \n"}, "says"),
        ("/v1/vehicles/v1/outage", {"says": "Gearbox.", "from_at": "0001-01-01T00:00:00+14:00"}, "from_at"),
        ("/v1/vehicles/v1/outage", {"says": "Gearbox.", "from_at": "9999-12-31T23:59:59-12:00"}, "from_at"),
    ):
        refused = dispatcher.post(path, json=body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    made = dispatcher.post("/v1/bins/b3/requests", json={"kind": "manual", "says": "Asked in error."}).json()["id"]
    gone = f"/v1/bins/requests/{made}/withdrawal"
    assert dispatcher.post(gone, json={"says": " "}).json()["errors"][0]["field"] == "says"
    assert dispatcher.post(gone, json={"says": "Nobody asked."}).status_code == 201


def test_requests_are_open_until_a_crew_was_there(
    client: Callable[..., httpx.Client], database_url: str, town, plan: int
) -> None:
    red, dispatcher = client("tablet red", Role.WASTE_CREW, "red"), client("Di", Role.WASTE_MANAGER)
    told = {"kind": "report", "says": "Bags beside it.", "client_id": "r/1"}
    assert red.post("/v1/bins/b3/requests", json=told).status_code == 201
    assert red.post("/v1/bins/b3/requests", json=told).status_code == 200
    assert red.post("/v1/bins/b3/requests", json={**told, "kind": "manual", "client_id": "r/2"}).status_code == 403
    assert dispatcher.post("/v1/bins/b3/requests", json={"kind": "manual", "says": "Fair."}).status_code == 201
    assert dispatcher.post("/v1/bins/yard/requests", json=told).status_code == 404
    with jobs_of(database_url) as jobs:
        assert [(one["place"], one["kind"]) for one in open_requests(jobs)] == [("b3", "report"), ("b3", "manual")]
    visit = town.connection.execute("SELECT id FROM visit WHERE key = 'b3'").fetchone()
    at = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    body = {"client_id": "d/1", "kind": "emptied", "at": at}
    assert dispatcher.post(f"/v1/visits/{visit[0]}/outcomes", json=body).status_code == 201
    with jobs_of(database_url) as jobs:
        assert open_requests(jobs) == []


def test_a_new_version_takes_the_place_of_the_old_and_keeps_what_was_done(
    admin: httpx.Client, release: Callable[..., int], plan: int, database_url: str
) -> None:
    before = admin.get("/v1/visits").json()["items"]
    with pytest.raises(NotNow, match=r"does not hold and is not published: Too heavy\. And 1 more"):
        release(made_plan(TODAY), lambda _: [Wrong("Too heavy."), Wrong("Too late.")])
    assert [one["state"] for one in admin.get("/v1/plans").json()["items"]] == ["draft", "published"]
    first = made_plan(TODAY, on_van="b3")
    shorter = first.rounds[0]
    moved = replace(
        first, work=replace(first.work, visits=(first.work.visits[0], *first.work.visits[2:3])),
        rounds=(replace(shorter, stops=(*shorter.stops[:2], shorter.stops[3])), first.rounds[1]),
        left=(),
    )  # fmt: skip
    newer = release(moved)
    states = {one["version"]: one["state"] for one in admin.get("/v1/plans").json()["items"]}
    assert states == {1: "superseded", 2: "draft", 3: "published"}
    now = {one["key"]: one for one in admin.get("/v1/visits").json()["items"]}
    assert {one["key"]: one["id"] for one in before} == {key: one["id"] for key, one in now.items()}
    assert {one["key"]: one["outcome"] for one in before} == {key: one["outcome"] for key, one in now.items()}
    assert {key for key, one in now.items() if one["in_plan"]} == {"b1", "b3"}
    assert {one["plan"] for one in admin.get("/v1/rounds").json()["items"]} == {newer}
    assert len(admin.get("/v1/rounds?state=superseded").json()["items"]) == 2
    with connect(database_url, DatabaseRole.OWNER) as owner:
        by = principal_named(owner, "system:command")
        with pytest.raises(NotNow, match="only a draft"), acting(owner, by.id):
            publish(owner, by, newer, fine)
