"""The outbox and the jobs that fill and empty it: nobody told twice, nothing lost, troubles kept."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hereabouts_platform.jobs.digest import is_due
from hereabouts_platform.jobs.outside import DIGEST_AT, Outside
from hereabouts_platform.jobs.registry import jobs_for
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.notify.mail import Mail, MailDelayed, MailRefused
from hereabouts_platform.store import notices as store
from hereabouts_platform.store.connection import DatabaseRole, acting, connect

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # London keeps UTC in November
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAGES = "https://hereabouts.example.gov.uk"

Town = Any


@dataclass
class Post:
    """A way to send that keeps what it is given, and raises what it is told to."""

    came: list[Mail] = field(default_factory=list)
    trouble: Exception | None = None

    def send(self, mail: Mail) -> None:
        self.came.append(mail)
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def post() -> Post:
    return Post()


def run(town: Town, post: Post | None, name: str, now: datetime) -> Mapping[str, Any]:
    outside = Outside(send=post and post.send, pages=PAGES)
    report = run_job(town.url, name, now, jobs_for(outside))
    assert report.state == "done", report
    return report.detail


def person(town: Town, name: str, *patches: str, role: str = "reader", **wishes: bool) -> int:
    number = town.one("INSERT INTO principal (kind, name) VALUES ('person', %s) RETURNING id", (name,))
    scope = json.dumps({"patches": patches} if patches else {})
    town.owner.execute("INSERT INTO principal_role VALUES (%s, %s, %s)", (number, role, scope))
    with acting(town.owner, 1):
        store.set_contact(town.owner, number, f"{name}@example.gov.uk", store.Wishes(**wishes))
    return number


def alert(town: Town, home: str, level: str, opened_at: datetime = MONDAY - DAY) -> int:
    if not town.one("SELECT count(*) FROM place WHERE id = %s", (home,)):
        town.place(home, name=f"{home}, Elm Court")
        town.place(f"{home}/bedroom", "room", name="Bedroom", parent_id=home)
    return town.one(
        "INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule, rule_version,"
        " opened_at, updated_at, changed_by) VALUES ('place', %(room)s, %(room)s, 'damp_mould', %(level)s,"
        " 'The air is at 91 %% for a week.', '{}', 'part_f', '1', %(at)s, %(at)s, 1) RETURNING id",
        {"room": f"{home}/bedroom", "level": level, "at": opened_at},
    )


def ends(town: Town) -> list[tuple[Any, ...]]:
    return town.owner.execute(
        "SELECT kind, attempts, sent_at IS NOT NULL, failed_at IS NOT NULL, trouble FROM notice ORDER BY id"
    ).fetchall()


def test_an_urgent_alert_is_told_at_once_and_once(town: Town, post: Post) -> None:
    person(town, "ada", urgent=True)
    person(town, "bob", digest=True)
    alert(town, "Flat 1", "urgent")
    alert(town, "Flat 2", "act")
    assert run(town, post, "notices", MONDAY)["sent"] == 1
    assert run(town, post, "notices", MONDAY + MINUTE)["made"] == 0
    (mail,) = post.came
    assert (mail.to, mail.subject) == ("ada@example.gov.uk", "Urgent: Flat 1, Elm Court, Bedroom")
    assert f"{PAGES}/places/Flat%201" in mail.body
    assert "91" not in mail.body
    town.owner.execute("UPDATE alert SET level = 'urgent'")
    run(town, post, "notices", MONDAY + 2 * MINUTE)
    assert [mail.subject for mail in post.came[1:]] == ["Urgent: Flat 2, Elm Court, Bedroom"]


def test_nothing_is_made_where_nothing_can_be_sent(town: Town, post: Post) -> None:
    person(town, "ada", urgent=True, digest=True)
    alert(town, "Flat 1", "urgent")
    assert run(town, None, "notices", MONDAY) == {"made": 0, "sent": 0, "given_up": 0}
    assert run(town, None, "digest", MONDAY) == {"looked_at": 0, "made": 0}
    assert ends(town) == []
    run(town, post, "notices", MONDAY + MINUTE)
    assert len(post.came) == 1


def test_what_does_not_go_is_tried_again_after_growing_pauses_and_then_given_up(town: Town, post: Post) -> None:
    person(town, "ada", urgent=True)
    alert(town, "Flat 1", "urgent")
    post.trouble = MailDelayed("The mail server said 451 later")
    at = [MONDAY + minute * MINUTE for minute in (0, 0.5, 1, 2, 3, 6, 7)]
    assert [run(town, post, "notices", now)["delayed"] for now in at] == [1, 0, 1, 0, 1, 0, 1]
    assert ends(town) == [("urgent", 4, False, False, "The mail server said 451 later")]
    assert [mail.again for mail in post.came] == [False, True, True, True]
    assert len({mail.reference for mail in post.came}) == 1
    assert run(town, post, "notices", MONDAY + 2 * DAY)["given_up"] == 1
    assert ends(town) == [("urgent", 4, False, True, "The mail server said 451 later")]


def test_a_refusal_ends_it_with_its_reason_and_the_others_go(town: Town) -> None:
    for name in ("ada", "bob", "cyd"):
        person(town, name, urgent=True)
    alert(town, "Flat 1", "urgent")
    came = []

    def send(mail: Mail) -> None:
        if mail.to.startswith("bob"):
            raise MailRefused("The mail server said 550 unknown")
        came.append(mail.to)

    report = run_job(town.url, "notices", MONDAY, jobs_for(Outside(send=send)))
    assert (report.detail["sent"], report.detail["failed"]) == (2, 1)
    assert came == ["ada@example.gov.uk", "cyd@example.gov.uk"]
    assert ends(town)[1] == ("urgent", 1, False, True, "The mail server said 550 unknown")
    with connect(town.url, DatabaseRole.API) as api, acting(api, 1):
        assert store.counts(api, datetime.now(UTC) - DAY).trouble == "The mail server said 550 unknown"


def test_a_server_that_takes_nothing_is_not_asked_for_each(town: Town, post: Post) -> None:
    for number in range(8):
        person(town, f"p{number}", urgent=True)
    alert(town, "Flat 1", "urgent")
    post.trouble = MailDelayed("mail.example.org:587: timed out")
    assert run(town, post, "notices", MONDAY)["delayed"] == len(post.came) == 3
    post.trouble = None
    assert run(town, post, "notices", MONDAY + MINUTE)["sent"] == 8


def test_killed_between_sending_and_writing_so_it_goes_again_and_can_be_known(town: Town, tmp_path: Path) -> None:
    person(town, "ada", urgent=True)
    alert(town, "Flat 1", "urgent")
    script = """
        import os, signal, sys
        from datetime import datetime
        from pathlib import Path
        from hereabouts_platform.jobs.outside import DIGEST_AT, Outside
        from hereabouts_platform.jobs.registry import jobs_for
        from hereabouts_platform.jobs.run import run_job

        def send(mail):
            Path(sys.argv[3]).write_text(str(mail.reference))
            os.kill(os.getpid(), signal.SIGKILL)

        run_job(sys.argv[1], "notices", datetime.fromisoformat(sys.argv[2]), jobs_for(Outside(send=send)))
    """
    handed_over = tmp_path / "reference"
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), town.url, MONDAY.isoformat(), str(handed_over)],
        check=False,
        capture_output=True,
    )
    assert ended.returncode == -9, ended.stderr
    assert ends(town) == [("urgent", 1, False, False, None)]
    post = Post()
    assert run(town, post, "notices", MONDAY + MINUTE)["sent"] == 1
    assert (str(post.came[0].reference), post.came[0].again) == (handed_over.read_text(), True)


def test_who_wants_no_more_gets_no_more(town: Town, post: Post) -> None:
    ada, bob = person(town, "ada", urgent=True), person(town, "bob", urgent=True)
    alert(town, "Flat 1", "urgent")
    post.trouble = MailDelayed("later")
    run(town, post, "notices", MONDAY)
    with acting(town.owner, 1):
        assert store.forget_contact(town.owner, ada)
        assert not store.forget_contact(town.owner, ada)
    town.owner.execute("UPDATE principal SET disabled_at = now() WHERE id = %s", (bob,))
    post.trouble = None
    came = len(post.came)
    run(town, post, "notices", MONDAY + HOUR)
    assert len(post.came) == came
    assert [row[3:] for row in ends(town)] == [(True, store.NOT_WANTED)] * 2


@pytest.mark.parametrize(
    ("at", "is_made"),
    [
        (MONDAY - MINUTE, False),
        (MONDAY, True),
        (MONDAY + 9 * HOUR, True),
        (datetime(2026, 11, 22, 9, tzinfo=UTC), False),  # Sunday
        (datetime(2026, 12, 28, 9, tzinfo=UTC), False),  # Boxing Day, moved to Monday
        (datetime(2027, 6, 1, 7, 0, tzinfo=UTC), True),  # 8:00 in summer
        (datetime(2027, 6, 1, 6, 59, tzinfo=UTC), False),
        (datetime(2099, 12, 25, 9, tzinfo=UTC), True),  # a Friday whose bank holidays nobody knows yet
    ],
)
def test_the_digest_is_made_on_working_days_once_its_hour_has_come(at: datetime, is_made: bool) -> None:
    assert is_due(DIGEST_AT, "england", at) is is_made


def test_a_digest_tells_only_what_has_changed_since_the_last(town: Town, post: Post) -> None:
    person(town, "ada", digest=True)
    person(town, "eve", urgent=True)
    first = alert(town, "Flat 1", "watch")
    assert run(town, post, "digest", MONDAY) == {"looked_at": 1, "made": 1}
    run(town, post, "notices", MONDAY)
    assert run(town, post, "digest", MONDAY + HOUR) == {"looked_at": 0, "made": 0}
    assert run(town, post, "digest", MONDAY + DAY) == {"looked_at": 1, "made": 0}
    town.owner.execute("UPDATE alert SET level = 'act' WHERE id = %s", (first,))
    alert(town, "Flat 2", "watch")
    town.sensor("Flat 2/bedroom")
    town.owner.execute(
        "INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version, opened_at,"
        " updated_at, changed_by) VALUES ('device', 'device-1', 'sensor_silent', 'act', 'x', '{}', 'x', '1', now(),"
        " now(), 1)"
    )
    assert run(town, post, "digest", MONDAY + 2 * DAY)["made"] == 1
    run(town, post, "notices", MONDAY + 2 * DAY)
    assert [mail.subject for mail in post.came] == [
        "Hereabouts: 1 new",
        "Hereabouts: 1 worse, 1 new and 1 newly silent",
    ]
    assert "Flat 1, Elm Court, Bedroom: damp air, where mould can grow (needs action" in post.came[1].body


def test_a_digest_that_never_went_is_made_up_for_by_the_next(town: Town, post: Post) -> None:
    person(town, "ada", digest=True)
    alert(town, "Flat 1", "watch")
    run(town, post, "digest", MONDAY)
    post.trouble = MailRefused("no")
    run(town, post, "notices", MONDAY)
    assert run(town, post, "digest", MONDAY + DAY)["made"] == 1
    post.trouble = MailDelayed("later")
    run(town, post, "notices", MONDAY + DAY)
    assert run(town, post, "digest", MONDAY + 2 * DAY)["made"] == 1
    assert [row[2:] for row in ends(town)] == [(False, True, "no"), (False, True, "later"), (False, False, None)]


def test_asking_anew_on_the_same_day_makes_no_second_digest(town: Town, post: Post) -> None:
    ada = person(town, "ada", digest=True)
    alert(town, "Flat 1", "watch")
    run(town, post, "digest", MONDAY)
    with acting(town.owner, 1):
        store.forget_contact(town.owner, ada)
        store.set_contact(town.owner, ada, "ada@example.org", store.Wishes(digest=True))
    assert run(town, post, "digest", MONDAY + MINUTE) == {"looked_at": 1, "made": 0}


def test_neither_addresses_nor_words_are_for_the_api(town: Town) -> None:
    with connect(town.url, DatabaseRole.API) as api:
        for table in ("contact", "notice", "notice_about"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                api.execute(f"SELECT * FROM {table}")  # type: ignore[arg-type]
        assert store.counts(api, MONDAY).waiting == 0
    with connect(town.url, DatabaseRole.JOBS) as jobs, pytest.raises(psycopg.errors.InsufficientPrivilege):
        jobs.execute("UPDATE contact SET address = 'eve@example.org'")
