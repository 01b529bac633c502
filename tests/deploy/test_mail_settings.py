"""E-mails as they are set up: settings, who asked for them, and what doctor says."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

from hereabouts_deploy.commands import user
from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.doctor.check import State
from hereabouts_deploy.doctor.post import check_post
from hereabouts_deploy.main import app
from hereabouts_deploy.outside import outside_of, sent_by, told_to_jobs
from hereabouts_deploy.parts import ground_of
from hereabouts_deploy.settings import Settings
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.jobs.weather_service import WeatherService
from hereabouts_platform.notify.mail import Mail, MailDelayed
from hereabouts_platform.notify.ways import NotifyService, SmtpServer, Tls
from hereabouts_schemas.errors import ConfigError, InputError

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
SMTP = {"smtp_host": "mail.example.gov.uk", "mail_from": "Hereabouts <a@example.gov.uk>"}
NOTIFY = {"notify_api_key": f"key-{SERVICE}-{SECRET}", "notify_template": TEMPLATE}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ways(**settings: Any) -> tuple[object, ...]:
    """What the sender was made with."""
    send: Any = outside_of(Settings(**settings)).send
    return send.args


def test_without_settings_nothing_is_sent() -> None:
    assert replace(outside_of(Settings()), roads=None, duty_rules=None) == Outside()
    assert sent_by(Settings()) is None


def test_a_mail_server(folder: Path) -> None:
    (folder / "password").write_text("sesame\n")
    found = ways(**SMTP, smtp_user="h", smtp_password="sesame", smtp_tls="tls", smtp_port=465)
    expected = SmtpServer(
        host="mail.example.gov.uk",
        port=465,
        tls=Tls.TLS,
        sender="Hereabouts <a@example.gov.uk>",
        user="h",
        password="sesame",
    )
    assert found == (expected,)
    (folder / ".env").write_text("HEREABOUTS_SMTP_PASSWORD_FILE=password\nHEREABOUTS_SMTP_USER=h\n")
    assert ways(**SMTP) == (replace(expected, tls=Tls.STARTTLS, port=587),)
    assert "sesame" not in repr(Settings())


def test_govuk_notify() -> None:
    url = "https://api.notifications.service.gov.uk"
    expected = NotifyService(url=url, service_id=SERVICE, secret=SECRET, template_id=TEMPLATE)
    assert ways(**NOTIFY) == (expected,)
    assert sent_by(Settings(**NOTIFY)) == "GOV.UK Notify"
    assert SECRET not in repr(Settings(**NOTIFY))


@pytest.mark.parametrize(
    ("settings", "cure"),
    [
        (SMTP | NOTIFY, "keep one"),
        ({"smtp_host": "h"}, "HEREABOUTS_MAIL_FROM"),
        (SMTP | {"smtp_user": "h"}, "HEREABOUTS_SMTP_PASSWORD_FILE"),
        (SMTP | {"smtp_tls": "none"}, "this machine alone"),
        ({"notify_api_key": NOTIFY["notify_api_key"]}, "HEREABOUTS_NOTIFY_TEMPLATE"),
    ],
)
def test_half_a_way_is_refused_with_its_cure(settings: dict[str, str], cure: str) -> None:
    with pytest.raises(ConfigError, match=cure):
        outside_of(Settings(**settings))


@pytest.mark.parametrize(
    ("name", "value"),
    [("mail_from", "nobody"), ("notify_api_key", "hunter2"), ("digest_at", "25:00"), ("landlord_email", "us")],
)
def test_what_cannot_be_used_is_told_by_its_setting(name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"HEREABOUTS_{name.upper()}") as caught:
        Settings(**{name: value})
    assert "hunter2" not in str(caught.value)


def test_a_relay_on_this_machine_needs_no_tls() -> None:
    for host in ("localhost", "127.0.0.1", "::1"):
        assert ways(smtp_host=host, mail_from="a@b.org", smtp_tls="none")


def test_the_process_of_jobs_is_told_and_no_other(home: Path, folder: Path) -> None:
    assert home.is_dir()
    data_dir = DataDir(path=folder)
    data_dir.make()
    landlord = {"nation": "scotland", "landlord_name": "Leeds Homes"}
    ground = ground_of(Settings(data_dir=folder, **SMTP, digest_at=time(7, 30), **landlord), data_dir)
    jobs = ground.jobs("postgresql://nowhere", 8123).environment
    names = ("SMTP_HOST", "MAIL_FROM", "DIGEST_AT", "PUBLIC_URL", "NATION", "LANDLORD_NAME", "LANDLORD_PHONE")
    told = {name: jobs.get(f"HEREABOUTS_{name}") for name in names}
    assert told == {
        "NATION": "scotland",
        "LANDLORD_NAME": "Leeds Homes",
        "LANDLORD_PHONE": None,
        "SMTP_HOST": "mail.example.gov.uk",
        "MAIL_FROM": "Hereabouts <a@example.gov.uk>",
        "DIGEST_AT": "07:30:00",
        "PUBLIC_URL": "http://127.0.0.1:8123",
    }
    assert not [name for name in ground.api("postgresql://nowhere", 8123).environment if "SMTP" in name]


@pytest.fixture
def hereabouts(database_url: str) -> Callable[..., Result]:
    """Runs the command on this test's database."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments, env={"HEREABOUTS_DATABASE_URL": database_url})

    return run


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def test_people_ask_for_e_mails_and_for_no_more(
    hereabouts: Callable[..., Result], owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    hereabouts("user", "add", "Ada Pym", "--role", "reader")
    asked = hereabouts("user", "email", "Ada Pym", "ada@example.org", "--digest", "--own")
    assert asked.exit_code == 0, asked.output
    assert "Ada Pym gets the digest and dates of their own cases by e-mail." in asked.stderr
    assert owner.execute("SELECT address, digest, urgent, own FROM contact").fetchall() == [
        ("ada@example.org", True, False, True)
    ]
    audit = owner.execute("SELECT detail FROM audit WHERE resource = 'notices'").fetchall()
    assert audit == [({"principal": "Ada Pym", "digest": True, "urgent": False, "own": True},)]
    sent: list[Mail] = []
    monkeypatch.setattr(user, "outside_of", lambda _: SimpleNamespace(send=sent.append))
    assert "see that it came" in hereabouts("user", "email", "Ada Pym", "a@b.org", "--urgent", "--try").stderr
    assert [mail.to for mail in sent] == ["a@b.org"]
    assert "no e-mails any more" in hereabouts("user", "no-email", "Ada Pym").stderr
    assert "had not asked" in hereabouts("user", "no-email", "Ada Pym").stderr
    assert owner.execute("SELECT count(*) FROM contact").fetchone() == (0,)


def test_what_is_no_address_and_what_cannot_be_tried_is_said(
    hereabouts: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    hereabouts("user", "add", "Ada Pym", "--role", "reader")
    assert isinstance(hereabouts("user", "email", "Ada Pym", "ada", "--digest").exception, InputError)
    assert isinstance(hereabouts("user", "email", "Ada Pym", "a@b.org").exception, InputError)
    without = hereabouts("user", "email", "Ada Pym", "a@b.org", "--digest", "--try").exception
    assert "No way to send e-mails is set up" in str(without)

    def refuse(_: Mail) -> None:
        raise MailDelayed("The mail server said 451 later")

    monkeypatch.setattr(user, "outside_of", lambda _: SimpleNamespace(send=refuse))
    tried = hereabouts("user", "email", "Ada Pym", "a@b.org", "--digest", "--try").exception
    assert str(tried) == "The e-mail did not go. The mail server said 451 later"


def test_doctor_says_whether_e_mails_go(
    database_url: str, hereabouts: Callable[..., Result], owner: psycopg.Connection[Any]
) -> None:
    def found(**settings: Any) -> tuple[State, str]:
        (check,) = check_post(Settings(**settings), database_url)
        assert check.name == "mail"
        return check.state, check.message

    assert found()[0] is State.OK
    assert "none are sent." in found()[1]
    assert found(smtp_host="h")[0] is State.BROKEN
    hereabouts("user", "add", "Ada Pym", "--role", "reader")
    hereabouts("user", "email", "Ada Pym", "a@b.org", "--digest")
    state, said = found()
    assert state is State.WARNING
    assert said.endswith("none are sent, though 1 person asks for them.")
    assert found(**SMTP) == (
        State.OK,
        "E-mails go by SMTP at mail.example.gov.uk; 1 person asks for them. In 7 days 0 went and 0 did not.",
    )
    owner.execute(
        "INSERT INTO notice (principal_id, kind, subject, body, made_at, due_at, trouble, made_by)"
        " SELECT principal_id, 'digest', 's', 'b', %(at)s, %(at)s, 'It was full.', 1 FROM contact",
        {"at": datetime(2026, 1, 1, tzinfo=UTC)},
    )
    state, said = found(**SMTP)
    assert state is State.WARNING
    assert said.endswith("; 1 wait. Last trouble: It was full.")


def test_the_weather_service_is_told_to_the_jobs() -> None:
    settings = Settings(weather_url="https://weather.example/v1", weather_stations="w1, w2", weather_key="k-1")
    assert outside_of(settings).weather == WeatherService(
        url="https://weather.example/v1", stations=("w1", "w2"), key="k-1"
    )
    told = told_to_jobs(settings)
    assert told == {"weather_url": "https://weather.example/v1", "weather_stations": "w1, w2", "weather_key": "k-1"}
    for wrong in ({"weather_url": "https://weather.example/v1"}, {"weather_url": "weather", "weather_stations": "w1"}):
        with pytest.raises(InputError):
            Settings(**wrong)
