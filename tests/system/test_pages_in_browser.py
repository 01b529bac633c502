"""The page as an officer meets it, in a real browser: signing in, an alert, its reason and its chart."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from long_round import long_plan, name_of, put_bins
from made_plan import published
from playwright.sync_api import Browser, Page, expect, sync_playwright

from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.imports.readings import import_readings
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.plans import keep_draft, publish
from hereabouts_schemas.access import PrincipalKind, Role
from hereabouts_schemas.times import LONDON

pytestmark = pytest.mark.one_engine

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def damp_home(wire: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A home whose bedroom has been at 88 % for nine days, as the job sees it."""
    wire.register([("damp-sensor", "plain", "elm-court-12", {})])
    url = wire.up.run["database_url"]
    file = tmp_path_factory.mktemp("history") / "readings.csv"
    with file.open("w") as rows:
        rows.write("device,quantity,time,value\n")
        for hour in range(9 * 24):
            at = (NOW - timedelta(hours=hour)).isoformat()
            warmth, moisture = 19.5 + hour % 2 / 5, 87 + hour % 3  # what never moves is a sensor that stands still
            rows.write(f"damp-sensor,air_temperature,{at},{warmth}\ndamp-sensor,relative_humidity,{at},{moisture}\n")
    with connect(url, DatabaseRole.OWNER) as connection:
        connection.execute("UPDATE place SET name = '12 Elm Court' WHERE id = 'elm-court-12'")
        connection.execute(
            "UPDATE deployment SET from_at = from_at - interval '99 days' WHERE device_id = 'damp-sensor'"
        )
        report = import_readings(connection, principal_named(connection, "system:command"), file)
    assert report.stored == 2 * 9 * 24
    run_job(url, "assess", datetime.now(UTC))
    return "elm-court-12"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is missing: install it (Debian: apt-get install chromium)"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=FLAGS)


@pytest.fixture
def page(browser: Browser, wire: Any, damp_home: str) -> Iterator[Page]:
    """A signed-in page that has met no error and no refused content."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, locale="en-GB")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(wire.up.run["http"] + "/")
    expect(page).to_have_url(f"{wire.up.run['http']}/sign-in?next=/")
    page.get_by_label("Your key").fill(wire.up.run["admin_key"])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(wire.up.run["http"] + "/")
    yield page
    assert complaints == []
    context.close()


def test_an_officer_finds_the_damp_home_and_why(page: Page, tmp_path: Path) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Places that need somebody")
    page.get_by_role("link", name="12 Elm Court").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("12 Elm Court")
    expect(page.get_by_text("has averaged 88 % over the last 7 days").first).to_be_visible()
    expect(page.locator("svg[role=img]").first).to_be_visible()
    page.get_by_text("The same as a table").first.click()
    expect(page.get_by_role("table").first).to_be_visible()
    page.screenshot(path=tmp_path / "place.png", full_page=True)


@pytest.mark.parametrize(
    "path", ["/", "/homes", "/homes?view=unknown", "/learning", "/sources", "/places/elm-court-12", "/sign-in"]
)
def test_pages_fit_a_phone_and_a_320_pixel_column(page: Page, wire: Any, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(wire.up.run["http"] + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_keyboard_reaches_the_content_and_focus_is_seen(page: Page) -> None:
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    assert focused is not None
    assert focused.startswith("#")  # the first stop is the link past the header
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_signing_out_ends_it(page: Page, wire: Any) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.goto(wire.up.run["http"] + "/places/elm-court-12")
    expect(page).to_have_url(f"{wire.up.run['http']}/sign-in?next=/places/elm-court-12")


def test_a_refused_key_says_so(browser: Browser, wire: Any) -> None:
    page = browser.new_page()
    page.goto(wire.up.run["http"] + "/sign-in")
    page.get_by_label("Your key").fill("hab_live_wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.close()


def test_an_officer_writes_a_report_down_and_takes_the_case_on(page: Page, wire: Any) -> None:
    page.goto(wire.up.run["http"] + "/places/elm-court-12")
    page.get_by_text("Record what somebody told us").focus()
    page.keyboard.press("Enter")  # all of it works without a mouse
    page.get_by_label("Damp and mould").check()
    page.get_by_label("A resident").check()
    page.get_by_role("button", name="Record the report").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("12 Elm Court: Damp and mould")
    expect(page.get_by_role("status")).to_have_text("Recorded: Reported.")
    page.locator("#form-triage summary").press("Enter")
    page.get_by_role("button", name="Take it on").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Recorded: Looked at and taken on.")
    expect(page.get_by_text("Finish the investigation by")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(wire.up.run["http"] + "/homes?view=team")
    expect(page.get_by_role("link", name="12 Elm Court, Damp and mould")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


STOPS = 30
NAMED = """[...document.querySelectorAll('a, button, input:not([type=hidden]), textarea, select')].filter(one =>
    one.checkVisibility() && !(one.labels?.length || one.textContent.trim())).map(one => one.outerHTML)"""
SMALL = """[...document.querySelectorAll('main button, .tell input, .stops .links a')].filter(one =>
    one.checkVisibility() && one.getBoundingClientRect().height < 44).map(one => one.innerText)"""


@pytest.fixture(scope="module")
def crew_key(wire: Any) -> str:
    """A round of thirty stops stands today; the key of its crew's phone."""
    url = wire.up.run["database_url"]
    with connect(url, DatabaseRole.OWNER) as owner:
        put_bins(owner, STOPS)
        by = principal_named(owner, "system:command")
        with acting(owner, by.id):
            phone = ensure_principal(owner, by, "Phone of red", PrincipalKind.PERSON, Role.WASTE_CREW, crews=["red"])
            key = issue_key(owner, by, phone, "test")
    with connect(url, DatabaseRole.JOBS) as jobs:
        by = principal_named(jobs, "system:jobs")
        with acting(jobs, by.id):
            plan = long_plan(datetime.now(LONDON).date(), STOPS)
            publish(jobs, by, keep_draft(jobs, by, published(plan), "yard").id, lambda _: [])
    return key


