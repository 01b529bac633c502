"""Cases over HTTP: worked by officers in their patch, seen by nobody else, done once however often they are sent."""

import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import httpx
import pytest

from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.evidence.case_file import Landlord
from hereabouts_platform.evidence.letters import FILL_IN
from hereabouts_platform.jobs.cases import keep_policy
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.case_clocks import CasePolicy
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.access import PrincipalKind, Role

PHOTO = b"\xff\xd8\xff\xe0 a wall"


@pytest.fixture(scope="module")
def people(town, home, address: str) -> Iterator[Callable[[str], httpx.Client]]:
    """Ada of the north, where home-7 is; Bo of the south; Cy, a manager; Di, who reads."""
    owner = town.connection
    town.place("home-8")
    owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    owner.execute("INSERT INTO patch (code, name, team) VALUES ('north', 'North', 'Damp'), ('south', 'South', 'Damp')")
    owner.execute("INSERT INTO patch_home VALUES ('home-7', 'north'), ('home-8', 'south')")
    roles = {
        "Ada": (Role.HOUSING_OFFICER, ["north"]),
        "Bo": (Role.HOUSING_OFFICER, ["south"]),
        "Cy": (Role.HOUSING_MANAGER, []),
        "Di": (Role.READER, []),
    }
    by = principal_named(owner, "system:command")
    clients = {}
    for name, (role, patches) in roles.items():
        with acting(owner, by.id):
            person = ensure_principal(owner, by, name, PrincipalKind.PERSON, role, patches=patches)
            key = issue_key(owner, by, person, "test")
        headers = {"Authorization": f"Bearer {key}"}
        clients[name] = httpx.Client(base_url=address, headers=headers, timeout=30)
    yield clients.__getitem__
    for client in clients.values():
        client.close()


@pytest.fixture
def case(people: Callable[[str], httpx.Client]) -> Iterator[int]:
    """A case of home-7 that a resident reported; closed afterwards."""
    body = {"place": "home-7/bedroom", "hazard": "damp_mould", "by": "resident", "words": "Black spots."}
    answer = people("Ada").post("/v1/cases", json=body)
    assert answer.status_code == 201, answer.text
    number = answer.json()["case"]
    assert answer.headers["location"] == f"/v1/cases/{number}"
    yield number
    tell(people("Ada"), number, "closed", outcome="no_access", reason="The test is over.")


def tell(client: httpx.Client, case: int, kind: str, key: str | None = None, **detail: object) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/v1/cases/{case}/events", json={"kind": kind, "detail": detail}, headers=headers)


def test_a_case_is_worked_from_report_to_letter(
    people: Callable[[str], httpx.Client], case: int, database_url: str
) -> None:
    ada = people("Ada")
    steps = (
        ("triaged", {}),
        ("investigation_begun", {"type": "in_person"}),
        ("investigation_concluded", {"type": "in_person", "significance": "significant", "safety_work_is": "A fan."}),
        ("works_begun", {"works": "both"}),
    )
    for kind, detail in steps:
        answer = tell(ada, case, kind, **detail)
        assert answer.status_code == 201, answer.text
    view = ada.get(f"/v1/cases/{case}").json()
    assert (view["state"], view["assignee"], view["patch"], view["home"]) == ("works", "Ada", "north", "home-7")
    assert [event["kind"] for event in view["events"]] == [
        *("reported", "assigned"),
        *(kind for kind, _ in steps),
        "preventative_work_begun",
    ]
    assert "works_done" in view["possible"]
    assert "dismissed" not in view["possible"]
    clocks = {clock["name"]: clock["state"] for clock in view["clocks"]}
    assert (clocks["investigate"], clocks["preventative_start"], clocks["safety_work"]) == ("met", "met", "running")
    assert view["awareness"]["event"] == view["events"][0]["id"]
    letter = ada.get(f"/v1/cases/{case}/letter")
    assert "A fan." in letter.text
    gaps = letter.text.count(FILL_IN)
    landlord = Landlord(name="Leeds & Co", phone="0113 496 0000")
    with connect(database_url, DatabaseRole.JOBS) as jobs:
        keep_policy(jobs, principal_named(jobs, "system:jobs"), CasePolicy(landlord=landlord))
    signed = ada.get(f"/v1/cases/{case}/letter").text
    assert "Leeds &amp; Co" in signed
    assert "0113 496 0000" in signed
    assert signed.count(FILL_IN) == gaps - 2
    assert "sandbox" in letter.headers["content-security-policy"]
    pack = ada.get(f"/v1/cases/{case}/pack.zip")
    assert pack.headers["content-type"] == "application/zip"
    assert "events.csv" in zipfile.ZipFile(BytesIO(pack.content)).namelist()
    tell(ada, case, "works_done")
    early = tell(ada, case, "closed", outcome="cause_found", reason="The fan was dead.")
    assert early.status_code == 409
    assert "record the written summary" in early.json()["detail"]
    tell(ada, case, "summary_sent", way="hand")
    done = tell(ada, case, "closed", outcome="cause_found", reason="The fan was dead.")
    assert done.status_code == 201, done.text
    tell(ada, case, "reopened", reason="Not yet.")


