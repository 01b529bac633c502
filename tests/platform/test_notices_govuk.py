"""E-mails by GOV.UK Notify, against a stand-in that answers as its documentation says."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import jwt
import orjson
import pytest

from hereabouts_platform.notify.govuk import send_by_notify
from hereabouts_platform.notify.mail import Mail, MailDelayed, MailRefused
from hereabouts_platform.notify.ways import NotifyService, parse_key

SERVICE_ID = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
MAIL = Mail(to="ada.pym@example.gov.uk", subject="Two new", body="Wet.\n", reference=UUID(int=7))

Answer = tuple[int, dict[str, Any]]


@dataclass
class Desk:
    """What came in, and what is to be answered in place of a yes."""

    came: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    trouble: Answer | None = None
    on_question: Answer | None = None

    def answer(self, method: str, path: str, token: str, content: dict[str, Any]) -> Answer:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
        assert claims["iss"] == SERVICE_ID
        assert abs(claims["iat"] - datetime.now(UTC).timestamp()) < 30
        if method == "GET":
            (reference,) = parse_qs(urlsplit(path).query)["reference"]
            known = [{"id": "1", "reference": reference} for _, one in self.came if one["reference"] == reference]
            return self.on_question or (200, {"notifications": known, "links": {}})
        if self.trouble is not None:
            return self.trouble
        self.came.append((path, content))
        return 201, {"id": "740e5834-3a29-46b4-9a6f-16142fde533a", "reference": content["reference"]}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def service(desk: Desk) -> Iterator[NotifyService]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._reply("POST", orjson.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self) -> None:
            self._reply("GET", {})

        def log_message(self, *_arguments: object) -> None:
            """Says nothing."""

        def _reply(self, method: str, content: dict[str, Any]) -> None:
            token = self.headers["Authorization"].removeprefix("Bearer ")
            status, answer = desk.answer(method, self.path, token, content)
            data = orjson.dumps(answer)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield NotifyService(url=url, service_id=SERVICE_ID, secret=SECRET, template_id=TEMPLATE)
        server.shutdown()
        thread.join()


def error(status: int, kind: str, message: str) -> Answer:
    return status, {"status_code": status, "errors": [{"error": kind, "message": message}]}


def test_an_email_is_handed_over_with_template_and_reference(service: NotifyService, desk: Desk) -> None:
    send_by_notify(service, MAIL)
    assert desk.came == [
        (
            "/v2/notifications/email",
            {
                "email_address": MAIL.to,
                "template_id": TEMPLATE,
                "personalisation": {"subject": "Two new", "body": "Wet.\n"},
                "reference": str(MAIL.reference),
            },
        )
    ]
    assert SECRET not in repr(service)


def test_one_that_was_taken_before_is_not_handed_over_again(service: NotifyService, desk: Desk) -> None:
    send_by_notify(service, replace(MAIL, again=True))  # it never came
    send_by_notify(service, replace(MAIL, again=True))  # it came, and nobody wrote it down
    assert len(desk.came) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error(400, "ValidationError", "email_address Not a valid email address"), MailRefused),
        (error(400, "BadRequestError", "Can't send to this recipient using a team-only API key"), MailRefused),
        (error(404, "NoResultFound", "No result found"), MailRefused),
        (error(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds"), MailDelayed),
        (error(403, "AuthError", "Invalid token: API key not found"), MailDelayed),
        (error(429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60s"), MailDelayed),
        (error(429, "TooManyRequestsError", "Exceeded send limits (250000) for today"), MailDelayed),
        (error(500, "Exception", "Internal server error"), MailDelayed),
        ((503, {}), MailDelayed),
    ],
)
def test_what_notify_says_is_kept_and_told_apart(
    service: NotifyService, desk: Desk, answer: Answer, outcome: type[Exception]
) -> None:
    desk.trouble = answer
    said = answer[1].get("errors", [{"message": "Service Unavailable"}])[0]["message"]
    with pytest.raises(outcome) as caught:
        send_by_notify(service, MAIL)
    assert f"GOV.UK Notify said {answer[0]} " in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("answer", [error(500, "Exception", "Internal server error"), (200, {"links": {}})])
def test_where_it_cannot_be_asked_nothing_goes_twice(service: NotifyService, desk: Desk, answer: Answer) -> None:
    send_by_notify(service, MAIL)
    desk.on_question = answer
    with pytest.raises(MailDelayed):
        send_by_notify(service, replace(MAIL, again=True))
    assert len(desk.came) == 1


def test_a_service_that_is_not_there_is_tried_later(service: NotifyService) -> None:
    with pytest.raises(MailDelayed, match=r"GOV\.UK Notify: "):
        send_by_notify(replace(service, url="http://127.0.0.1:1"), MAIL)


def test_the_key_holds_service_and_secret() -> None:
    assert parse_key(f"my-test-key-{SERVICE_ID}-{SECRET}") == (SERVICE_ID, SECRET)
    for wrong in ("", "short", f"key-{SERVICE_ID}", f"key-{SERVICE_ID}-{SECRET}x"):
        with pytest.raises(ValueError, match="two UUIDs"):
            parse_key(wrong)
