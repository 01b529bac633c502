"""The pages of homes and cases, read as text: lists, a case from its report to its end, wrong forms, who sees what."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from page_reading import Page, read

from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.access import PrincipalKind, Role

NOW = datetime.now(UTC)
People = Callable[[str], httpx.Client]


@pytest.fixture(scope="module")
def people(town, database_url: str, address: str) -> Iterator[People]:
    """Ada of the north, Bo of the south, Cy who manages, Di who reads; each signed in by a browser."""
    owner = town.connection
    owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    owner.execute("INSERT INTO patch (code, name, team) VALUES ('north', 'North', 'Damp'), ('south', 'South', 'Damp')")
    for name, patch in (("elm-1", "north"), ("elm-2", "north"), ("ash-9", "south")):
        town.place(name)
        town.place(f"{name}/bed", "room", parent=name)
        owner.execute("INSERT INTO patch_home VALUES (%s, %s)", (name, patch))
    roles = {
        "Ada": (Role.HOUSING_OFFICER, ["north"]),
        "Bo": (Role.HOUSING_OFFICER, ["south"]),
        "Cy": (Role.HOUSING_MANAGER, []),
        "Di": (Role.READER, []),
    }
    browsers = {}
    with connect(database_url, DatabaseRole.OWNER) as connection:
        by = principal_named(connection, "system:command")
        for name, (role, patches) in roles.items():
            with acting(connection, by.id):
                person = ensure_principal(connection, by, name, PrincipalKind.PERSON, role, patches=patches)
                key = issue_key(connection, by, person, "test")
            browsers[name] = httpx.Client(base_url=address, timeout=30)
            browsers[name].post("/sign-in", data={"key": key})
    yield browsers.__getitem__
    for browser in browsers.values():
        browser.close()


def hidden(page: Page, form: str) -> dict[str, str]:
    """The hidden fields of the case's form of a name."""
    fields = [(one["name"], one["value"]) for one in page.all("input") if one.get("type") == "hidden"]
    at = fields.index(("form", form))
    return dict(fields[at : at + 2])


def send(browser: httpx.Client, path: str, form: str, **given: str) -> httpx.Response:
    """Fill in a form of a case's page and send it."""
    page = read(browser.get(path))
    return browser.post(f"{path}/events", data={**hidden(page, form), **given})


def reported(browser: httpx.Client, home: str, hazard: str = "damp_mould") -> str:
    """Write down what a resident said, on the home's page; gives the case's page."""
    page = read(browser.get(f"/places/{home}"))
    given = {**hidden(page, "report"), "hazard": hazard, "by": "resident", "words": "Black spots by the window."}
    answer = browser.post(f"/homes/report?place={home}", data=given)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def watch_rooms(town, case: int) -> None:
    """What the watch found: it came back in the bedroom, and nowhere else yet; and how it changed in equal weather."""
    numbers = {"at_outdoor": 5.0, "before": 610.0, "after": 300.0, "change": -310.0, "low": -380.0, "high": -240.0}
    days = {"days_before": 34, "days_after": 41, "reason": ""}
    changes = [
        {"measure": "vapour_excess", "verdict": "better", "sure": 0.99, **numbers, **days},
        {"measure": "surface_humidity", "verdict": "cannot_say", "sure": None, **dict.fromkeys(numbers), **days}
        | {"days_after": 3, "reason": "34 valid days before and 3 after; 14 of each are needed."},
    ]
    for place, state, on, reason in (
        ("elm-1", "watching", None, "80 days to go."),
        ("elm-1/bed", "relapsed", "2027-01-03", "The rule raised it again."),
    ):
        town.connection.execute(
            "INSERT INTO relapse_watch (case_id, place_id, state, until, days_seen, came_back_on, reason, looked_at,"
            " changes) VALUES (%s, %s, %s, '2027-03-01', 10, %s, %s, now(), %s)",
            (case, place, state, on, reason, json.dumps(changes if on else [])))  # fmt: skip