def test_what_may_not_happen_now_is_a_conflict_with_a_way_out(people: Callable[[str], httpx.Client], case: int) -> None:
    answer = tell(people("Ada"), case, "works_done")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:hereabouts:problem:not-now")
    assert "Record first that works have begun" in answer.json()["detail"]
    wrong = tell(people("Ada"), case, "investigation_begun", type="by drone")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "detail.type")
    system = tell(people("Ada"), case, "alert_cleared")
    assert (system.status_code, system.json()["errors"][0]["field"]) == (400, "kind")
    letter = people("Ada").get(f"/v1/cases/{case}/letter")
    assert letter.status_code == 400


def test_the_same_request_again_is_done_once(people: Callable[[str], httpx.Client], case: int) -> None:
    answers = [tell(people("Ada"), case, "commented", "phone-1", words="Rang.") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["event"] for answer in answers}) == 1
    assert [answer.json()["again"] for answer in answers] == [False, True, True]
    other = tell(people("Ada"), case, "commented", "phone-1", words="Rang twice.")
    assert (other.status_code, other.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    theirs = tell(people("Cy"), case, "commented", "phone-1", words="Rang.")
    assert theirs.json()["again"] is False


def test_nobody_sees_or_works_what_is_not_in_their_patch(people: Callable[[str], httpx.Client], case: int) -> None:
    bo, di = people("Bo"), people("Di")
    for path in (f"/v1/cases/{case}", f"/v1/cases/{case}/pack.zip", f"/v1/cases/{case}/letter", "/v1/places/home-7"):
        assert bo.get(path).status_code == 404, path
    assert bo.get("/v1/cases").json()["items"] == []
    assert bo.get("/v1/alerts").json()["items"] == []
    assert {place["id"] for place in bo.get("/v1/places").json()["items"]} == {"home-8", "street-1"}
    assert tell(bo, case, "triaged").status_code == 404
    assert bo.get("/v1/devices").status_code == 403
    assert di.get(f"/v1/cases/{case}").json()["possible"] == []
    assert tell(di, case, "triaged").status_code == 403
    assert people("Ada").get("/v1/places/home-7/readings").json()["items"] != []
    assert bo.get("/v1/places/home-7/readings").status_code == 404


def to_review(manager: httpx.Client) -> set[int]:
    return {item["id"] for item in manager.get("/v1/cases", params={"to_review": True}).json()["items"]}


def test_what_was_set_aside_is_reviewed_by_a_manager(people: Callable[[str], httpx.Client], case: int) -> None:
    tell(people("Ada"), case, "snoozed", until="2099-01-01T00:00:00Z", reason="x")
    assert people("Ada").get("/v1/cases", params={"view": "snoozed"}).json()["items"] == []
    before = to_review(people("Cy"))
    tell(people("Ada"), case, "dismissed", reason="A kettle.")
    assert to_review(people("Cy")) - before == {case}
    assert tell(people("Ada"), case, "reviewed", upheld=False).status_code == 403
    assert tell(people("Cy"), case, "reviewed", upheld=False).status_code == 201
    assert people("Cy").get(f"/v1/cases/{case}").json()["state"] == "triaged"


def test_files_in_and_out(people: Callable[[str], httpx.Client], case: int) -> None:
    ada = people("Ada")
    path, headers = f"/v1/cases/{case}/files", {"Content-Type": "image/jpeg"}
    first, again = (ada.post(path, params={"name": "wäll.jpg"}, content=PHOTO, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == {**first.json(), "again": True}
    (file,) = ada.get(f"/v1/cases/{case}").json()["files"]
    assert (file["name"], file["bytes"], file["added_by"]) == ("wäll.jpg", len(PHOTO), "Ada")
    back = ada.get(f"{path}/{file['id']}")
    assert (back.content, back.headers["content-type"]) == (PHOTO, "image/jpeg")
    assert back.headers["content-disposition"].startswith("attachment")
    assert people("Bo").get(f"{path}/{file['id']}").status_code == 404
    wrong = ada.post(path, params={"name": "a.jpg"}, content=b"<script>", headers=headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "Content-Type")
    large = ada.post(path, params={"name": "a.jpg"}, content=PHOTO + bytes(8 * 2**20), headers=headers)
    assert large.status_code == 413


def test_a_case_from_an_alert(people: Callable[[str], httpx.Client], home) -> None:
    opened = people("Ada").post("/v1/cases", json={"alert": home.alert})
    assert opened.status_code == 201, opened.text
    number = opened.json()["case"]
    view = people("Ada").get(f"/v1/cases/{number}").json()
    assert [alert["id"] for alert in view["alerts"]] == [home.alert]
    assert [item["kind"] for item in view["evidence"]] == ["statement"]
    assert people("Ada").post("/v1/cases", json={"alert": home.alert}).status_code == 409
    tell(people("Ada"), number, "dismissed", reason="The test is over.")


def test_lists_are_narrowed_and_counted(people: Callable[[str], httpx.Client], case: int) -> None:
    ada = people("Ada")
    for params, found in (
        ({"view": "mine"}, True), ({"view": "unassigned"}, False), ({"patch": "north"}, True), ({"patch": "x"}, False),
        ({"area": "E05001234"}, True), ({"overdue": True}, False), ({"weighs_in": False, "state": "reported"}, True),
        ({"level": "act"}, False), ({"place": "home-7", "sort": "level", "hazard": "damp_mould"}, True),
    ):  # fmt: skip
        listed = ada.get("/v1/cases", params={"limit": 1000, **params}).json()["items"]
        assert (case in [item["id"] for item in listed]) is found, params
    counts = ada.get("/v1/cases/counts").json()
    assert (counts["mine"], counts["unassigned"]) == (1, 0)
    assert ada.get("/v1/cases", params={"area": "E0"}).status_code == 400


def test_who_looked_and_wrote_is_kept(people: Callable[[str], httpx.Client], town, case: int) -> None:
    before = len(town.audit())
    people("Cy").get("/v1/cases", params={"place": "home-7", "view": "team"})
    people("Cy").get(f"/v1/cases/{case}")
    people("Cy").get(f"/v1/cases/{case}/pack.zip")
    tell(people("Cy"), case, "tenant_told", words="Rang.")
    kept = [(name, action, detail.get("what") or detail["kind"]) for name, action, _, detail in town.audit()[before:]]
    told = [("read", "list"), ("read", "view"), ("read", "pack"), ("write", "tenant_told")]
    assert kept == [("Cy", action, what) for action, what in told]


def test_a_home_says_what_the_assessment_says(people: Callable[[str], httpx.Client], town, home, case: int) -> None:
    cy = people("Cy")
    unknown = cy.get(f"/v1/places/{home.id}").json()["levels"]
    assert {(one["place"], one["level"], one["since"]) for one in unknown} == {(home.room, "no_data", None)}
    today = datetime.now(UTC).date()
    told = [(3, "ok", "{}", 0.1), (2, "watch", "{}", 0.4), (1, "act", "{}", 0.8), (0, "act", "{stuck}", 1.0)]
    for ago, level, faults, mould in told:
        town.connection.execute(
            "INSERT INTO room_day (place_id, day, until, damp_mould, excess_cold, excess_heat, damp_stands,"
            " cold_stands, heat_stands, covered, cold_hours, quiet, faults, mould_low, mould_high, rule_version,"
            " rule_hash)"
            " VALUES (%s, %s, 12, %s, 'ok', 'sensor_fault', 'ok', 'ok', 'ok', 9, 0, false, %s, %s, %s, '2', '0a')",
            (home.room, today - timedelta(days=ago), level, faults, mould, mould + 0.5))  # fmt: skip
    whole = {one["hazard"]: one for one in cy.get(f"/v1/places/{home.id}").json()["levels"]}
    assert cy.get(f"/v1/places/{home.room}").json()["levels"] == list(whole.values())
    assert whole["damp_mould"] == {
        "place": home.room, "hazard": "damp_mould", "level": "act", "since": str(today - timedelta(days=1)),
        "day": str(today), "reason": "The air has been damp for a week.", "mould_index": {"lower": 1.0, "upper": 1.5},
        "coverage": 0.75, "faults": ["stuck"],
    }  # fmt: skip
    heat = whole["excess_heat"]
    assert (heat["level"], heat["since"], heat["mould_index"]) == ("sensor_fault", str(today - timedelta(days=3)), None)
    assert heat["reason"] == "In doubt: the sensor seems stuck."
    town.connection.execute("DELETE FROM room_day WHERE day > %s", (today - timedelta(days=2),))
    old = cy.get(f"/v1/places/{home.id}").json()["levels"][0]
    assert (old["level"], old["since"], old["coverage"]) == ("no_data", str(today - timedelta(days=1)), None)
    town.connection.execute("DELETE FROM room_day")
    assert cy.get("/v1/places/street-1").json()["levels"] == []
