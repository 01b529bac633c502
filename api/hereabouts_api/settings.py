"""What the API needs to know to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hereabouts_schemas.errors import ConfigError

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiSettings:
    """Settings of one API process.

    Attributes:
        database_url: where the store is; the login is the api role or one that may become it.
        public_url: where people reach the pages, `https://hereabouts.example.gov.uk` or `http://127.0.0.1:8000`.
        allowed_hosts: further host names that requests may name, without port.
        webhook_secrets: by name of a source, the secrets with which its webhooks are signed (several while one is
            being exchanged).
    """

    database_url: str = field(repr=False)
    public_url: str
    allowed_hosts: tuple[str, ...] = ()
    webhook_secrets: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(f"public_url: {self.public_url!r} is not an http or https address.")

    @property
    def is_https(self) -> bool:
        """Whether people come over TLS, so that cookies may insist on it."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def origin(self) -> str:
        """Scheme, host and port of the pages, as a browser's Origin header spells them."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @property
    def hosts(self) -> frozenset[str]:
        """Every host name that a request may name."""
        public = urlsplit(self.public_url).hostname or ""
        return frozenset(name.lower() for name in (public, *LOOPBACK, *self.allowed_hosts))