def test_a_case_is_walked_from_a_report_to_its_end(people: People, town) -> None:
    ada = people("Ada")
    path = reported(ada, "elm-1")
    page = read(ada.get(path))
    assert page.headings[0] == ("h1", "Elm-1: Damp and mould")
    assert "A resident told us of damp and mould here." in page.said()
    assert re.search(r"In time Finish the investigation by .* \(10 working days left\)", page.said())
    assert "Suggested: Look at what it rests on" in page.said()
    assert "Weighs more for this household No" in page.said()

    answer = send(ada, path, "triage", words="Rang the household.")
    assert answer.status_code == 303
    page = read(ada.get(answer.headers["location"]))
    assert "Recorded: Looked at and taken on." in page.said()
    assert "Suggested: Book the investigation" in page.said()
    given = {"type": "in_person", "significance": "significant", "safety_work": "yes", "preventative_work": "no",
             "reason": "Mould on the outer wall.", "safety_work_end": "2027-01-15"}  # fmt: skip
    assert send(ada, path, "conclude", **given).status_code == 303
    page = read(ada.get(path))
    for said in ("A significant hazard.", "Safety work is needed.", "Preventative work is not needed.",
                 "Safety work done by 15 January 2027.", "Suggested: Send the written summary"):  # fmt: skip
        assert said in page.said()
    assert {"href": f"/v1{path}/letter"} in page.all("a")
    assert ada.get(f"/v1{path}/pack.zip").headers["content-type"] == "application/zip"
    answer = send(ada, path, "summary", way="hand")
    assert answer.status_code == 303, read(answer, 400).said()[:600]
    assert "Choose one." in read(send(ada, path, "works-begun"), 400).said()
    assert send(ada, path, "works-begun", works="both").status_code == 303
    said = read(ada.get(path)).said()
    assert "Preventative work begun" in said
    assert "Work to make it safe, and to keep it from coming back." in said
    assert send(ada, path, "safety-done").status_code == 303
    assert "Since the works" not in read(ada.get(path)).said()
    assert send(ada, path, "works-done").status_code == 303
    watch_rooms(town, int(path.rsplit("/", 1)[1]))
    said = read(ada.get(path)).said()
    assert "Since the works" in said
    assert "It came back Elm-1/Bed: The rule raised it again. Seen on Sunday 3 January 2027." in said
    assert said.index("It came back Elm-1/Bed") < said.index("Watched Elm-1: 80 days to go.")
    assert "Last day of the watch: Monday 1 March 2027." in said
    assert "Better: at 5 °C outdoors the moisture added to the air is 310 Pa less than before (between 240" in said
    assert "Very likely more than chance. 34 days before and 41 after had the same weather." in said
    assert "Humidity at the coldest surface: cannot say yet. 34 valid days before and 3 after" in said
    watches = ada.get(f"/v1{path}").json()["watches"]
    assert [(one["place"], one["state"]) for one in watches] == [("elm-1", "watching"), ("elm-1/bed", "relapsed")]
    assert send(ada, path, "close", outcome="confirmed_hazard", reason="Dry since.").status_code == 303
    page = read(ada.get(path))
    assert "Hazard confirmed" in page.said()
    assert "It came back Elm-1/Bed" in page.said()
    assert "What is next" not in page.said()
    assert re.search(r"Finish the investigation Done in time", page.said())
    assert re.search(r"Keep the tenant up to date Ended", page.said())
    assert "Damp and mould: Hazard confirmed" in read(ada.get("/places/elm-1")).said()
    check_learning(read(ada.get("/learning")).said())


def check_learning(said: str) -> None:
    """What one case, of which one room came back and one was closed early, has taught."""
    assert "1 case is closed so far" in said
    assert "Too few to say (1 of known outcome)" in said
    assert "2 rooms watched after works: 1 came back and 1 closed before the 90 days were over." in said
    assert "Compared with before the works in the same weather: 1 better and 1 cannot be said." in said


