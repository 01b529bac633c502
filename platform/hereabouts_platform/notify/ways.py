"""The two ways that e-mails go, as somebody set them up."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

OFFICIAL = "https://api.notifications.service.gov.uk"
_UUID = 36  # characters


class Tls(StrEnum):
    """How the connection is kept private."""

    STARTTLS = "starttls"  # asked for once connected; without it nothing is sent
    TLS = "tls"  # from the first byte
    NONE = "none"  # not at all: for a relay on this machine


@dataclass(frozen=True, kw_only=True, slots=True)
class SmtpServer:
    """A mail server, and the address that e-mails come from."""

    host: str
    port: int
    tls: Tls
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class NotifyService:
    """A service at GOV.UK Notify: its id and secret, as its API key holds them, and the template to be filled."""

    url: str
    service_id: str
    secret: str = field(repr=False)
    template_id: str


def parse_key(key: str) -> tuple[str, str]:
    """The service id and the secret: the last two UUIDs of an API key, `name-serviceid-secret`.

    Raises:
        ValueError: it does not end so.
    """
    service_id, secret = key[-2 * _UUID - 1 : -_UUID - 1], key[-_UUID:]
    try:
        return str(UUID(service_id)), str(UUID(secret))
    except ValueError:
        raise ValueError("An API key of GOV.UK Notify ends with two UUIDs: name-serviceid-secret") from None
