"""The pages: signing in and out, what they say, and that everybody can read them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from page_reading import read
from psycopg.types.json import Jsonb

from hereabouts_platform.access.sign_in import make_sign_in_link
from hereabouts_platform.store.access import principal_named
from hereabouts_schemas.access import Role

NOW = datetime.now(UTC)


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    """A client that keeps cookies and follows nothing by itself."""
    with httpx.Client(base_url=address, timeout=30) as client:
        yield client


@pytest.fixture
def officer(browser: httpx.Client, make_key: Callable[..., str]) -> httpx.Client:
    """A browser that has signed in as a reader."""
    assert browser.post("/sign-in", data={"key": make_key("officer", Role.READER)}).status_code == 303
    return browser


@pytest.mark.parametrize("path", ["/", "/places/home-7", "/places/home-7/bed%20room%3F%25"])
def test_without_a_session_pages_lead_to_the_way_in_and_back(
    browser: httpx.Client, make_key: Callable[..., str], path: str
) -> None:
    answer = browser.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=/")
    page = read(browser.get(answer.headers["location"]))
    (hidden,) = [one for one in page.all("input") if one["name"] == "next"]
    assert hidden["value"] == path
    answer = browser.post("/sign-in", data={"key": make_key("officer", Role.READER), "next": hidden["value"]})
    assert answer.headers["location"] == path


def test_signing_in_and_out_with_a_key(browser: httpx.Client, make_key: Callable[..., str]) -> None:
    key = make_key("officer", Role.READER)
    answer = browser.post("/sign-in", data={"key": f" {key}\n", "next": "/places/home-7"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/places/home-7")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=43200" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert key not in cookie
    session = browser.cookies["hereabouts_session"]
    read(browser.get("/"))
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "hereabouts_session" not in browser.cookies
    assert httpx.get(browser.base_url.join("/"), cookies={"hereabouts_session": session}).status_code == 303
    assert browser.post("/sign-out").status_code == 303


def test_the_session_is_kept_as_a_hash(officer: httpx.Client, town) -> None:
    session = officer.cookies["hereabouts_session"]
    rows = town.connection.execute("SELECT row_to_json(s)::text FROM session s").fetchall()
    assert rows
    assert not any(session in row[0] for row in rows)


def test_over_tls_the_cookie_insists_on_it(database_url: str, serving: Callable, make_key: Callable[..., str]) -> None:
    with serving(database_url, public_url="https://hereabouts.example") as address:
        answer = httpx.post(f"{address}/sign-in", data={"key": make_key("officer", Role.READER)})
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/a b\nc", "javascript:alert(1)"],
)
def test_signing_in_leads_nowhere_else(browser: httpx.Client, make_key: Callable[..., str], target: str) -> None:
    answer = browser.post("/sign-in", data={"key": make_key("officer", Role.READER), "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    shown = read(browser.get("/sign-in", params={"next": target})).all("input")
    assert {"type": "hidden", "name": "next", "value": "/"} in shown


@pytest.mark.parametrize("key", ["wrong", "hab_live_" + "x" * 43, "x" * 200, "é"])
def test_a_wrong_key_says_so(browser: httpx.Client, key: str) -> None:
    answer = browser.post("/sign-in", data={"key": key})
    page = read(answer, 403)
    assert "This key does not work." in page.said()
    assert "set-cookie" not in answer.headers
    assert key not in answer.text.replace(page.title, "")


@pytest.mark.parametrize("form", [{}, {"next": "/"}, {"key": "x" * 201}])
def test_a_form_that_is_not_ours(browser: httpx.Client, form: dict[str, str]) -> None:
    read(browser.post("/sign-in", data=form), 400)


def test_a_link_signs_in_once_and_fetching_it_ahead_uses_nothing_up(
    browser: httpx.Client, town, make_key: Callable[..., str]
) -> None:
    make_key("officer", Role.READER)
    link = make_sign_in_link(town.connection, principal_named(town.connection, "officer").id, str(browser.base_url))
    for header in ("Sec-Purpose", "Purpose"):
        assert browser.get(link, headers={header: "prefetch"}).status_code == 204
    answer = browser.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    read(browser.get("/"))
    browser.cookies.clear()
    assert "This link has been used" in read(browser.get(link), 403).said()
    assert "This link has been used" in read(browser.get("/sign-in/unknown"), 403).said()


def test_a_quiet_town(officer: httpx.Client, town) -> None:
    page = read(officer.get("/"))
    assert "No alert is open." in page.said()
    assert "No device is deployed, so nothing can be heard." in page.said()
    assert "silent" not in page.said(), "silence is never green"


def test_a_deployed_device_that_is_heard(officer: httpx.Client, town) -> None:
    deployment = town.deploy(town.device("first", heard=NOW), town.place("mast-1", "street"), NOW - timedelta(days=1))
    assert "No deployed device is silent." in read(officer.get("/")).said()
    town.connection.execute("UPDATE deployment SET to_at = now() WHERE id = %s", (deployment,))


def test_devices_that_leave_or_come_later(officer: httpx.Client, town) -> None:
    mast = town.place("mast-2", "street")
    town.deploy(town.device("later", heard=NOW - timedelta(days=9)), mast, NOW + timedelta(days=7))
    assert "No device is here now, so nothing new can be said." in read(officer.get(f"/places/{mast}")).said()
    fresh = town.place("mast-3", "street")
    town.deploy(town.device("fresh", heard=None), fresh, NOW - timedelta(minutes=5))
    assert "No device here has been heard yet, so nothing can be said." in read(officer.get(f"/places/{fresh}")).said()
    town.deploy(town.device("leaving", heard=NOW), mast, NOW - timedelta(days=7), NOW + timedelta(days=7))
    said = read(officer.get(f"/places/{mast}")).said()
    assert "Every device here is being heard." in said
    assert re.search(r"Indoor sensor ?leaving Mast-2 Live", said)
    assert re.search(r"Indoor sensor ?later Mast-2 Not here yet", said)
    assert said.count("no end set") == 1
    assert "still here" not in said


@pytest.fixture(scope="module")
def street(town) -> None:
    """Homes with alerts of all levels; the newest is the least urgent."""
    opened = datetime(2026, 7, 1, 11, 5, tzinfo=UTC)
    town.place("11")
    for number, level in enumerate(["watch", "act", "urgent"]):
        home = town.place(f"home-{number}", name=f"{number} Mill Lane")
        room = town.place(f"{home}/bedroom", "room", parent=home, name="Bedroom & <bath>")
        town.alert(room, opened + timedelta(days=number), level=level, reason=f"Reason <{level}>.")
        town.alert(home, opened, level=level, hazard="new_hazard", cleared_at=opened)
    heard = NOW - timedelta(minutes=20)
    device = town.device("live", heard=heard)
    quiet = town.device("quiet", heard=NOW - timedelta(days=3))
    gone = town.device("gone", heard=NOW - timedelta(days=90))
    fresh = town.deploy(device, "home-2/bedroom", NOW - timedelta(days=30))
    town.deploy(quiet, "home-1/bedroom", NOW - timedelta(days=30))
    town.deploy(gone, "home-2/bedroom", NOW - timedelta(days=90), NOW - timedelta(days=30))
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    times = [hour - timedelta(hours=hours) for hours in range(1, 400) if not 100 <= hours < 130]
    town.readings(town.stream(fresh, "relative_humidity", "%"), [(at, 60 + at.hour) for at in times])
    town.readings(town.stream(fresh, "air_temperature", "Cel"), [(at, 18.0) for at in times[::2]])


@pytest.mark.usefixtures("street")
def test_the_first_page_shows_the_most_urgent_first(officer: httpx.Client) -> None:
    page = read(officer.get("/"))
    assert [text.split() for tag, text in page.headings if tag == "h3"] == [
        [str(number), "Mill", "Lane", "Bedroom", "&", "<bath>"] for number in (2, 1, 0)
    ]
    said = page.said()
    assert "3 places have an open alert: 1 urgent, 1 to act on, 1 to keep an eye on." in said
    assert "1 device is silent, in 1 home." in said
    assert re.findall("Urgent|Needs action|Keep an eye on it", said) == [
        "Urgent", "Needs action", "Keep an eye on it",
    ]  # fmt: skip
    assert "since 3 July 2026, 12:05 Reason <urgent>." in said, "British Summer Time"
    assert said.count("Europe/London") == 1
    assert "/places/home-2" in {link["href"] for link in page.all("a")}


@pytest.mark.usefixtures("street")
def test_a_place_page_says_why_since_when_and_from_what(officer: httpx.Client) -> None:
    page = read(officer.get("/places/home-2"))
    said = page.said()
    assert page.headings[0] == ("h1", "2 Mill Lane")
    assert "Reason <urgent>." in said
    assert "Relative humidity of the air, a week's average (limit reached) 81.2 %75.0 %" in said
    assert "26 June 2026, 12:05 3 July 2026, 12:05" in said
    assert "Every device here is being heard." in said
    assert "quiet" not in said
    assert re.search(r"Indoor sensor ?live Bedroom & <bath> Live", said)
    assert re.search(r"Indoor sensor ?gone Bedroom & <bath> Gone", said)


@pytest.mark.usefixtures("street")
def test_the_chart_has_its_gap_its_limits_and_a_twin(officer: httpx.Client) -> None:
    answer = officer.get("/places/home-2/bedroom")
    page = read(answer)
    assert page.headings[0] == ("h1", "Bedroom & <bath>, 2 Mill Lane")
    assert len(page.all("figure")) == 2
    said = page.said()
    assert "75 %, the limit of a week's average" in said
    lines = [path["d"] for path in page.all("path") if path.get("class") == "line"]
    assert len(lines) >= 2
    assert len([rect for rect in page.all("rect") if rect.get("class") == "gap"]) >= 1
    assert "Shaded: no readings." in said
    assert len(page.all("details")) == 1
    assert "no readings for 30 hours" in said
    rows = re.findall(r"<tr><th scope=\"row\">([^<]+)</th><td class=\"num\">([0-9.]+)</td>", answer.text)
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    shown = sum(1 for hours in range(1, 14 * 24) if not 100 <= hours < 130)
    assert len(rows) == shown
    assert rows[-1][1] == f"{60 + (hour - timedelta(hours=1)).hour:.1f}"


@pytest.mark.usefixtures("street")
@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/places/home-1", "cannot be heard|Every device here is silent"),
        ("/places/11", "No alert is open here. No device is here now, so nothing new can be said."),
        ("/places/11", "There are no readings of these days."),
    ],
)
def test_silence_is_never_green(officer: httpx.Client, path: str, words: str) -> None:
    assert re.search(words, read(officer.get(path)).said())


@pytest.mark.parametrize("path", ["/places/nowhere", "/nothing", "/places/", "/static/none.css"])
def test_pages_that_are_not_there(officer: httpx.Client, path: str) -> None:
    read(officer.get(path), 404)


def test_the_first_page_says_what_nobody_could_judge(officer: httpx.Client, town) -> None:
    assert "No home has been assessed yet." in read(officer.get("/")).said()
    for hour, state, rooms in ((9, "done", 400), (10, "done", 1200), (11, "failed", 7)):
        at = datetime(2026, 7, 1, hour, tzinfo=UTC)
        town.connection.execute(
            "INSERT INTO job_run (job, window_at, started_at, finished_at, state, detail, principal_id)"
            " VALUES ('assess', %s, %s, %s, %s, %s, 1)",
            (at, at, at, state, Jsonb({"rooms": rooms, "cannot_say": rooms // 100})),
        )
    said = read(officer.get("/")).said()
    assert "1,200 rooms were last assessed 1 July 2026, 11:00. Of 12 too little was read to say anything." in said


def test_the_first_page_says_when_the_system_itself_is_unwell(officer: httpx.Client, town) -> None:
    town.connection.execute(
        "INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version, opened_at,"
        " updated_at, changed_by) VALUES ('job', 'assess', 'job_failing', 'urgent', 'The job assess fails.', '{}',"
        " 'r', '1', now(), now(), 1)"
    )
    said = read(officer.get("/")).said()
    assert "About the system itself Urgent The job assess fails. Since" in said


def test_a_page_of_many_alerts_goes_on(officer: httpx.Client, town) -> None:
    for number in range(120):
        town.place(f"many-{number}", name=f"Many {number}")
        town.alert(f"many-{number}", datetime(2026, 5, 1, tzinfo=UTC) + timedelta(hours=number // 3), level="watch")
    found: list[str] = []
    path: str | None = "/"
    while path is not None:
        page = read(officer.get(path))
        found += [link["href"] or "" for link in page.all("a") if (link["href"] or "").startswith("/places/")]
        path = next((link["href"] for link in page.all("a") if link.get("rel") == "next"), None)
    many = [place for place in found if "many" in place]
    assert sorted(many) == sorted(f"/places/many-{number}" for number in range(120))
    assert len(set(found)) == len(found)
    read(officer.get("/?cursor=nonsense"), 400)


def test_the_style_is_kept_by_browsers_and_loads_nothing(officer: httpx.Client) -> None:
    page = read(officer.get("/"))
    for link in page.all("link"):
        answer = officer.get(link["href"] or "")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "url(" not in answer.text
        assert "@import" not in answer.text


def test_pages_say_nothing_of_blame(officer: httpx.Client) -> None:
    for path in ("/", "/places/home-2", "/sign-in"):
        assert "lifestyle" not in officer.get(path).text.lower()
