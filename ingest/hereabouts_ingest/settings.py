"""What one ingest worker needs to know."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class IngestSettings:
    """Where the database and the broker are, and which numbered slot this worker fills.

    Attributes:
        database_url: for the role `hereabouts_ingest` or a member of it.
        slot: number of this worker; its MQTT client id is made from it and never changes.
        receive_maximum: how many messages may be in flight without an acknowledgement; wider than a batch, so that
            the next batch arrives while this one commits.
        scripts_dir: folder of vendors' decoder scripts; one that is not there holds none.
    """

    database_url: str = field(repr=False)
    mqtt_host: str
    mqtt_port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    use_tls: bool = False
    slot: int = 0
    receive_maximum: int = 4000
    scripts_dir: Path | None = None

    @property
    def client_id(self) -> str:
        """The fixed client id that the broker keeps this worker's session under."""
        return f"hereabouts-ingest-{self.slot}"
