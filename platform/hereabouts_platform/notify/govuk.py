"""E-mails by GOV.UK Notify, with a template that has the placeholders `subject` and `body`.

Notify keeps no copy away by itself, but it can be asked by our reference what it has taken: before a second attempt it
is, so that an e-mail goes once even where this process ended between handing it over and writing so down.
Source: https://docs.notifications.service.gov.uk/rest-api.html.
"""

from datetime import UTC, datetime

import httpx
import jwt

from hereabouts_platform.notify.mail import Mail, MailDelayed, MailRefused, without_address
from hereabouts_platform.notify.ways import NotifyService

TIMEOUT_S = 30.0
# Not this e-mail's fault: our key or our clock (401, 403), too many in a minute or a day (429), or Notify itself.
LATER = {401, 403, 408, 429, *range(500, 600)}


def send_by_notify(service: NotifyService, mail: Mail) -> None:
    """Hand over one e-mail, unless it was handed over before.

    Raises:
        MailRefused: Notify says that the request is wrong: the address, the template, what it may send to.
        MailDelayed: Notify cannot be reached, does not take our key, has had too many, or is out of order.
    """
    try:
        with httpx.Client(base_url=service.url, timeout=TIMEOUT_S) as client:
            if not (mail.again and _has_taken(client, service, mail)):
                _hand_over(client, service, mail)
    except httpx.HTTPError as error:
        raise MailDelayed(without_address(f"GOV.UK Notify: {error or type(error).__name__}", mail)) from error


def _has_taken(client: httpx.Client, service: NotifyService, mail: Mail) -> bool:
    question = {"reference": str(mail.reference)}
    answer = client.get("/v2/notifications", params=question, headers=_headers(service))
    if answer.is_error:
        raise MailDelayed(_say(answer, mail))
    try:
        return bool(answer.json()["notifications"])
    except (ValueError, KeyError, TypeError):
        raise MailDelayed("GOV.UK Notify did not say whether it has taken this e-mail before.") from None


def _hand_over(client: httpx.Client, service: NotifyService, mail: Mail) -> None:
    content = {
        "email_address": mail.to,
        "template_id": service.template_id,
        "personalisation": {"subject": mail.subject, "body": mail.body},
        "reference": str(mail.reference),
    }
    answer = client.post("/v2/notifications/email", json=content, headers=_headers(service))
    if answer.status_code in LATER or answer.is_redirect:
        raise MailDelayed(_say(answer, mail))
    if answer.is_error:
        raise MailRefused(_say(answer, mail))


def _headers(service: NotifyService) -> dict[str, str]:
    """A token a request: Notify takes one for 30 seconds."""
    claims = {"iss": service.service_id, "iat": int(datetime.now(UTC).timestamp())}
    return {"Authorization": f"Bearer {jwt.encode(claims, service.secret, algorithm='HS256')}"}


def _say(answer: httpx.Response, mail: Mail) -> str:
    """Its status and its sentences: `{"errors": [{"error": "BadRequestError", "message": "..."}]}`."""
    try:
        words = "; ".join(f"{each['error']}: {each['message']}" for each in answer.json()["errors"])
    except (ValueError, KeyError, TypeError):
        words = answer.reason_phrase
    return without_address(f"GOV.UK Notify said {answer.status_code} {words}", mail)