def test_a_dispatchers_day_and_a_crews_sheet_on_its_phone_and_on_paper(
    page: Page, browser: Browser, wire: Any, crew_key: str, tmp_path: Path
) -> None:
    page.goto(wire.up.run["http"] + "/rounds?find=the bin by the chip shop")
    page.locator("#find").get_by_role("link", name="Ask for a visit to " + name_of(1), exact=True).click()
    page.get_by_label("What is wanted, in a sentence").fill("Bags beside it.")
    page.get_by_role("button", name="Ask for it").click()
    expect(page.get_by_role("status")).to_contain_text("Asked for.")
    expect(page.locator("#requests")).to_contain_text("Bags beside it.")
    page.screenshot(path=tmp_path / "rounds-wide.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(NAMED) == []
    page.screenshot(path=tmp_path / "rounds-phone.png", full_page=True)

    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", has_touch=True)
    phone = context.new_page()
    phone.goto(wire.up.run["http"] + "/sign-in")
    phone.get_by_label("Your key").fill(crew_key)
    phone.get_by_role("button", name="Sign in").click()
    phone.get_by_role("link", name="RCV 1, crew red").click()
    expect(phone.get_by_role("heading", level=2).first).to_have_text(f"Next: stop 1 of {STOPS} {name_of(1)}")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.evaluate(NAMED) == []
    assert phone.evaluate(SMALL) == [], "a thumb in a glove has to hit it"
    phone.screenshot(path=tmp_path / "sheet-phone.png", full_page=True)
    phone.pdf(path=tmp_path / "sheet.pdf", format="A4")
    pages = re.findall(rb"/Type\s*/Page\b", (tmp_path / "sheet.pdf").read_bytes())
    assert 1 <= len(pages) <= 2, "a round of a morning fits on a sheet of paper"
    picture = b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000049454e44ae426082")
    phone.get_by_label("Photo").set_input_files({"name": "skip.png", "mimeType": "image/png", "buffer": picture})
    phone.get_by_role("button", name="Blocked").tap()
    expect(phone.get_by_role("status")).to_contain_text(f"Recorded: {name_of(1)}, Blocked")
    expect(phone.get_by_role("heading", level=2).first).to_have_text(f"Next: stop 2 of {STOPS} {name_of(2)}")
    phone.get_by_text("1 visit reported").tap()
    expect(phone.get_by_role("link", name="Photo of " + name_of(1))).to_be_visible()
    phone.screenshot(path=tmp_path / "sheet-reported.png", full_page=True)
    context.close()