def test_what_is_wrong_stands_beside_its_field_and_what_was_written_stays(people: People) -> None:
    ada = people("Ada")
    path = reported(ada, "elm-2", "excess_cold")
    answer = send(ada, path, "conclude", type="remote", reason="Seen on photographs.", at="2026-10-25T01:30")
    page = read(answer, 400)
    assert "Not recorded yet: End an investigation" in page.said()
    assert {"href": "#conclude-significance"} in page.all("a")
    assert "What was found?: Choose one." in page.said()
    assert "When did it happen?: The clocks changed in that hour." in page.said()
    assert "Seen on photographs." in page.said()
    assert [one["value"] for one in page.all("input") if "checked" in one] == ["remote"]
    (wrong,) = [one for one in page.all("input") if one.get("aria-invalid")]
    assert wrong["aria-describedby"] == "conclude-at-hint conclude-at-error"
    later = f"{NOW + timedelta(days=2):%Y-%m-%dT%H:%M}"
    assert "It has not happened yet." in read(send(ada, path, "triage", at=later), 400).said()
    page = read(ada.get(path))
    stale = hidden(page, "triage")
    assert ada.post(f"{path}/events", data=stale).status_code == 303
    again = {**stale, "key": "another"}
    said = read(ada.post(f"{path}/events", data=again), 409).said()
    assert "It has been looked at already" in said
    assert send(ada, path, "not-a-hazard", reason="Something else", words="An open window.").status_code == 303
    assert "False alarm" in read(ada.get(path)).said()


