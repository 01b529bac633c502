"""E-mails by SMTP, over a real mail server: what arrives, what is refused, what goes later."""

import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from hereabouts_deploy.embedded.ports import free_port
from hereabouts_platform.notify.mail import Mail, MailDelayed, MailRefused, is_address, without_address
from hereabouts_platform.notify.smtp import send_by_smtp
from hereabouts_platform.notify.ways import SmtpServer, Tls

CERTIFICATE = Path(__file__).parent / "mail_server.pem"  # of nobody: made for these tests, until 2126
MAIL = Mail(
    to="ada.pym@example.gov.uk",
    subject="Urgent: Flat 1, Elm Court – Küche",
    body="This needs somebody today.\n\nhttp://hereabouts.example/places/h1\n",
    reference=UUID("0f5c2a54-6d1e-4c9d-9f7a-4c1b8b2f9d10"),
)


@dataclass
class Postman:
    """Takes e-mails in; `answers` are given to recipients and data in place of a yes."""

    came: list[EmailMessage] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_data: str = "250 OK"
    is_private: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        if self.to_data.startswith("250"):
            self.came.append(message_from_bytes(envelope.content, policy=policy.default))
            self.is_private.append(server.transport.get_extra_info("ssl_object") is not None)
        return self.to_data


def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> AuthResult:
    return AuthResult(success=(login.login, login.password) == (b"hereabouts", b"sesame"), handled=False)


def context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(CERTIFICATE)
    return made


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def server(postman: Postman) -> Iterator[SmtpServer]:
    """Without TLS and without a password."""
    controller = Controller(postman, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield SmtpServer(
        host="127.0.0.1", port=controller.port, tls=Tls.NONE, sender="Hereabouts <no-reply@example.gov.uk>"
    )
    controller.stop()


@pytest.fixture
def private(postman: Postman, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    """With STARTTLS, a certificate that this machine trusts, and a password."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    controller = Controller(
        postman,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context(),
        require_starttls=True,
        authenticator=knows,
        auth_required=True,
    )
    controller.start()
    yield SmtpServer(
        host="127.0.0.1",
        port=controller.port,
        tls=Tls.STARTTLS,
        sender="no-reply@example.gov.uk",
        user="hereabouts",
        password="sesame",
    )
    controller.stop()


def test_an_email_arrives_as_it_was_written(server: SmtpServer, postman: Postman) -> None:
    send_by_smtp(server, MAIL)
    send_by_smtp(server, replace(MAIL, again=True))
    first, copy = postman.came
    assert first["Subject"] == MAIL.subject
    assert (first["To"], first["From"]) == (MAIL.to, "Hereabouts <no-reply@example.gov.uk>")
    assert first.get_content().replace("\r\n", "\n") == MAIL.body
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == copy["Message-ID"] == f"<{MAIL.reference}@example.gov.uk>"


def test_the_connection_is_private_and_the_password_is_told_there_alone(private: SmtpServer, postman: Postman) -> None:
    send_by_smtp(private, MAIL)
    assert postman.is_private == [True]
    with pytest.raises(MailDelayed, match="535"):
        send_by_smtp(replace(private, password="mellon"), MAIL)
    with pytest.raises(MailDelayed, match="530"):
        send_by_smtp(replace(private, tls=Tls.NONE, user=None, password=None), MAIL)
    assert "sesame" not in repr(private)


def test_tls_from_the_first_byte(postman: Postman, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    controller = Controller(postman, hostname="127.0.0.1", port=free_port(), ssl_context=context())
    controller.start()
    send_by_smtp(SmtpServer(host="127.0.0.1", port=controller.port, tls=Tls.TLS, sender="a@example.org"), MAIL)
    controller.stop()
    assert postman.is_private == [True]


def test_nothing_goes_to_a_server_that_is_not_who_it_says(
    private: SmtpServer, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailDelayed, match="CERTIFICATE_VERIFY_FAILED"):
        send_by_smtp(private, MAIL)
    assert postman.came == []


def test_nothing_goes_where_a_private_connection_is_not_to_be_had(server: SmtpServer, postman: Postman) -> None:
    with pytest.raises(MailDelayed, match="STARTTLS"):
        send_by_smtp(replace(server, tls=Tls.STARTTLS), MAIL)
    assert postman.came == []


@pytest.mark.parametrize(
    ("to_recipient", "to_data", "outcome"),
    [
        ("550 5.1.1 <ada.pym@example.gov.uk> unknown", "250 OK", MailRefused),
        ("450 4.2.0 <ada.pym@example.gov.uk> greylisted", "250 OK", MailDelayed),
        ("250 OK", "554 5.6.0 no", MailRefused),
        ("250 OK", "452 4.3.1 full", MailDelayed),
    ],
)
def test_a_refusal_for_good_is_told_from_one_for_now_and_names_nobody(
    server: SmtpServer, postman: Postman, to_recipient: str, to_data: str, outcome: type[Exception]
) -> None:
    postman.to_recipient, postman.to_data = to_recipient, to_data
    with pytest.raises(outcome, match=r"The mail server said \d{3} \d\.\d\.\d") as caught:
        send_by_smtp(server, MAIL)
    assert "ada.pym" not in str(caught.value)


def test_a_server_that_is_not_there_is_tried_later() -> None:
    nobody = SmtpServer(host="127.0.0.1", port=free_port(), tls=Tls.NONE, sender="a@example.org")
    with pytest.raises(MailDelayed, match=f"127.0.0.1:{nobody.port}"):
        send_by_smtp(nobody, MAIL)


def test_whatever_else_smtplib_raises_is_tried_later(server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def vanish(*_arguments: object, **_named: object) -> None:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr(smtplib.SMTP, "send_message", vanish)
    with pytest.raises(MailDelayed, match="unexpectedly closed"):
        send_by_smtp(server, MAIL)


@pytest.mark.parametrize(
    "text", ["ada", "ada@", "@x", "a b@x", "a@b@c", "ada@x\r\nBcc: eve@x", "é@x", "a" * 250 + "@x.org"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert not is_address(text)


def test_trouble_is_one_short_line() -> None:
    assert without_address(f"no {MAIL.to}\r\n  here " + "x" * 400, MAIL).startswith("no the address here xxx")
    assert len(without_address("x" * 400, MAIL)) == 300
