"""The address of an MQTT broker: `mqtt://name:password@host:port`, or `mqtts://` for TLS."""

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, kw_only=True, slots=True)
class MqttAddress:
    """Where a broker is and how to log in."""

    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    use_tls: bool = False

    @property
    def url(self) -> str:
        """The address as one text, login included."""
        login = ""
        if self.username is not None:
            password = "" if self.password is None else f":{quote(self.password, safe='')}"
            login = f"{quote(self.username, safe='')}{password}@"
        return self._with(login)

    @property
    def place(self) -> str:
        """The address without its login: what screens and logs may show."""
        return self._with("")

    def _with(self, login: str) -> str:
        scheme = "mqtts" if self.use_tls else "mqtt"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{login}{host}:{self.port}"


def parse_mqtt_url(url: str) -> MqttAddress:
    """Take an address apart; name and password may be percent-encoded.

    Raises:
        ValueError: it is no such address; the message says why and holds nothing of the address.

    Example:
        >>> parse_mqtt_url("mqtts://council@broker.example.org")
        MqttAddress(host='broker.example.org', port=8883, username='council', use_tls=True)
    """
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("An address of a broker looks like mqtt://host:1883 or mqtts://name:password@host:8883")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError("An address of a broker ends with its port; write / in a password as %2F")
    return MqttAddress(
        host=parts.hostname,
        port=parts.port or DEFAULT_PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
        use_tls=parts.scheme == "mqtts",
    )
