"""Jobs as the API and the page tell of them: what failed, what never ran, and what was done."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from hereabouts_api.pages.jobs import say_detail, say_post
from hereabouts_platform.jobs.registry import JOBS
from hereabouts_platform.rules.job_health import JobHistory, JobState, state_of, window_of
from hereabouts_platform.store.notices import Counts
from hereabouts_schemas.access import Role

FIVE = timedelta(minutes=5)
ROUND = datetime(2026, 11, 22, 13, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known_since", "done", "failed", "state"),
    [
        (None, None, None, JobState.NOT_RUN),
        (-1, None, None, JobState.NOT_RUN),
        (-3, None, None, JobState.STOPPED),
        (-9, 0, None, JobState.WORKS),
        (-9, -1, None, JobState.WORKS),
        (-9, -2, None, JobState.LATE),
        (-9, -4, None, JobState.STOPPED),
        (-9, -1, 0, JobState.FAILING),
        (-9, None, -8, JobState.FAILING),
    ],
)
def test_how_a_job_fares(known_since: int | None, done: int | None, failed: int | None, state: JobState) -> None:
    at = [None if back is None else window_of(ROUND, FIVE) + back * FIVE for back in (known_since, done, failed)]
    history = JobHistory(
        name="sweep", interval=FIVE, known_since=at[0], done_at=at[1], failed_at=at[2], error="It was cut off."
    )
    assert state_of(history, ROUND) is state


@pytest.fixture(scope="module")
def runs(town) -> None:
    """Assess works, health failed, account stopped an hour ago, the others have never run."""
    now = datetime.now(UTC)  # not when this file was read: a whole run of the tests lies between
    for job, back, state, detail in [
        *(("assess", n, "done", {"rooms": 1200 + n, "cleared": 0}) for n in range(20)),
        ("health", 0, "failed", {"error": "It ended with ValueError."}),
        ("account", 4, "done", {"batches": 3}),
    ]:
        interval = next(each.interval for each in JOBS if each.name == job)
        window = window_of(now, interval) - back * interval
        town.connection.execute(
            "INSERT INTO job_run (job, window_at, started_at, finished_at, state, detail, principal_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, 1)",
            (job, window, window, window + timedelta(seconds=1.5), state, json.dumps(detail)),
        )


def test_every_job_is_listed_with_how_it_fares(admin: httpx.Client, runs: None) -> None:
    items = {item["name"]: item for item in admin.get("/v1/jobs").json()["items"]}
    assert list(items) == [job.name for job in JOBS]
    assert (items["assess"]["state"], items["assess"]["last"]["detail"]["rooms"]) == ("works", 1200)
    assert (items["health"]["state"], items["health"]["done_at"]) == ("failing", None)
    assert items["health"]["last"]["detail"] == {"error": "It ended with ValueError."}
    assert (items["account"]["state"], items["account"]["missed"]) == ("stopped", 3)
    assert (items["rollup"]["state"], items["rollup"]["last"]) == ("stopped", None)  # others have run for 95 minutes
    assert (items["retention"]["state"], items["retention"]["last"]) == ("not_run", None)  # a day is not over


def test_runs_are_read_in_pages(admin: httpx.Client, runs: None) -> None:
    found, cursor = [], None
    while True:
        answer = admin.get("/v1/jobs/assess/runs", params={"limit": 7, **({"cursor": cursor} if cursor else {})}).json()
        found += answer["items"]
        cursor = answer["next"]
        if cursor is None:
            break
    assert [item["detail"]["rooms"] for item in found] == list(range(1200, 1220))
    assert admin.get("/v1/jobs/none/runs").status_code == 404
    assert admin.get("/v1/jobs/gaps/runs").json() == {"items": [], "next": None}


def test_the_page_names_the_troubled_first_and_shows_runs(
    address: str, make_key: Callable[..., str], runs: None
) -> None:
    with httpx.Client(base_url=address, timeout=30) as browser:
        browser.post("/sign-in", data={"key": make_key("operator", Role.READER)})
        text = " ".join(browser.get("/jobs").text.split())
    assert "jobs need a look: health, account" in text
    assert text.index("Look at every device") < text.index("Check that every message") < text.index("Assess every home")
    assert "It ended with ValueError." in text
    assert "3 runs since then failed or never began" in text
    assert "1,200 rooms" in text
    assert "1.5 s" in text
    assert "Nobody has asked for e-mails." in text


def test_what_a_run_found_and_how_the_post_goes_in_words() -> None:
    assert say_detail({}) == "nothing to do"
    found = Counts(people=2, waiting=1, oldest_waiting=ROUND, sent=1200, failed=1, trouble="It was full.")
    assert say_post(found) == (
        "2 people ask for e-mails. In 7 days 1,200 went and 1 did not. 1 waits to be sent. Last trouble: It was full."
    )


def test_a_job_that_nobody_set_up_says_so(town, admin: httpx.Client, runs: None) -> None:
    window = window_of(datetime.now(UTC), timedelta(hours=1))
    town.connection.execute(
        "INSERT INTO job_run (job, window_at, started_at, finished_at, state, detail, principal_id)"
        " VALUES ('weather', %s, %s, %s, 'done', '{\"not_set_up\": \"No weather service is set up.\"}', 1)",
        (window, window, window),
    )
    page = admin.get("/jobs").text
    card = page[page.index("Fetch the weather outside") :]
    assert card.index("Not set up") < card.index("Its name is <code>weather</code>")
    assert "No weather service is set up." in card