def test_a_form_sent_twice_is_done_once_and_a_case_may_be_looked_at_again(people: People) -> None:
    ada, cy = people("Ada"), people("Cy")
    path = reported(ada, "elm-2")
    given = {**hidden(read(ada.get(path)), "comment"), "words": "Called.\r\nNobody answered."}
    first, second = (ada.post(f"{path}/events", data=given) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert read(ada.get(path)).said().count("Called. Nobody answered.") == 1
    other = ada.post(f"{path}/events", data={**given, "words": "Else."})
    page = read(other, 400)
    assert "was sent before with other answers" in page.said()
    assert ada.post(f"{path}/events", data={**hidden(page, "comment"), "words": "New."}).status_code == 303
    assert send(ada, path, "sensor", reason="It fell off the wall.").status_code == 303
    assert "form-review" not in ada.get(path).text
    assert re.search("[1-9] put aside by somebody waits? to be looked at again", read(cy.get("/homes")).said())
    assert send(cy, path, "review", upheld="no", words="It hangs there again.").status_code == 303
    page = read(ada.get(path))
    assert "The decision does not stand." in page.said()
    assert "Taken on" in page.said()
    entry = next(one["id"] for _, one in page.elements if str(one.get("id", "")).startswith("entry-"))
    assert entry
    assert send(ada, path, "not-a-hazard", reason="Something else").status_code == 303


def test_an_entry_is_corrected_and_withdrawn_in_the_open(people: People) -> None:
    ada = people("Ada")
    path = reported(ada, "elm-1", "excess_heat")
    send(ada, path, "visit", result="nobody_in")
    page = ada.get(path).text
    number = re.findall(r'<option value="(\d+)">\d+: Visit', page)[0]
    told = re.findall(r'<option value="(\d+)">\d+: Reported', page)[0]
    early = f"{NOW - timedelta(days=1):%Y-%m-%dT12:00}"
    refused = read(send(ada, path, "correct", event=number, at=early, reason="Wrong day."), 400).said()
    assert "nothing can have happened in it before" in refused
    before = f"{NOW - timedelta(days=2):%Y-%m-%dT12:00}"
    assert send(ada, path, "correct", event=told, at=before, reason="Wrong day.").status_code == 303
    assert send(ada, path, "correct", event=number, at=early, reason="Wrong day.").status_code == 303
    assert "Visit Corrected later" in read(ada.get(path)).said()
    assert send(ada, path, "withdraw", event=number, reason="Another home.").status_code == 303
    said = read(ada.get(path)).said()
    assert "Visit Withdrawn" in said
    assert f"Of entry {number}: it did not happen. Another home." in said
    assert send(ada, path, "not-a-hazard", reason="Something else").status_code == 303


def test_a_file_is_attached_a_wrong_one_is_said_so_and_a_repair_is_raised(people: People) -> None:
    ada = people("Ada")
    path = reported(ada, "elm-2")
    answer = ada.post(f"{path}/files", files={"file": ("wall <1>.png", b"\x89PNG\r\n\x1a\n..", "image/png")})
    assert answer.status_code == 303
    page = read(ada.get(path))
    assert "wall <1>.png" in page.said()
    link = next(one["href"] for one in page.all("a") if "/files/" in one["href"])
    assert ada.get(link).headers["content-disposition"].startswith("attachment")
    answer = ada.post(f"{path}/files", files={"file": ("log.csv", b"a,b", "application/vnd.ms-excel")})
    assert answer.status_code == 303  # what Windows says of a CSV file
    page = read(ada.post(f"{path}/files", files={"file": ("a.exe", b"MZ", "application/x-msdownload")}), 400)
    assert "Attach JPEG, PNG, WebP, HEIC, PDF" in page.said()
    repair = ada.get(f"/v1{path}/repair", params={"description": "Fit a fan", "priority": 2})
    assert (repair.json()["DescriptionOfWork"], repair.json()["Priority"]["PriorityCode"]) == ("Fit a fan", 2)
    assert "attachment" in repair.headers["content-disposition"]
    assert ada.get(f"/v1{path}/repair?priority=2").status_code == 400
    assert send(ada, path, "not-a-hazard", reason="Something else").status_code == 303


def test_lists_hold_what_is_asked_for_and_one_thing_is_done_in_several_cases(town, people: People) -> None:
    ada, cy = people("Ada"), people("Cy")
    damp, cold = reported(ada, "elm-1"), reported(ada, "elm-2", "excess_cold")
    page = read(ada.get("/homes?view=team"))
    assert re.search("Mine [0-2] Nobody’s yet 0 Team 2 Put off 0", page.said())
    assert [one["href"] for one in page.all("a") if one["href"].startswith("/cases/")] == [damp, cold]
    narrowed = read(ada.get("/homes?view=team&hazard=excess_cold&level=&patch=north&overdue=&sort=level"))
    assert [one["href"] for one in narrowed.all("a") if one["href"].startswith("/cases/")] == [cold]
    assert "No case is like that." in read(ada.get("/homes?view=team&overdue=yes")).said()
    for vintage, name in (("2023", "Mill Hill"), ("2025", "Mill Hill and Moor")):
        town.connection.execute(
            "INSERT INTO area (code, vintage, kind, name) VALUES ('W7', %s, 'ward', %s)", (vintage, name)
        )
        town.connection.execute("INSERT INTO place_area VALUES ('elm-1', 'W7', %s)", (vintage,))
    ward = read(ada.get("/homes?view=team&area=W7"))
    assert [one["href"] for one in ward.all("a") if one["href"].startswith("/cases/")] == [damp]
    assert len([one for one in ward.all("option") if one["value"] == "W7"]) == 1, "the newest edition of each ward"
    assert "Mill Hill and Moor" in ward.said()
    assert read(ada.get("/homes?view=team&area=E1"), 400)
    assert read(ada.get("/homes?nonsense=1"), 400)

    key = next(one["value"] for one in page.all("input") if one["name"] == "key")
    numbers = [damp.rpartition("/")[2], cold.rpartition("/")[2]]
    answer = ada.post("/homes/bulk?view=mine", data={"key": key, "form": "snooze", "case": numbers})
    assert "Until the end of: Fill this in. Why?: Fill this in." in read(answer, 400).said()
    until = f"{NOW + timedelta(days=7):%Y-%m-%d}"
    given = {"key": key, "form": "snooze", "case": numbers, "until": until, "reason": "The roof comes first."}
    answer = ada.post("/homes/bulk?view=mine", data=given)
    assert answer.headers["location"] == "/homes?view=mine&done=2"
    assert ada.post("/homes/bulk?view=mine", data=given).headers["location"] == "/homes?view=mine&done=2"
    page = read(ada.get("/homes?view=snoozed"))
    assert "Nobody’s yet 0 Team 0 Put off 2" in page.said()
    assert f"until {int(until[-2:])} " in page.said()
    assert "Put off The roof comes first." not in page.said()
    given = {"key": "give", "form": "assign", "case": [*numbers, "999999"], "assignee": "Bo"}
    said = read(cy.post("/homes/bulk?view=team", data=given), 400).said()
    assert "Nothing was done." in said
    assert "There is no case 999999." in said
    assert "Those who work in this patch are: Ada" in said
    for path in (damp, cold):
        assert send(ada, path, "not-a-hazard", reason="Something else").status_code == 303


def test_alerts_without_a_case_stand_by_themselves_and_open_one_by_hand(town, people: People) -> None:
    bo = people("Bo")
    town.alert(
        "ash-9/bed", NOW - timedelta(days=3), level="watch", reason="The air was damp for 3.5 days. It rests on 1."
    )
    page = read(bo.get("/homes?view=alerts"))
    assert "Alerts without a case 1" in page.said()
    assert "Keep an eye on it Ash-9 – Ash-9/Bed" in page.said().replace("Ash-9 Ash", "Ash-9 – Ash")
    form = next(one["action"] for one in page.all("form") if "/homes/alerts/" in one["action"])
    key = [one["value"] for one in page.all("input") if one.get("name") == "key"][-1]
    answer = bo.post(form, data={"key": key})
    assert answer.status_code == 303
    page = read(bo.get(answer.headers["location"]))
    assert "The air was damp for 3.5 days." in page.said()
    assert re.search(r"Relative humidity of the air, a week's average \(limit reached\) 81.\d % 75.0 %", page.said())
    assert "It cannot be said yet: too little is known of this home’s air." in page.said()
    assert "no such alert" in read(bo.post("/homes/alerts/999999", data={"key": "k"}), 409).said().lower()


def test_a_home_that_nothing_can_be_said_of_is_amber(town, people: People) -> None:
    device = town.device("mute")
    stream = town.stream(town.deploy(device, "ash-9/bed", NOW - timedelta(days=9)), "relative_humidity", "%")
    assert "Nothing has been read here yet." in read(people("Bo").get("/places/ash-9")).said()
    assert "Cannot be judged Of one home nothing can be said" in read(people("Bo").get("/homes")).said()
    town.readings(stream, [(NOW - timedelta(days=8), 50.0)])
    said = read(people("Bo").get("/homes")).said()
    assert "Not assessed yet Readings of one home have come in; they are assessed within the hour." in said
    assert "nothing can be said" not in said
    page = read(people("Bo").get("/homes?view=unknown"))
    assert "Not assessed yet Ash-9" in page.said()
    assert ("span", {"class": "tag late"}) in page.elements
    page = read(people("Bo").get("/places/ash-9"))
    assert "Readings have come in; they are assessed within the hour." in page.said()
    assert "Cannot be judged" in page.said()
    assert not [one for name, one in page.elements if name == "span" and one.get("class") == "tag wraps live"]


def test_officers_see_their_patch_alone_and_readers_change_nothing(town, people: People) -> None:
    ada, bo, di = people("Ada"), people("Bo"), people("Di")
    path = reported(ada, "elm-1")
    assert read(bo.get(path), 404)
    assert read(bo.get("/places/elm-1"), 404)
    assert "Elm-1" not in read(bo.get("/homes?view=team")).said()
    assert bo.post(f"{path}/events", data={"form": "triage", "key": "x"}).status_code == 404
    page = read(di.get(path))
    assert "What you can record" not in page.said()
    assert read(di.post(f"{path}/events", data={"form": "triage", "key": "x"}), 403)
    assert read(di.post("/homes/bulk", data={"form": "assign", "key": "x"}), 403)
    assert "Record what somebody told us" not in read(di.get("/places/elm-1")).said()
    links = {one["href"] for one in read(ada.get("/homes")).all("a")}
    assert {"/", "/homes"} <= links
    assert not links & {"/devices", "/quarantine", "/sources", "/datasets"}
    foreign = ada.post(f"{path}/events", data={"form": "triage", "key": "x"}, headers={"Origin": "http://evil.test"})
    assert foreign.status_code == 403
    seen = [(who, detail) for who, _, resource, detail in town.audit() if resource == "cases" and who == "Di"]
    assert seen[-1] == ("Di", {"what": "page", "homes": ["elm-1"]})
    assert send(ada, path, "not-a-hazard", reason="Something else").status_code == 303


def test_a_case_closed_before_all_is_done_says_what_the_law_still_asks_for(people: People) -> None:
    ada = people("Ada")
    path = reported(ada, "elm-1")
    assert send(ada, path, "conclude", type="in_person", significance="significant").status_code == 303
    assert "“Hazard confirmed” and “Cause found” have to wait." in read(ada.get(path)).said()
    refused = send(ada, path, "close", outcome="confirmed_hazard", reason="Passed on.")
    said = read(refused, 409).said()
    assert "The case cannot be closed so yet. The law still asks for this. “Send the written summary" in said
    assert "record safety work, that the home was made safe or that the works are done" in said
    assert send(ada, path, "close", outcome="no_access", reason="Nobody opens.").status_code == 303
    assert "The case is closed, but the law still asks for this" in read(ada.get(path)).said()
